"""Weights of words in prompts, as compel reads them: `word++`, `(some words)1.4`, `("a", "b").blend(1, 0.5)`.

The syntax: https://github.com/damian0815/compel/blob/main/doc/syntax.md
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transformers import CLIPTextModel, CLIPTextModelWithProjection

from workers.contract.predictor import InputRejectedError

WEIGHTING = "prompt_weighting"
"""The input that asks for it: without, `+` and brackets are what they are in a text."""
RULE: dict[str, Any] = {
    "title": "Prompt weighting",
    "type": "boolean",
    "default": False,
    "description": 'Read word++, word--, (some words)1.4 and ("one", "other").blend(1, 0.5) in prompts as weights.',
}
PROMPTS = ("prompt", "prompt_2", "negative_prompt", "negative_prompt_2")
# Each part of a blend or a conjunction is encoded by itself, and once more for each piece of a lower weight
MAX_PARTS, MAX_PIECES = 16, 100
MAX_MESSAGE = 300
_ONE: dict[str, type] = {"text_encoder": CLIPTextModel}
_TWO: dict[str, type] = {"text_encoder": CLIPTextModel, "text_encoder_2": CLIPTextModelWithProjection}
_EMBEDDINGS = {"prompt_embeds", "negative_prompt_embeds"}
_POOLED = {"pooled_prompt_embeds", "negative_pooled_prompt_embeds"}


def can_weigh(parts: Mapping[str, type], parameters: Mapping[str, Any]) -> bool:
    """Whether a call with these parameters, of a pipeline with parts of these classes, can be texts weighted prompts.

    So it is for Stable Diffusion 1, 2 and XL and what has their text encoders.
    """
    encoders = {name: cls for name, cls in parts.items() if name.startswith("text_encoder")}
    if encoders == _ONE:
        return parameters.keys() >= _EMBEDDINGS and not parameters.keys() & _POOLED
    return encoders == _TWO and parameters.keys() >= _EMBEDDINGS | _POOLED


def check_prompts(values: Mapping[str, Any]) -> None:
    """Raise InputRejectedError where a prompt cannot be read with weights, or has too many parts."""
    from compel import Compel
    from compel.prompt_parser import Blend

    if values.get("clip_skip"):
        raise InputRejectedError("Weighted prompts are read to the text encoder's end: leave clip_skip out.")
    if not values.get("prompt"):
        raise InputRejectedError("With prompt_weighting a prompt is needed.")
    for name in PROMPTS:
        text = values.get(name)
        if not text:
            continue
        try:
            conjunction = Compel.parse_prompt_string(text)
            nested = [each.prompts if isinstance(each, Blend) else [each] for each in conjunction.prompts]
            parts = [part for each in nested for part in each]
            pieces = sum(len(part.children) for part in parts)
        except Exception as error:  # the parser has no common class of its errors
            message = " ".join(str(error).split())[:MAX_MESSAGE] or type(error).__name__
            raise InputRejectedError(f"The weights in {name} cannot be read: {message}") from None
        if len(parts) > MAX_PARTS or pieces > MAX_PIECES:
            raise InputRejectedError(
                f"With weights, {name} has {len(parts)} parts of {pieces} pieces that are weighted by themselves; the "
                f"maximum is {MAX_PARTS} and {MAX_PIECES}."
            )


def weigh(pipeline: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a call with embeddings in place of prompts.

    A negative prompt that is absent stays what it is to the pipeline: an empty one, or zeros.
    """
    from compel import CompelForSD, CompelForSDXL, DiffusersTextualInversionManager

    device, dtype = str(pipeline._execution_device), pipeline.text_encoder.dtype
    words = DiffusersTextualInversionManager(pipeline)
    texts = {name: arguments.get(name) or None for name in PROMPTS}
    negative = texts["negative_prompt"]
    has_two = getattr(pipeline, "text_encoder_2", None) is not None
    if negative is None and not (has_two and pipeline.config.get("force_zeros_for_empty_prompt")):
        negative = ""
    try:
        if has_two:
            second = texts["negative_prompt_2"] if negative is not None else None
            conditioning = CompelForSDXL(pipeline, words, device)(texts["prompt"], texts["prompt_2"], negative, second)
        else:
            conditioning = CompelForSD(pipeline, words, device)(texts["prompt"], negative)
    except (ValueError, IndexError, AssertionError) as error:
        raise InputRejectedError(f"The text encoder of this model cannot read these weights: {error}") from error
    embeddings = {
        "prompt_embeds": conditioning.embeds,
        "negative_prompt_embeds": conditioning.negative_embeds,
        "pooled_prompt_embeds": conditioning.pooled_embeds,
        "negative_pooled_prompt_embeds": conditioning.negative_pooled_embeds,
    }
    return {name: value for name, value in arguments.items() if name not in PROMPTS} | {
        name: value.to(device, dtype) for name, value in embeddings.items() if value is not None
    }
