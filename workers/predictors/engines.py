"""Which engine runs a language model here; nothing in this module imports one."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workers.contract.layout import read_object
from workers.contract.predictor import Device, VersionRefusedError

VLLM = "VLLM"
TRANSFORMERS = "TRANSFORMERS"
MOST_RANK = 64
"""Of a LoRA on a model that vLLM runs."""
AT_ONCE = 256
"""Predictions of one version that vLLM batches."""
WITHOUT_SOCKETS = (
    "vLLM's processes speak to each other over sockets of this machine, which the walls around model processes refuse: "
    "set RUNNER_NETWORK=true on the workers that have vLLM."
)
# Of a generation_config.json: what shapes scores and is no input of a request
_OWN_SCORES = (
    *("bad_words_ids", "suppress_tokens", "begin_suppress_tokens", "forced_bos_token_id", "forced_eos_token_id"),
    *("no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "exponential_decay_length_penalty", "sequence_bias"),
)


@cache
def has_vllm() -> bool:
    """Whether this environment has vLLM."""
    spec = find_spec("vllm")
    # a folder of that name that is no package has no origin
    return spec is not None and spec.origin is not None


def choose_engine(folder: Path, options: dict[str, Any], device: Device) -> str:
    """VLLM or TRANSFORMERS for a version with these options on this device.

    Raises:
        VersionRefusedError: VLLM is asked for and cannot run it.
    """
    engine = options.get("engine")
    if engine == VLLM:
        if refusal := vllm_refusal(folder):
            raise VersionRefusedError(refusal)
        return VLLM
    is_plain = not options.get("quantization") and not options.get("device_map")
    if engine is None and device.name == "cuda" and is_plain and has_vllm() and vllm_refusal(folder) is None:
        return VLLM
    return TRANSFORMERS


def vllm_refusal(folder: Path, adapter: Path | None = None) -> str | None:
    """Why vLLM cannot run the model of a folder, or the adapter of another on it; None where it can."""
    if not has_vllm():
        return "This worker has no vLLM: it is run by workers that are started from an environment with vLLM."
    from vllm.model_executor.models import ModelRegistry

    config = read_object(folder / "config.json")
    architecture = str((config.get("architectures") or ["of no name"])[0])[:100]
    if config.get("is_encoder_decoder"):
        return f"vLLM runs no encoder-decoder, and {architecture} is one; publish it with the engine TRANSFORMERS."
    if config.get("vision_config") or config.get("audio_config"):
        return f"{architecture} reads pictures or sounds, for which the engine is TRANSFORMERS."
    if architecture not in ModelRegistry.get_supported_archs():
        return f"vLLM does not know the architecture {architecture}; publish it with the engine TRANSFORMERS."
    own = read_object(folder / "generation_config.json") if (folder / "generation_config.json").is_file() else {}
    if shaped := next((name for name in _OWN_SCORES if own.get(name)), None):
        return (
            f"Its generation_config.json has {shaped}, which vLLM leaves out; publish it with the engine TRANSFORMERS."
        )
    return adapter_refusal(adapter) if adapter is not None else None


def adapter_refusal(adapter: Path) -> str | None:
    """Why vLLM cannot put an adapter on a model; None where it can."""
    config = read_object(adapter / "adapter_config.json")
    kind, rank = config.get("peft_type"), config.get("r")
    if kind != "LORA" or config.get("use_dora") or config.get("modules_to_save"):
        return "vLLM runs plain LoRAs alone: no other type, no DoRA and no whole modules beside it."
    if not isinstance(rank, int) or rank > MOST_RANK:
        return f"Its rank is {rank!r}, and vLLM is started for LoRAs of at most {MOST_RANK}."
    return None
