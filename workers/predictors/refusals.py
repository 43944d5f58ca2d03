"""Why a folder of transformers cannot be run, as its own files tell before the library reads them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import transformers
from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

from workers.contract.layout import read_json
from workers.contract.predictor import VersionRefusedError

# Heads of models that judge or mark texts, and do not write them
_JUDGING = re.compile(
    r"(?P<head>For(?:SequenceClassification|TokenClassification|QuestionAnswering|MultipleChoice|MaskedLM"
    r"|NextSentencePrediction)|EncoderModel|RewardModel|ForReward\w*|Classifier)$"
)
_NUMBERS = (
    *("temperature", "top_p", "top_k", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff", "repetition_penalty"),
    *("length_penalty", "diversity_penalty", "encoder_repetition_penalty", "no_repeat_ngram_size", "guidance_scale"),
    *("max_length", "max_new_tokens", "min_length", "min_new_tokens", "num_beams", "num_return_sequences", "max_time"),
)
_TOKENS = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")


def check_type(folder: Path) -> None:
    """Refuse a type of model that transformers does not know, or that is the folder's own code.

    Raises:
        VersionRefusedError: naming the type.
    """
    config = read_json(folder / "config.json")
    if not isinstance(config, dict):
        raise VersionRefusedError("Its config.json is no JSON object.")
    kind = config.get("model_type")
    names = config.get("architectures")
    if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise VersionRefusedError(f"Its config.json: architectures is {_show(names)}, which is no list of names.")
    if isinstance(kind, str) and kind in CONFIG_MAPPING_NAMES:
        return
    library = f"transformers {transformers.__version__}"
    if config.get("auto_map"):
        raise VersionRefusedError(
            f"It brings code of its own for models of type {str(kind)[:100]!r}, which is not run; {library} has none."
        )
    if not isinstance(kind, str):
        raise VersionRefusedError("Its config.json has no model_type, so that nobody knows what it is.")
    raise VersionRefusedError(f"{library} knows no models of type {kind[:100]!r}.")


def check_writes(config: Any, masked: dict[str, Any], written: dict[str, Any]) -> None:
    """Refuse a model that does not write text: an encoder, or one that judges texts.

    `masked` and `written` are the library's types of models that fill gaps, and that write.

    Raises:
        VersionRefusedError: saying what it is.
    """
    architecture = str((config.architectures or [""])[0])
    instead = "A CUSTOM model with a predictor such as classification, reranking or embeddings may run it."
    if match := _JUDGING.search(architecture):
        what = "only encodes texts" if match["head"] == "EncoderModel" else "judges or marks texts"
        what = "fills gaps in texts" if match["head"] == "ForMaskedLM" else what
        raise VersionRefusedError(f"Its architecture {architecture[:100]} {what}, and writes none. {instead}")
    is_encoder = config.model_type in masked and not config.is_encoder_decoder
    if is_encoder and getattr(config, "is_decoder", None) is False:
        raise VersionRefusedError(
            f"It is an encoder of type {config.model_type!r} (is_decoder is not set), which writes no text. {instead}"
        )
    if config.model_type not in written:
        raise VersionRefusedError(
            f"transformers has no text generation for models of type {config.model_type!r}. For another task, such as "
            "speech recognition, it is published as CUSTOM, without a predictor."
        )


def check_generation_config(folder: Path) -> None:
    """Refuse a generation_config.json whose values are of other types than they have to be.

    Raises:
        VersionRefusedError: naming the field.
    """
    file = folder / "generation_config.json"
    if not file.is_file():
        return
    config = read_json(file)
    if not isinstance(config, dict):
        raise VersionRefusedError("Its generation_config.json is no JSON object.")
    for name in _NUMBERS:
        value = config.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise VersionRefusedError(f"Its generation_config.json: {name} is {_show(value)}, which is no number.")
    for name in _TOKENS:
        value = config.get(name)
        tokens = value if isinstance(value, list) else [value]
        if any(token is not None and type(token) is not int for token in tokens):
            rule = "which is no token's number"
            raise VersionRefusedError(f"Its generation_config.json: {name} is {_show(value)}, {rule}.")


def quantization_method(config: Any) -> str | None:
    """How a model's weights were quantized before they were published, or None where they were not."""
    own = getattr(config, "quantization_config", None)
    if own is None:
        return None
    method = own.get("quant_method") if isinstance(own, dict) else getattr(own, "quant_method", None)
    return str(getattr(method, "value", method) or "an unknown method")[:100]


def _show(value: Any) -> str:
    return json.dumps(value)[:60]
