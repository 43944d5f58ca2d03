"""Tasks of text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from workers.contract.predictor import InputRejectedError, PredictionContext, VersionRefusedError
from workers.predictors.pipeline.folder import entailment_id
from workers.predictors.pipeline.loading import Loaded
from workers.predictors.pipeline.media import plain
from workers.predictors.pipeline.sound import _template
from workers.predictors.pipeline.tasks import Rule

LONGEST_PIECE = 384
"""Tokens of a piece of a text in which answers are looked for, question included."""


def tag(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Words of a text with their classes."""
    arguments: dict[str, Any] = {"aggregation_strategy": values["aggregation_strategy"]}
    if values.get("stride") is not None:
        if not loaded.tokenizer.is_fast or values["aggregation_strategy"] == "none":
            raise InputRejectedError("stride needs an aggregation_strategy and a fast tokenizer.")
        arguments["stride"] = values["stride"]
    # an empty string of words is a text too, of which the pipeline knows nothing
    return plain(loaded.pipe(values["text"], **arguments))


def fill(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Words in place of a mask; a list for each where there are several."""
    if loaded.tokenizer.mask_token not in values["text"]:
        raise InputRejectedError(f"The text has no mask: write {loaded.tokenizer.mask_token} where a word is missing.")
    targets = {"targets": values["targets"]} if values.get("targets") else {}
    top = min(values["top_k"], len(values["targets"])) if targets else values["top_k"]
    return plain(loaded.pipe(values["text"], top_k=top, **targets))


def narrow_mask(inputs: dict[str, Rule], folder: Path, config: Any, parts: dict[str, Any]) -> dict[str, Rule]:
    """The model's own mask in the description."""
    mask = parts["tokenizer"].mask_token
    if mask is None:
        raise VersionRefusedError("Its tokenizer has no mask token, so no word can be filled in.")
    inputs["text"] |= {
        "description": f"Text with {mask} where a word is missing.",
        "examples": [f"Paris is the {mask} of France."],
    }
    return inputs


def match(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Labels that fit a text."""
    result = loaded.pipe(
        values["text"],
        candidate_labels=values["candidate_labels"],
        hypothesis_template=_template(values),
        multi_label=values["multi_label"],
    )
    return [
        {"label": label, "score": score} for label, score in zip(result["labels"], plain(result["scores"]), strict=True)
    ]


def check_entailment(inputs: dict[str, Rule], folder: Path, config: Any, parts: dict[str, Any]) -> dict[str, Rule]:
    """Refuse a model that cannot say whether one text follows from another."""
    if entailment_id(config) is None:
        raise VersionRefusedError(
            "None of its classes is called entailment, so it cannot judge labels that it was not trained on."
        )
    return inputs


def answer_table(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Cells of a table that answer a question."""
    table = values["table"]
    if len({len(column) for column in table.values()}) > 1:
        raise InputRejectedError("All columns of the table have the same number of cells.")
    return plain(loaded.pipe(table=table, query=values["question"]))


@torch.inference_mode()
def rewrite(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """What an encoder-decoder makes of a text; beside `generate` the language marks and the task's own prefix."""
    from transformers import set_seed

    tokenizer, model = loaded.tokenizer, loaded.model
    params = getattr(loaded.config, "task_specific_params", None) or {}
    names = [name for name in params if name.startswith(loaded.task.name)]
    own = dict(params[names[0]]) if len(names) == 1 else {}
    own.pop("task", None)
    prefix = own.pop("prefix", None) or getattr(loaded.config, "prefix", None) or ""
    arguments: dict[str, Any] = own
    _set_languages(loaded, values, arguments)
    if "max_new_tokens" not in arguments and model.generation_config.max_new_tokens is None and "max_length" not in own:
        # transformers' own default of 20 tokens in all cuts most answers
        arguments["max_new_tokens"] = _default_length(model)
    for name in ("max_new_tokens", "min_new_tokens", "num_beams", "temperature"):
        if values.get(name) is not None:
            arguments[name] = values[name]
    if "temperature" in arguments:
        # JSON's 1 is a whole number, which transformers refuses
        arguments["temperature"] = float(arguments["temperature"])
    if values.get("max_new_tokens") is not None:
        arguments.pop("max_length", None)
    if values["do_sample"]:
        arguments["do_sample"] = True
        set_seed(context.seed)
    limit = _longest(loaded)
    inputs = tokenizer(f"{prefix}{values['text']}", return_tensors="pt")
    count = inputs["input_ids"].shape[-1]
    if limit is not None and count > limit:
        raise InputRejectedError(f"The text has {count} tokens; this model takes at most {limit}.")
    context.metric("input_tokens", count)
    tokens = model.generate(
        **{name: value.to(model.device) for name, value in inputs.items() if name in {"input_ids", "attention_mask"}},
        **arguments,
    )[0]
    context.metric("output_tokens", max(0, len(tokens) - 1))
    return str(tokenizer.decode(tokens, skip_special_tokens=True))


def _default_length(model: Any) -> int:
    config = model.generation_config
    length: int | None = getattr(config, "max_length", None)
    return max(1, length - 1) if length and length != 20 else 256


def _longest(loaded: Loaded) -> int | None:
    """Tokens that the encoder has places for; None where places are relative."""
    places = getattr(loaded.config, "max_position_embeddings", None)
    return places if isinstance(places, int) and places > 0 else None


def _set_languages(loaded: Loaded, values: dict[str, Any], arguments: dict[str, Any]) -> None:
    """Tell tokenizer and model the languages by their names."""
    tokenizer = loaded.tokenizer
    source, target = values.get("src_lang"), values.get("tgt_lang")
    if source is None and target is None:
        return
    if not hasattr(tokenizer, "src_lang"):
        raise InputRejectedError("This model has no languages to choose from; leave src_lang and tgt_lang out.")
    if source is not None:
        _language_id(tokenizer, source)
        tokenizer.src_lang = source
    if target is not None:
        arguments["forced_bos_token_id"] = _language_id(tokenizer, target)


def _language_id(tokenizer: Any, name: str) -> int:
    """The token of a language.

    Raises:
        InputRejectedError: the tokenizer has none of that name.
    """
    if hasattr(tokenizer, "get_lang_id"):
        codes = getattr(tokenizer, "lang_code_to_id", {})
        if name in codes:
            return int(tokenizer.get_lang_id(name))
    else:
        number = tokenizer.convert_tokens_to_ids(name)
        if isinstance(number, int) and number != tokenizer.unk_token_id and number is not None:
            return number
    raise InputRejectedError(f"The model knows no language {name!r}.")


def narrow_languages(inputs: dict[str, Rule], folder: Path, config: Any, parts: dict[str, Any]) -> dict[str, Rule]:
    """Languages only for models that take them."""
    if not hasattr(parts["tokenizer"], "src_lang"):
        del inputs["src_lang"], inputs["tgt_lang"]
    return inputs


@torch.inference_mode()
def answer(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """The passages of a text that answer a question: the likeliest ends of each piece of the text.

    A long text is cut into pieces of at most 384 tokens that overlap; the numbers of starts and ends are made
    probabilities in each piece, and a passage's score is their product.
    """
    tokenizer = loaded.tokenizer
    if not tokenizer.is_fast:
        raise InputRejectedError("Answers need a fast tokenizer, which tells where a token is in the text.")
    question, text = values["question"].strip(), values["context"]
    places = getattr(loaded.config, "max_position_embeddings", None) or LONGEST_PIECE
    longest = min(tokenizer.model_max_length, places, LONGEST_PIECE)
    question_tokens = len(tokenizer(question, add_special_tokens=False)["input_ids"])
    if question_tokens > longest // 2:
        raise InputRejectedError(f"The question has {question_tokens} tokens; this model takes at most {longest // 2}.")
    question_first = tokenizer.padding_side == "right"
    encoded = tokenizer(
        *((question, text) if question_first else (text, question)),
        truncation="only_second" if question_first else "only_first",
        max_length=longest,
        stride=min(values["doc_stride"], max(0, longest // 2 - question_tokens)),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    rows: list[dict[str, Any]] = []
    least_null = 1.0
    for piece in range(len(encoded["input_ids"])):
        context.check()
        names = [name for name in tokenizer.model_input_names if name in encoded]
        inputs = {name: torch.tensor([encoded[name][piece]], device=loaded.model.device) for name in names}
        output = loaded.model(**inputs)
        starts, ends = output.start_logits[0].float().cpu().numpy(), output.end_logits[0].float().cpu().numpy()
        sequence = encoded.sequence_ids(piece)
        inside = np.array([number == (1 if question_first else 0) for number in sequence])
        mask = inside.copy()
        ids = encoded["input_ids"][piece]
        if tokenizer.cls_token_id is not None and tokenizer.cls_token_id in ids:
            mask[ids.index(tokenizer.cls_token_id)] = True
        starts, ends = _probabilities(starts, mask), _probabilities(ends, mask)
        if values["handle_impossible_answer"]:
            least_null = min(least_null, float(starts[0] * ends[0]))
        starts, ends = np.where(inside, starts, 0.0), np.where(inside, ends, 0.0)
        rows += _passages(starts, ends, encoded["offset_mapping"][piece], inside, text, values)
    if values["handle_impossible_answer"]:
        rows.append({"score": least_null, "start": 0, "end": 0, "answer": ""})
    # overlapping pieces find the same passage
    best: dict[tuple[int, int], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: -row["score"]):
        best.setdefault((row["start"], row["end"]), row)
    return list(best.values())[: values["top_k"]]


def _probabilities(numbers: np.ndarray, mask: np.ndarray) -> np.ndarray:
    numbers = np.where(mask, numbers, -10_000.0)
    powers = np.exp(numbers - numbers.max())
    probabilities: np.ndarray = powers / powers.sum()
    return probabilities


def _passages(
    starts: np.ndarray, ends: np.ndarray, offsets: Any, inside: np.ndarray, text: str, values: dict[str, Any]
) -> list[dict[str, Any]]:
    """The likeliest passages of a piece that are not longer than allowed."""
    scores = np.tril(np.triu(np.outer(starts, ends)), values["max_answer_len"] - 1)
    flat = scores.ravel()
    count = min(values["top_k"], flat.size)
    likeliest = np.argpartition(-flat, count - 1)[:count]
    rows = []
    for number in likeliest[np.argsort(-flat[likeliest])]:
        first, last = np.unravel_index(number, scores.shape)
        if not (inside[first] and inside[last]):
            continue
        start, end = int(offsets[first][0]), int(offsets[last][1])
        rows.append({"score": float(flat[number]), "start": start, "end": end, "answer": text[start:end]})
    return rows
