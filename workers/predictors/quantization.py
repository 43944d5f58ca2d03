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
        VersionRefusedError: the weights shall be INT4 or wait on the host, and the device is no CUDA device.
    """
    if options.get("cpu_offload") and device.name != "cuda":
        raise VersionRefusedError(
            f"CPU offload needs a CUDA device; this worker's device is {device.name}, whose memory is the host's."
        )
    if options.get("quantization") == "INT4" and device.name != "cuda":
        raise VersionRefusedError(
            f"INT4 needs a CUDA device; this worker's device is {device.name}. INT8 runs on any device."
        )


def model_arguments(options: dict[str, Any], device: Device) -> dict[str, Any]:
    """What `from_pretrained` of transformers is given beside the folder; nothing for a plain model."""
    check_options(options, device)
    quantization, spread = options.get("quantization"), options.get("device_map") == "AUTO"
    if quantization is None and not spread:
        return {}
    arguments: dict[str, Any] = {"device_map": "auto" if spread and device.name == "cuda" else {"": device.name}}
    if quantization is not None:
        import transformers

        arguments["quantization_config"] = _configuration(transformers, options, device)
    return arguments


def part_arguments(options: dict[str, Any], device: Device, name: str) -> dict[str, Any]:
    """What `from_pretrained` of a pipeline's part of this name is given beside its folder; nothing for a plain one.

    It is moved to the device with the pipeline.
    """
    check_options(options, device)
    if options.get("quantization") is None:
        return {}
    import diffusers
    import transformers

    library = diffusers if name in _DENOISERS else transformers if name in _ENCODERS else None
    return {"quantization_config": _configuration(library, options, device)} if library else {}


def pipeline_arguments(options: dict[str, Any], device: Device, folder: Path) -> dict[str, Any]:
    """What `from_pretrained` of a pipeline is given that is spread over devices; nothing for one that is not."""
    check_options(options, device)
    if options.get("device_map") != "AUTO":
        return {}
    arguments: dict[str, Any] = {"device_map": "balanced" if device.name == "cuda" else device.name}
    if options.get("quantization") is not None:
        import diffusers
        import transformers

        parts = set(orjson.loads((folder / "model_index.json").read_bytes()))
        mapping = {name: _configuration(diffusers, options, device) for name in _DENOISERS if name in parts}
        mapping |= {name: _configuration(transformers, options, device) for name in _ENCODERS if name in parts}
        arguments["quantization_config"] = diffusers.PipelineQuantizationConfig(quant_mapping=mapping)
    return arguments


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


def _configuration(library: Any, options: dict[str, Any], device: Device) -> Any:
    """The quantization as `library`, transformers or diffusers, is told of it."""
    if options["quantization"] == "INT8":
        # It warns of each kernel for devices that are not here
        logging.getLogger("torchao").setLevel(logging.ERROR)
        from torchao.quantization import Int8WeightOnlyConfig

        plain = {"modules_to_not_convert": ["lm_head"]} if library.__name__ == "transformers" else {}
        return library.TorchAoConfig(Int8WeightOnlyConfig(), **plain)
    import torch

    try:
        import bitsandbytes  # noqa: F401 - an optional package
    except ImportError as error:
        raise VersionRefusedError("INT4 needs bitsandbytes: pip install 'inference-server[gpu]'.") from error
    return library.BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=getattr(torch, device.dtype)
    )
