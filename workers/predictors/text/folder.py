"""A language model's folder: whether it can be run, and how long its texts may be."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import AutoModelForCausalLM, AutoModelForMultimodalLM, AutoModelForSeq2SeqLM
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
)

from workers.contract.predictor import InputRejectedError, Inspection, VersionRefusedError
from workers.contract.weights import parameter_count
from workers.predictors.pretrained import read_parts, weight_files
from workers.predictors.refusals import check_generation_config, check_writes
from workers.predictors.text.adapters import check_adapter
from workers.predictors.text.chat.conversation import narrow_conversation
from workers.predictors.text.chat.media import is_multimodal, read_processor
from workers.predictors.text.inputs import narrow, read_own_config

# transformers writes 1e30 where a tokenizer knows no limit
_NO_LIMIT = 10**9


@dataclass(frozen=True)
class Limits:
    """How many tokens a model takes and gives; None where its architecture sets no bound.

    `context` bounds prompt and output together, or for an encoder-decoder the prompt alone; `output` bounds the output.
    """

    context: int | None
    output: int | None
    together: bool

    def room(self, prompt_tokens: int, new_tokens: int) -> int:
        """How many tokens may be written behind a prompt of this length.

        Raises:
            InputRejectedError: the prompt does not fit.
        """
        if self.context is not None:
            most = self.context - 1 if self.together else self.context
            if prompt_tokens > most:
                rest = ", at least one of them for the output" if self.together else ""
                raise InputRejectedError(
                    f"The prompt has {prompt_tokens} tokens; this model's context is {self.context} tokens{rest}."
                )
            new_tokens = min(new_tokens, self.context - prompt_tokens) if self.together else new_tokens
        return new_tokens if self.output is None else min(new_tokens, self.output)


def choose_class(config: Any) -> Any:
    """transformers' class of a language model by its configuration."""
    if is_multimodal(config):
        return AutoModelForMultimodalLM
    return AutoModelForSeq2SeqLM if _is_sequence_to_sequence(config) else AutoModelForCausalLM


def _is_sequence_to_sequence(config: Any) -> bool:
    """Whether transformers has a model among those of sequences, where some stand that are decoders with a sound."""
    names = MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES.keys() - MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.keys()
    return bool(config.is_encoder_decoder) or config.model_type in names


def read_limits(config: Any, tokenizer: Any) -> Limits:
    """The limits of a model, from its configuration, else from its tokenizer's."""
    text_config = config.get_text_config(decoder=True)
    known = [getattr(text_config, name, None) for name in ("max_position_embeddings", "max_seq_len", "seq_length")]
    positions = next((int(n) for n in known if isinstance(n, int) and n > 0), None)
    advised = int(min(tokenizer.model_max_length, _NO_LIMIT))
    context = positions or (advised if 0 < advised < _NO_LIMIT else None)
    if config.is_encoder_decoder:
        return Limits(context, positions - 1 if positions else None, together=False)
    return Limits(context, context - 1 if context else None, together=True)


def inspect_text(
    path: str, input_schema: dict[str, Any], output_schema: dict[str, Any], adapter: str | None = None
) -> Inspection:
    """What a folder takes and gives, with the folder of its adapter, or why it cannot be run."""
    folder = Path(path)
    try:
        of_adapter = check_adapter(Path(adapter)) if adapter is not None else {}
        files = weight_files(folder)
        parameters = parameter_count(files)
        config, tokenizer = read_parts(folder)
        known = (
            MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES
            if _is_sequence_to_sequence(config)
            else MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
        )
        media = read_processor(folder, config)
        if not is_multimodal(config):
            check_writes(config, MODEL_FOR_MASKED_LM_MAPPING_NAMES, known)
        check_generation_config(folder)
    except VersionRefusedError as refusal:
        return Inspection(refusal=str(refusal))
    limits = read_limits(config, tokenizer)
    info = {
        "architecture": (config.architectures or [config.model_type])[0],
        "context_length": limits.context,
        "encoder_decoder": bool(config.is_encoder_decoder),
        "parameters": parameters,
        "bytes": sum(file.stat().st_size for file in files),
        "vocabulary": len(tokenizer),
        **of_adapter,
    }
    narrowed = deepcopy(input_schema)
    narrow(narrowed["properties"], read_own_config(folder), limits.output, tokenizer)
    narrow_conversation(narrowed, tokenizer, info, media)
    return Inspection(narrowed, deepcopy(output_schema), info)
