"""How weights are loaded: in 8 or 4 bits, on one device or spread over several, as a version's options say.

INT8 is weight-only in torchao (CPU and CUDA): activations and what is no linear layer stay as they are. INT4 is NF4 in
bitsandbytes (Dettmers et al., QLoRA, 2023), on CUDA alone. Layers are converted one by one as they are read.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import orjson

from workers.contract.predictor import Device, VersionRefusedError

# The parts of a pipeline that hold most weights; a VAE shows every error in the picture
_DENOISERS = ("unet", "transformer", "transformer_2", "prior", "decoder")
_ENCODERS = ("text_encoder", "text_encoder_2", "text_encoder_3")


def check_options(options: dict[str, Any], device: Device) -> None:
    """Refuse what this device cannot do.

    Raises:
        VersionRefusedError: the weights shall be INT4, and the device is no CUDA device.
    """
    if options.get("quantization") == "INT4" and device.name != "cuda":
        raise VersionRefusedError(
            f"INT4 weights need a CUDA device, and this worker's is {device.name}; INT8 runs on any."
        )


def model_arguments(options: dict[str, Any], device: Device) -> dict[str, Any]:
    """What `from_pretrained` of transformers is given beside the folder; nothing for a plain model."""
    check_options(options, device)
    quantization, spread = options.get("quantization"), options.get("device_map") == "AUTO"
    if quantization is None and not spread:
        return {}
    placed = {"device_map": "auto" if spread and device.name == "cuda" else {"": device.name}}
    return placed if quantization is None else {**placed, "quantization_config": _for_transformers(options, device)}


def pipeline_arguments(options: dict[str, Any], device: Device, folder: Path) -> dict[str, Any]:
    """What `from_pretrained` of a diffusers pipeline is given beside the folder; nothing for a plain one."""
    check_options(options, device)
    quantization, spread = options.get("quantization"), options.get("device_map") == "AUTO"
    if quantization is None and not spread:
        return {}
    placed = {"device_map": "balanced" if spread and device.name == "cuda" else device.name}
    if quantization is None:
        return placed
    from diffusers import PipelineQuantizationConfig

    parts = set(orjson.loads((folder / "model_index.json").read_bytes()))
    mapping = {name: _for_diffusers(options, device) for name in _DENOISERS if name in parts}
    mapping |= {name: _for_transformers(options, device) for name in _ENCODERS if name in parts}
    return {**placed, "quantization_config": PipelineQuantizationConfig(quant_mapping=mapping)}


def check_placement(model: Any, device: Device) -> None:
    """Refuse a model of which accelerate left parts on the host or on disk, to be copied at every step.

    Raises:
        VersionRefusedError: parts do not lie on a GPU.
    """
    places = {str(place) for place in (getattr(model, "hf_device_map", None) or {}).values()}
    if device.name == "cuda" and places & {"cpu", "disk"}:
        raise VersionRefusedError("The model does not fit on the GPUs of this worker.")


def is_spread(model: Any) -> bool:
    """Whether a model lies on more than one device."""
    return len({str(place) for place in (getattr(model, "hf_device_map", None) or {}).values()}) > 1


def _for_transformers(options: dict[str, Any], device: Device) -> Any:
    import transformers

    if options["quantization"] == "INT8":
        return transformers.TorchAoConfig(_int8(), modules_to_not_convert=["lm_head"])
    return transformers.BitsAndBytesConfig(**_nf4(device))


def _for_diffusers(options: dict[str, Any], device: Device) -> Any:
    import diffusers

    return diffusers.TorchAoConfig(_int8()) if options["quantization"] == "INT8" else diffusers.BitsAndBytesConfig(
        **_nf4(device)
    )  # fmt: skip


def _int8() -> Any:
    # It tells of each kernel for devices that are not here
    logging.getLogger("torchao").setLevel(logging.ERROR)
    from torchao.quantization import Int8WeightOnlyConfig

    return Int8WeightOnlyConfig()


def _nf4(device: Device) -> dict[str, Any]:
    import torch

    try:
        import bitsandbytes  # noqa: F401 - an optional package
    except ImportError as error:
        raise VersionRefusedError("INT4 weights need bitsandbytes: pip install 'inference-server[gpu]'.") from error
    compute = getattr(torch, device.dtype)
    return {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": compute}
