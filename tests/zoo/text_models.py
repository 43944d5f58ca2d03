"""Tiny language models of every type that transformers can build, with weights loud enough to tell answers apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer, PreTrainedModel
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
)

from tests.unit.predictors import tiny_models
from tests.zoo.configs import PAD, VOCABULARY, small_configs
from tests.zoo.harness import NEAR, REPLACEMENT

MOST_PARAMETERS = 5_000_000
NEW_TOKENS = 12
# marks those of which transformers has a decoder alone too
WITH_ENCODER = "+encoder"
ROWS = 8
# standard deviations of the weights and of the embeddings, tried in turn until what is said before changes what comes
LOUDNESS = ((0.4, 0.4), (0.6, 0.05), (1.0, 0.01), (0.15, 0.15), (0.3, 1.0), (0.1, 0.02))
PROMPTS = (
    "The quick brown fox",
    "Pack",
    "def f(x):\n    return x + 1\n\n\tprint(f'{x}')",
    "Größe, façade, naïve, señor, Привет мир",
    "jumps over the lazy dog. Pack my box with five dozen liquor jugs, said the 3rd judge! The quick brown fox",
    "and more 🙂 words",
    "box with five",
    "said the 3rd judge! and more words and more words",
    "lazy",
)


# Types that nobody has as a language model of its own, and what each is
UNBUILT = {
    "emu3": "transformers loads its language model as a part alone",
    "mllama": "transformers loads its language model as a part alone",
    "gemma3n": "its pictures need the package timm",
    "gemma4_assistant": "it drafts for another model, and does not write alone",
    "gemma4_unified_assistant": "it drafts for another model, and does not write alone",
    "musicgen": "it writes sounds",
    "musicgen_melody": "it writes sounds",
    "voxtral_realtime": "it writes down a sound, and nothing without one",
}


class NotBuildableError(Exception):
    """The plain library itself does not run the model that the rules make of this type."""


@dataclass(frozen=True)
class Reference:
    """What `generate` writes greedily behind a prompt."""

    tokens: list[int]
    text: str
    certain: str
    """The text up to where two tokens were so near each other that the order of sums decides."""


def text_types() -> list[str]:
    """Every model type of which transformers has a language model."""
    both = MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.keys() & MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES.keys()
    pairs = (name + WITH_ENCODER if name in both else name for name in MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES)
    return [*MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, *pairs]


def build(name: str, folder: Path) -> Path:
    """Write a tiny model of this type as the hub has it.

    Raises:
        NotBuildableError: no small configuration of the type gives a model that writes.
    """
    model_type = name.removesuffix(WITH_ENCODER)
    auto = AutoModelForCausalLM if name in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES else AutoModelForSeq2SeqLM
    first: Exception | None = None
    try:
        for config in small_configs(model_type):
            try:
                model = _loud_model(auto, config)
            except Exception as error:  # a library's own check of its fields, of any kind
                first = first or error
                continue
            model.save_pretrained(folder)
            tiny_models.tokenizer().save_pretrained(folder)
            return folder
    except Exception as error:
        first = first or error
    raise NotBuildableError(f"{type(first).__name__}: {first}") from first


def _loud_model(auto: Any, config: Any) -> PreTrainedModel:
    with torch.device("meta"):
        count = sum(parameter.numel() for parameter in auto.from_config(config).parameters())
    if count > MOST_PARAMETERS:
        raise ValueError(f"{count} parameters are too many")
    torch.manual_seed(1)
    model = auto.from_config(config).eval()
    if fill_loudly(model) < 2:
        raise ValueError("its next token does not depend on the text before it")
    ids = torch.tensor([[5, 9, 33, 7, 120, 64]])
    model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=4, pad_token_id=PAD)
    return model  # type: ignore[no-any-return]


def fill_loudly(model: Any) -> int:
    """Random numbers that let what is before the last token decide on the next; how many of some texts differ in it."""
    best: tuple[int, tuple[float, float]] = (0, LOUDNESS[0])
    for loudness in LOUDNESS:
        _fill(model, *loudness)
        best = max(best, (_endings(model), loudness), key=lambda each: each[0])
        if best[0] > ROWS // 2:
            break
    _fill(model, *best[1])
    return best[0]


def _fill(model: Any, weights: float, embeddings: float) -> None:
    """Random numbers with these standard deviations."""
    torch.manual_seed(2)
    tables = {id(module.weight) for module in model.modules() if isinstance(module, torch.nn.Embedding)}
    for parameter in model.parameters():
        if parameter.ndim > 1 and parameter.is_floating_point():
            torch.nn.init.normal_(parameter, std=embeddings if id(parameter) in tables else weights)


def _endings(model: Any) -> int:
    """How many different tokens follow the same last token in texts that differ before it."""
    torch.manual_seed(3)
    ids = torch.randint(4, VOCABULARY - 60, (ROWS, 12))
    ids[:, -1] = 17
    values = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if model.config.is_encoder_decoder:
        values["decoder_input_ids"] = torch.tensor([[PAD, 17]] * ROWS)
    with torch.inference_mode():
        logits = model(**values).logits[:, -1]
    if not bool(torch.isfinite(logits).all()):
        return 0
    return len(set(logits.argmax(-1).tolist()))


class Plain:
    """A folder as the plain library runs it."""

    def __init__(self, folder: Path) -> None:
        self.config = json.loads((folder / "config.json").read_text())
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        # with its encoder where it has one
        is_decoder = not self.config.get("is_encoder_decoder")
        is_decoder = is_decoder and self.config["model_type"] in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
        auto = AutoModelForCausalLM if is_decoder else AutoModelForSeq2SeqLM
        self.model = auto.from_pretrained(folder, dtype=torch.float32).eval()

    def references(self, prompts: Sequence[str] = PROMPTS) -> list[Reference]:
        """What it writes behind each prompt, alone."""
        return [self.write(prompt) for prompt in prompts]

    def write(self, prompt: str, new_tokens: int = NEW_TOKENS) -> Reference:
        """What it writes behind this prompt."""
        ids = self._tokenizer(prompt, return_tensors="pt")
        out = self.model.generate(
            ids["input_ids"],
            attention_mask=ids["attention_mask"],
            do_sample=False,
            num_beams=1,
            max_new_tokens=new_tokens,
            pad_token_id=PAD,
            output_logits=True,
            return_dict_in_generate=True,
        )
        start = 1 if self.model.config.is_encoder_decoder else ids["input_ids"].shape[1]
        tokens = out.sequences[0, start:].tolist()
        ends = self.model.generation_config.eos_token_id
        if tokens and tokens[-1] in (ends if isinstance(ends, list) else [ends]):
            # the mark of an end is no text, of whatever kind it is
            tokens.pop()
        best = [torch.topk(logits[0].float(), 2).values for logits in out.logits]
        near = (place for place, pair in enumerate(best) if float(pair[0] - pair[1]) < NEAR)
        certain = self._decode(tokens[: next(near, len(tokens))])
        text = self._decode(tokens)
        return Reference(tokens, text, text if text == certain else certain.rstrip(REPLACEMENT))

    def _decode(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def write_with_adapter(self, prompt: str, folder: Path, without: Reference) -> Reference:
        """What peft writes behind this prompt with a LoRA on all linear layers, which it writes to a folder.

        The model is then no more what it was.

        Raises:
            ValueError: no such LoRA changes what is written.
        """
        config = LoraConfig(r=2, target_modules="all-linear", init_lora_weights=False)
        torch.manual_seed(4)
        adapted = get_peft_model(self.model, config).eval()
        for _ in range(4):
            answer = self.write(prompt)
            if answer.text not in ("", without.text):
                adapted.save_pretrained(folder)
                return answer
            with torch.no_grad():
                for name, weights in adapted.named_parameters():
                    if "lora_B" in name:
                        weights.mul_(4)
        raise ValueError("no LoRA changes what is written")

    def is_causal(self) -> bool:
        """Whether what comes later changes nothing of the scores before it."""
        if self.model.config.is_encoder_decoder:
            return True
        # past the windows in which some look back
        ids = torch.arange(10, 50)[None]
        changed = ids.clone()
        changed[0, -1] = 99
        with torch.inference_mode():
            rows = [self.model(input_ids=row, attention_mask=torch.ones_like(row)) for row in (ids, changed)]
        one, other = (row.logits[0, :-1] for row in rows)
        return bool(torch.allclose(one, other, atol=1e-3))
