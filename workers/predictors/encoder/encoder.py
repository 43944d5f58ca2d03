"""Whole texts through a model of transformers at once: what embeddings and classification share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES

from workers.contract.context import CancelSignal, PredictionContext
from workers.contract.layout import read_object
from workers.contract.predictor import Device, InputRejectedError, SetupContext, VersionRefusedError
from workers.contract.weights import parameter_count
from workers.predictors.pretrained import check_text, load, read_parts, steps, weight_files

MAX_BATCH_TOKENS = 16_384
# RoBERTa's places begin behind the padding token's id (fairseq; transformers "create_position_ids_from_input_ids")
_PLACES_BEHIND_PADDING = {"roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "roberta-prelayernorm", "mpnet"}


class Encoder:
    """Tokenizer and model of one folder; one thread at a time."""

    def __init__(
        self, path: Path, model_class: Any, device: Device, options: dict[str, Any], context: SetupContext
    ) -> None:
        self.config, self._tokenizer, self.model = load(path, lambda _: model_class, device, options, context)
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token or self._tokenizer.unk_token
        self._tokenizer.padding_side = "right"
        self.longest = longest(path, self.config, self._tokenizer)
        self._contexts: list[PredictionContext] = []
        for module in steps(self.model):
            module.register_forward_pre_hook(self._check)
        if ids := self._tokenizer("a")["input_ids"]:
            self.run([ids], lambda output, mask: mask, [])

    def _check(self, *_: Any) -> None:
        """Leave a forward pass when nobody is left who waits for it."""
        if self._contexts and all(context.cancelled for context in self._contexts):
            raise CancelSignal

    def encode(self, texts: list[str], *, truncate: bool) -> list[list[int]]:
        """The tokens of each text, marks at both ends included.

        Raises:
            InputRejectedError: a text is longer than the model takes, with both numbers.
        """
        for text in texts:
            check_text(self._tokenizer, text)
        limit = {"truncation": True, "max_length": self.longest} if truncate and self.longest else {}
        rows: list[list[int]] = self._tokenizer(texts, verbose=False, **limit)["input_ids"]
        for number, row in enumerate(rows):
            if self.longest is not None and len(row) > self.longest:
                raise InputRejectedError(
                    f"Text {number} has {len(row)} tokens; this model takes at most {self.longest}."
                    " Set `truncate` to shorten it."
                )
            if not row:
                raise InputRejectedError(f"Text {number} has no tokens.")
        return rows

    def encode_inputs(self, inputs: list[dict[str, Any]]) -> tuple[list[list[int]], list[int | Exception]]:
        """The tokens of all texts of several inputs, and how many texts each input has, or why it has none."""
        rows: list[list[int]] = []
        counts: list[int | Exception] = []
        for values in inputs:
            texts = [f"{values.get('prefix', '')}{text}" for text in values["texts"]]
            try:
                own = self.encode(texts, truncate=values["truncate"])
            except InputRejectedError as error:
                counts.append(error)
                continue
            values["context"].metric("input_tokens", sum(map(len, own)))
            rows += own
            counts.append(len(own))
        return rows, counts

    def encode_pairs(self, pairs: list[tuple[str, str]], *, truncate: bool) -> list[dict[str, list[int]]]:
        """What the model is given of each pair of texts: its tokens, and where the second text begins.

        Raises:
            InputRejectedError: a pair is longer than the model takes, with both numbers.
        """
        # the longer of both is shortened, as sentence-transformers does it
        limit = {"truncation": "longest_first", "max_length": self.longest} if truncate and self.longest else {}
        encoded = self._tokenizer(
            [first for first, _ in pairs], [second for _, second in pairs], verbose=False, **limit
        )
        names = [name for name in ("input_ids", "token_type_ids") if name in encoded]
        rows = [{name: encoded[name][number] for name in names} for number in range(len(pairs))]
        for number, row in enumerate(rows):
            count = len(row["input_ids"])
            if self.longest is not None and count > self.longest:
                raise InputRejectedError(
                    f"Document {number} and the query have {count} tokens; this model takes at most {self.longest}."
                    " Set `truncate` to shorten them."
                )
        return rows

    def count_before(self, prompt: str) -> int:
        """How many tokens a prompt fills at the beginning of a text, the mark of its beginning included."""
        row = self._tokenizer(prompt, verbose=False)["input_ids"]
        return len(row) - (1 if row and row[-1] in self._tokenizer.all_special_ids else 0)

    def run(
        self,
        rows: list[list[int]],
        reduce: Callable[[Any, torch.Tensor], torch.Tensor],
        inputs: list[dict[str, Any]],
        skips: list[int] | None = None,
    ) -> list[torch.Tensor]:
        """What `reduce` makes of the model's output and the mask (rows, tokens), a float32 tensor for each row.

        It is left when the predictions of all `inputs` were asked to stop. `skips` tokens at the beginning of each row
        are not in the mask that `reduce` is given.
        """
        return self.run_rows([{"input_ids": row} for row in rows], reduce, inputs, skips)

    def run_rows(
        self,
        rows: list[dict[str, list[int]]],
        reduce: Callable[[Any, torch.Tensor], torch.Tensor],
        inputs: list[dict[str, Any]],
        skips: list[int] | None = None,
    ) -> list[torch.Tensor]:
        """As `run`, of rows that have more than tokens, such as their types."""
        # rows of like length go together, at most MAX_BATCH_TOKENS with their padding
        batches: list[list[int]] = []
        lengths = [len(row["input_ids"]) for row in rows]
        for number in sorted(range(len(rows)), key=lambda n: lengths[n]):
            if not batches or (len(batches[-1]) + 1) * lengths[number] > MAX_BATCH_TOKENS:
                batches.append([])
            batches[-1].append(number)
        results: list[torch.Tensor | None] = [None] * len(rows)
        self._contexts = [values["context"] for values in inputs]
        for numbers in batches:
            width = max(lengths[n] for n in numbers)
            tensors = {
                name: torch.tensor([rows[n][name] + [self._padding(name)] * (width - lengths[n]) for n in numbers]).to(
                    self.model.device
                )
                for name in rows[numbers[0]]
            }
            mask = torch.tensor([[1] * lengths[n] + [0] * (width - lengths[n]) for n in numbers]).to(self.model.device)
            with torch.inference_mode():
                output = self.model(**tensors, attention_mask=mask)
                if skips is not None:
                    for place, n in enumerate(numbers):
                        # a text that is nothing but its prompt keeps its end
                        mask[place, : min(skips[n], lengths[n] - 1)] = 0
                reduced = reduce(output, mask).float().cpu()
            for number, row in zip(numbers, reduced, strict=True):
                results[number] = row
        return [row for row in results if row is not None]

    def _padding(self, name: str) -> int:
        """What stands in rows behind their end."""
        return int(self._tokenizer.pad_token_id or 0) if name == "input_ids" else 0


def longest(path: Path, config: Any, tokenizer: Any) -> int | None:
    """How many tokens a text may have: the least of what the model, its tokenizer and sentence-transformers say."""
    places = getattr(config.get_text_config(), "max_position_embeddings", None)
    if isinstance(places, int) and config.model_type in _PLACES_BEHIND_PADDING:
        places -= (config.pad_token_id or 0) + 1
    own = read_object(path / "sentence_bert_config.json").get("max_seq_length")
    known = [n for n in (places, own, tokenizer.model_max_length) if isinstance(n, int) and 0 < n < 10**9]
    return min(known, default=None)


def check_encoder(path: Path, known: dict[str, Any], task: str, *, text_encoders: bool = False) -> dict[str, Any]:
    """Facts of a folder whose type is among `known`, the types that can do the task.

    With `text_encoders` the encoder of a model of two halves will do.

    Raises:
        VersionRefusedError: it holds no such model.
    """
    files = weight_files(path)
    parameters = parameter_count(files)
    config, tokenizer = read_parts(path)
    is_half = text_encoders and config.model_type in MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES
    if (config.is_encoder_decoder and not is_half) or config.model_type not in known:
        raise VersionRefusedError(f"transformers has no {task} for models of type {config.model_type!r}.")
    return {
        "architecture": (config.architectures or [config.model_type])[0],
        "context_length": longest(path, config, tokenizer),
        "parameters": parameters,
        "bytes": sum(file.stat().st_size for file in files),
    }
