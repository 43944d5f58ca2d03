"""A folder loaded for a task: its model, what prepares inputs, and transformers' own pipeline where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers

from workers.contract.logs import quieten_transformers
from workers.contract.predictor import Device, SetupContext, VersionRefusedError
from workers.predictors.library_errors import refuse_errors
from workers.predictors.pipeline.folder import check_packages, load_parts, model_class
from workers.predictors.pipeline.tasks import Task
from workers.predictors.pretrained import SAFE, load_model, read_config


@dataclass
class Loaded:
    """What runs a task; `pipe` is transformers' pipeline, None for tasks that have none."""

    task: Task
    folder: Path
    device: Device
    config: Any
    model: Any
    parts: dict[str, Any]
    pipe: Any
    vocoder: Any = None

    def __getattr__(self, name: str) -> Any:
        """A part by its name; None where the folder has none."""
        if name in {"tokenizer", "image_processor", "feature_extractor", "processor"}:
            return self.parts.get(name)
        raise AttributeError(name)

    def move(self, inputs: Any) -> Any:
        """Prepared inputs on the model's device, numbers of them in its precision."""
        return {
            name: value.to(self.model.device, self.model.dtype if value.is_floating_point() else None)
            for name, value in inputs.items()
            if isinstance(value, torch.Tensor)
        }


def load(task: Task, folder: Path, device: Device, options: dict[str, Any], context: SetupContext) -> Loaded:
    """Everything that a task needs of a folder, ready for inference.

    Raises:
        VersionRefusedError: something is missing.
    """
    quieten_transformers()
    config = read_config(folder)
    check_packages(task, config)
    parts = load_parts(task, folder)
    model = load_model(folder, config, model_class(task, config), device, options, context)
    vocoder = _vocoder(folder, model, device)
    pipe = None
    if task.pipeline is not None:
        arguments = {**parts, **({"vocoder": vocoder} if vocoder is not None else {})}
        with refuse_errors(f"Its parts make no pipeline of {task.name} for", folder):
            pipe = getattr(transformers, task.pipeline)(
                model=model, task=task.name, device=torch.device(device.name), **arguments
            )
    return Loaded(task, folder, device, config, model, parts, pipe, vocoder)


def _vocoder(folder: Path, model: Any, device: Device) -> Any:
    """What makes sound of SpeechT5's and FastSpeech2's spectra: the folder `vocoder` beside the weights.

    Raises:
        VersionRefusedError: the model needs one, and there is none.
    """
    spectral = transformers.models.auto.modeling_auto.MODEL_FOR_TEXT_TO_SPECTROGRAM_MAPPING_NAMES
    names = {name for names in spectral.values() for name in ([names] if isinstance(names, str) else names)}
    name = type(model).__name__
    if name not in names or name.endswith("WithHifiGan"):
        return None
    if not (folder / "vocoder" / "config.json").is_file():
        raise VersionRefusedError(
            "It makes spectra and no sound: put its vocoder, such as speecht5_hifigan, into a folder `vocoder`."
        )
    with refuse_errors("Its vocoder cannot be loaded by", folder):
        vocoder = transformers.SpeechT5HifiGan.from_pretrained(
            folder / "vocoder", dtype=getattr(torch, device.dtype), use_safetensors=True, **SAFE
        )
    return vocoder.eval().to(device.name)
