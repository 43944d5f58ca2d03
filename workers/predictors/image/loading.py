"""Loading a pipeline part by part: each has its own variant, and what its weights lack is known before it draws."""

from __future__ import annotations

from typing import Any

import torch
import transformers
from diffusers import DiffusionPipeline

from workers.contract.predictor import Device, SetupContext
from workers.predictors.image.components import Component
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
    else:
        done, total = 0, sum(file.stat().st_size for file in layout.weights)
        for name, part in layout.components.items():
            if part.is_model and name not in given:
                context.loading("read", done, total)
                given[name] = _load_part(part, dtype, part_arguments(options, device, name))
                done += sum(file.stat().st_size for file in part.weights)
    with refuse_errors("Its pipeline cannot be loaded by", layout.folder, library="diffusers"):
        pipeline = DiffusionPipeline.from_pretrained(
            layout.folder, dtype=dtype, trust_remote_code=False, **SAFE, **given, **spread
        )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline if spread else pipeline.to(device.name)


def _load_part(part: Component, dtype: torch.dtype, arguments: dict[str, Any]) -> Any:
    library = "transformers" if issubclass(part.cls, transformers.PreTrainedModel) else "diffusers"
    with refuse_errors(f"Its part {part.name} cannot be loaded by", part.folder, library=library):
        model, report = part.cls.from_pretrained(
            part.folder, variant=part.variant, dtype=dtype, output_loading_info=True, **SAFE, **arguments
        )
    check_tensors(model, report, part.name)
    return model
