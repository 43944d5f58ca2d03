"""Language models with random weights, as large as a benchmark asks for, in folders like those of the hub."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, GenerationConfig, LlamaConfig, LlamaForCausalLM

import workers

PROSE = Path(workers.__file__).parent / "demo_models" / "prose"
NEW_TOKENS = 64
WORDS = ("the", "name", "of", "a", "function", "that", "returns", "its", "value", "when", "called", "with", "nothing")


@dataclass(frozen=True)
class Shape:
    """Layers, width and vocabulary of a model; 0: the vocabulary of the bundled one."""

    layers: int
    width: int
    vocabulary: int = 0

    @property
    def name(self) -> str:
        """Such as 6x768, or 6x768 of 32000 tokens."""
        return f"{self.layers}x{self.width}" + (f" of {self.vocabulary} tokens" if self.vocabulary else "")


def build(shape: Shape, root: Path) -> Path:
    """A model's folder; it never ends by itself, so that everybody makes the same number of tokens."""
    torch.manual_seed(0)
    folder = root / shape.name.replace(" ", "-")
    folder.mkdir(parents=True)
    tokens = _write_tokenizer(folder, shape.vocabulary)
    heads = shape.width // 64
    config = LlamaConfig(
        hidden_size=shape.width,
        intermediate_size=4 * shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        vocab_size=tokens,
        max_position_embeddings=512,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def _write_tokenizer(folder: Path, vocabulary: int) -> int:
    """The bundled model's tokenizer, with pairs of its tokens merged until there are so many; how many there are."""
    (folder / "tokenizer_config.json").write_text((PROSE / "tokenizer_config.json").read_text())
    tokenizer = json.loads((PROSE / "tokenizer.json").read_text())
    tokens: dict[str, int] = tokenizer["model"]["vocab"]
    merges = tokenizer["model"]["merges"]
    special = {token["content"] for token in tokenizer["added_tokens"]}
    plain = [token for token in tokens if token not in special]
    count = max(tokens.values()) + 1
    # neighbours of each other's neighbours first, so that all kinds of tokens begin some
    for distance in itertools.count(1):
        for number, first in enumerate(plain):
            second = plain[(number + distance) % len(plain)]
            if count >= vocabulary:
                (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
                return count
            if first + second not in tokens:
                tokens[first + second] = count
                merges.append([first, second] if isinstance(merges[0], list) else f"{first} {second}")
                count += 1
    raise AssertionError(vocabulary)


def prompts(count: int) -> list[str]:
    """Prompts of the same number of words, each other than the rest."""
    return [" ".join([*WORDS[number % 8 :], *WORDS[: number % 8], str(number % 10)]) for number in range(count)]


class Bare:
    """`generate` of transformers and nothing around it: the yardstick."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
        self._tokenizer.pad_token_id = 0
        self._model: Any = LlamaForCausalLM.from_pretrained(folder).eval()
        self._config = GenerationConfig(do_sample=False, max_new_tokens=NEW_TOKENS, pad_token_id=0)

    @torch.no_grad()
    def generate(self, texts: list[str]) -> int:
        """One batch; the tokens it made. With one thread, as the worker has on a machine of two cores."""
        torch.set_num_threads(1)
        given = self._tokenizer(texts, return_tensors="pt", padding=True)
        made = self._model.generate(
            given["input_ids"], attention_mask=given["attention_mask"], generation_config=self._config
        )
        return int(made[:, given["input_ids"].shape[1] :].numel())
