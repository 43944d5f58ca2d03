"""What the inputs of a request ask for, with the model's own generation config behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import GenerationConfig

from workers.contract.predictor import InputRejectedError
from workers.predictors.text.grammar import allows_formats
from workers.predictors.text.sampling import Sampling

# of models whose own generation config says nothing of sampling
_PLAIN = {"temperature": 0.8, "top_p": 0.95, "top_k": 0, "min_p": 0.0}
# what `generate` takes where a config that samples leaves them out
_SAMPLING = {"temperature": 1.0, "top_p": 1.0, "top_k": 50, "min_p": 0.0}
_ALWAYS = {"repetition_penalty": 1.0, "min_new_tokens": 0}


def own_defaults(config: Any) -> dict[str, float]:
    """The values of inputs that a model's generation config gives, as its library would take them."""
    samples = getattr(config, "do_sample", None) is True
    defaults: dict[str, float] = {**(_SAMPLING if samples else _PLAIN), **_ALWAYS}
    for name in defaults:
        value = getattr(config, name, None)
        if isinstance(value, int | float) and not isinstance(value, bool) and (samples or name in _ALWAYS):
            defaults[name] = value
    return defaults


def read_own_config(folder: Path) -> Any:
    """A folder's generation config; None where it has none that can be read."""
    try:
        return GenerationConfig.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, TypeError):
        return None


def narrow(properties: dict[str, dict[str, Any]], config: Any, most: int | None, tokenizer: Any) -> None:
    """Make the inputs of all models those of one: its own defaults and bounds, and what its tokenizer can serve."""
    if most:
        for name in ("max_new_tokens", "min_new_tokens"):
            properties[name]["maximum"] = min(properties[name]["maximum"], most)
    defaults: dict[str, Any] = own_defaults(config)
    if isinstance(tokens := getattr(config, "max_new_tokens", None), int):
        defaults["max_new_tokens"] = tokens
    for name, body in properties.items():
        if "maximum" not in body or "default" not in body:
            continue
        least = body.get("minimum", 0)
        value = min(max(defaults.get(name, body["default"]), least), body["maximum"])
        body["default"] = int(value) if body["type"] == "integer" else value
    if not properties["top_p"]["default"] > 0:
        properties["top_p"]["default"] = 1
    if not tokenizer.all_special_ids:
        del properties["skip_special_tokens"]
    if not allows_formats(tokenizer):
        del properties["response_format"]


def read_sampling(
    values: dict[str, Any], seed: int, defaults: dict[str, float], least: int, vocabulary: int
) -> Sampling:
    """How a request chooses its tokens; the model itself wants at `least` so many new ones.

    Raises:
        InputRejectedError: its bias names a token that is not in the vocabulary.
    """
    bias = tuple((int(token), float(value)) for token, value in values.get("logit_bias", {}).items())
    if unknown := [token for token, _ in bias if token >= vocabulary]:
        raise InputRejectedError(
            f"logit_bias names the token {unknown[0]}; this model's vocabulary has {vocabulary} tokens."
        )
    return Sampling(
        seed,
        **{name: values.get(name, defaults[name]) for name in ("temperature", "top_p", "top_k", "min_p")},
        repetition_penalty=values.get("repetition_penalty", defaults["repetition_penalty"]),
        presence_penalty=values.get("presence_penalty", 0.0),
        frequency_penalty=values.get("frequency_penalty", 0.0),
        bias=bias,
        min_new_tokens=int(values.get("min_new_tokens", max(defaults["min_new_tokens"], least))),
    )
