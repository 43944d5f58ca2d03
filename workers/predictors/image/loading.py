"""Loading a pipeline part by part: each has its own variant, and what its weights lack is known before it draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from accelerate import init_empty_weights  # type: ignore[import-untyped]  # it has no annotations
from diffusers import DiffusionPipeline
from diffusers.loaders.single_file_model import SINGLE_FILE_LOADABLE_CLASSES

from workers.contract.layout import read_object
from workers.contract.predictor import Device, SetupContext, VersionRefusedError
from workers.contract.weights import safetensors_header
from workers.predictors.image.components import Component, Layout
from workers.predictors.image.folder import Facts
from workers.predictors.library_errors import refuse_errors
from workers.predictors.pretrained import check_tensors
from workers.predictors.quantization import part_arguments, pipeline_arguments

SAFE: dict[str, Any] = {"use_safetensors": True, "local_files_only": True}


def load_pipeline(facts: Facts, device: Device, options: dict[str, Any], context: SetupContext) -> Any:
    """The pipeline of a folder, on its device.

    Raises:
        VersionRefusedError: a part's weights lack tensors, or the options are not for this device.
    """
    layout, dtype = facts.layout, getattr(torch, device.dtype)
    spread = pipeline_arguments(options, device, layout.folder)
    given: dict[str, Any] = dict.fromkeys(layout.absent)
    if options.get("safety_checker") is False and "safety_checker" in layout.components:
        given["safety_checker"] = None
    if "safety_checker" in given:
        given["requires_safety_checker"] = False
    if spread:
        # diffusers shares the parts out itself, and knows one variant for all of them
        variants = {part.variant for part in layout.components.values() if part.variant}
        spread |= {"variant": min(variants)} if variants else {}
    elif layout.checkpoint is not None and options.get("quantization"):
        raise VersionRefusedError("A checkpoint of one file is not quantized here; publish it without `quantization`.")
    else:
        done, total = 0, sum(file.stat().st_size for file in layout.weights)
        for name, part in layout.components.items():
            if part.weights and name not in given:
                context.loading("read", done, total)
                given[name] = _load_part(part, dtype, part_arguments(options, device, name))
                done += sum(file.stat().st_size for file in part.weights)
    if layout.checkpoint is not None:
        pipeline = _load_checkpoint(layout, layout.checkpoint, dtype, given)
    else:
        with refuse_errors("Its pipeline cannot be loaded by", layout.folder, library="diffusers"):
            pipeline = DiffusionPipeline.from_pretrained(
                layout.folder, dtype=dtype, trust_remote_code=False, **SAFE, **given, **spread
            )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline if spread else place(pipeline, device, options)


def place(pipeline: Any, device: Device, options: dict[str, Any]) -> Any:
    """The pipeline on its device; or with its parts on the host, which hooks move to the device when they run."""
    match options.get("cpu_offload"):
        case "MODEL":
            pipeline.enable_model_cpu_offload(device=device.name)
        case "SEQUENTIAL":
            pipeline.enable_sequential_cpu_offload(device=device.name)
        case _:
            return pipeline.to(device.name)
    return pipeline


def _load_checkpoint(layout: Layout, file: Path, dtype: torch.dtype, given: dict[str, Any]) -> Any:
    """The pipeline whose weights are in one file, but for the parts that are `given`."""
    parts = [part for part in layout.components.values() if part.is_model and part.name not in given]
    what = f"As a {layout.pipeline.__name__} of this configuration its file cannot be loaded by"
    with refuse_errors(what, layout.folder, file, library="diffusers"):
        try:
            pipeline = layout.pipeline.from_single_file(
                str(file), config=str(layout.folder), dtype=dtype, local_files_only=True, **given
            )
        except NotImplementedError:
            # What has no tensor cannot be moved, and the library does not say which
            for part in parts:
                check_tensors(None, {"missing_keys": _missing_tensors(part, file)}, part.name)
            raise
    for part in parts:
        # The library leaves T5 as it is trained, with dropout
        pipeline.components[part.name].eval()
        tensors = pipeline.components[part.name].named_parameters()
        check_tensors(None, {"missing_keys": [name for name, value in tensors if value.is_meta]}, part.name)
    return pipeline


def _missing_tensors(part: Component, file: Path) -> list[str]:
    """The tensors of a part that none of a checkpoint becomes, told by names and shapes alone."""
    kind = next((name for name in SINGLE_FILE_LOADABLE_CLASSES if issubclass(part.cls, getattr(diffusers, name))), None)
    if kind is None:
        return []
    header = safetensors_header(file)
    tensors = {name: torch.empty(tensor["shape"], device="meta") for name, tensor in header.items()}
    config = read_object(part.folder / "config.json")
    with init_empty_weights():
        expected = part.cls.from_config(config).state_dict()
    converted = SINGLE_FILE_LOADABLE_CLASSES[kind]["checkpoint_mapping_fn"](config=config, checkpoint=tensors)
    return sorted(expected.keys() - converted.keys())


def _load_part(part: Component, dtype: torch.dtype, arguments: dict[str, Any]) -> Any:
    library = "transformers" if issubclass(part.cls, transformers.PreTrainedModel) else "diffusers"
    with refuse_errors(f"Its part {part.name} cannot be loaded by", part.folder, library=library):
        model, report = part.cls.from_pretrained(
            part.folder, variant=part.variant, dtype=dtype, output_loading_info=True, **SAFE, **arguments
        )
    check_tensors(model, report, part.name)
    return model
