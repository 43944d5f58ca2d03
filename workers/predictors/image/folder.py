"""A pipeline's folder: whether it can be run, and which of our inputs its call takes."""

from __future__ import annotations

import inspect
import re
from copy import deepcopy
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import diffusers
import orjson

from workers.contract.predictor import Inspection, VersionRefusedError
from workers.contract.weights import folder_bytes, parameter_count, safetensors_files

PARAMETERS = {
    "prompt": "prompt",
    "negative_prompt": "negative_prompt",
    "steps": "num_inference_steps",
    "guidance": "guidance_scale",
    "width": "width",
    "height": "height",
    "seed": "generator",
}
"""The call parameter of a pipeline that each of our inputs becomes."""
MAX_PIXELS = 1_500_000
# parameters and words in class names by which diffusers 0.42's other pipelines are told from those that draw from text
_VIDEO = {"num_frames", "video", "control_video", "video_length", "num_videos_per_prompt"}
_AUDIO = {"audio", "audio_length_in_s", "audio_end_in_s", "audio_duration", "audio_duration_s"}
_FROM_IMAGE = {
    "mask_image",
    "mask",
    "control_image",
    "controlnet_conditioning_scale",
    "strength",
    "image_guidance_scale",
}
_FROM_IMAGE_NAMES = re.compile("Edit|Adapter|Upscale|Refiner|SuperResolution")
_OTHER_NAMES = re.compile("Prior|Audio|Video")
_LIBRARIES = ("diffusers", "transformers")
_DEFAULT_SAMPLE_SIZE = 128
_DEFAULT_SCALE = 8
_SMALLEST_SIDE = 16


@dataclass(frozen=True)
class Facts:
    """What the small files of a pipeline's folder tell."""

    class_name: str
    parameters: tuple[str, ...]
    width: int
    height: int
    train_steps: int | None


def call_parameters(pipeline: Any) -> dict[str, inspect.Parameter]:
    """The parameters of a pipeline class's call, without self."""
    parameters = dict(inspect.signature(pipeline.__call__).parameters)
    parameters.pop("self", None)
    return parameters


def read_facts(folder: Path) -> Facts:
    """Read model_index.json and the configurations beside it.

    Raises:
        VersionRefusedError: it cannot be run.
    """
    index = _read_json(folder / "model_index.json")
    if not index:
        raise VersionRefusedError("It has no model_index.json, so it is not a diffusers pipeline.")
    name = index.get("_class_name")
    foreign = [part for part, value in index.items() if isinstance(value, list) and value[0] not in (*_LIBRARIES, None)]
    if not isinstance(name, str) or foreign:
        raise VersionRefusedError(
            f"It brings code of its own ({', '.join(foreign) or 'its pipeline'}), which is not run."
        )
    pipeline = getattr(diffusers, name, None)
    if not (isinstance(pipeline, type) and issubclass(pipeline, diffusers.DiffusionPipeline)):
        raise VersionRefusedError(f"diffusers {diffusers.__version__} has no pipeline {name}.")
    parameters = call_parameters(pipeline)
    _check_call(pipeline.__name__, parameters)
    height, width = _own_size(folder)
    train_steps = _read_json(folder / "scheduler" / "scheduler_config.json").get("num_train_timesteps")
    return Facts(name, tuple(parameters), width, height, train_steps)


def inspect_image(path: str, input_schema: dict[str, Any], output_schema: dict[str, Any]) -> Inspection:
    """What a folder takes and gives, or why it cannot be run."""
    folder = Path(path)
    try:
        facts = read_facts(folder)
        files = safetensors_files(folder)
        if not files:
            raise VersionRefusedError("It has no safetensors weights; pickled weights can run code and are not loaded.")
        parameters = parameter_count(files)
    except VersionRefusedError as refusal:
        return Inspection(refusal=str(refusal))
    except (ValueError, OSError, ImportError) as error:
        return Inspection(refusal=f"Its pipeline cannot be read: {error}")
    info = {
        "architecture": facts.class_name,
        "call_parameters": list(facts.parameters),
        "parameters": parameters,
        "bytes": folder_bytes(folder),
    }
    narrowed = deepcopy(input_schema)
    properties = narrowed["properties"]
    for name, parameter in PARAMETERS.items():
        if parameter not in facts.parameters:
            del properties[name]
    narrowed["required"] = [name for name in narrowed["required"] if name in properties]
    if "steps" in properties and facts.train_steps:
        most = min(properties["steps"]["maximum"], facts.train_steps)
        properties["steps"].update(maximum=most, default=min(properties["steps"]["default"], most))
    for name, side in (("width", facts.width), ("height", facts.height)):
        if name in properties:
            properties[name]["default"] = min(side, properties[name]["maximum"])
    return Inspection(narrowed, deepcopy(output_schema), info)


def _check_call(name: str, parameters: dict[str, inspect.Parameter]) -> None:
    """Refuse pipelines that generate something else, or need inputs that are not supported."""
    for medium, marks in (("video", _VIDEO), ("audio", _AUDIO)):
        if marks & parameters.keys():
            raise VersionRefusedError(f"Its pipeline {name} generates {medium}; only images are supported.")
    needed = [n for n, p in parameters.items() if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
    if unknown := [n for n in needed if n not in PARAMETERS.values()]:
        raise VersionRefusedError(f"Its pipeline {name} needs {', '.join(unknown)}, which is not supported.")
    image_only = "image" in parameters and ("width" not in parameters or _FROM_IMAGE_NAMES.search(name))
    if image_only or _FROM_IMAGE & parameters.keys():
        raise VersionRefusedError(f"Its pipeline {name} needs an image as input, which is not supported.")
    if _OTHER_NAMES.search(name) or not {"prompt", "num_inference_steps"} & parameters.keys():
        raise VersionRefusedError(f"Its pipeline {name} does not generate images.")


def _own_size(folder: Path) -> tuple[int, int]:
    """Height and width in pixels that the pipeline was trained for, made smaller where that is over MAX_PIXELS."""
    network = _read_json(folder / "unet" / "config.json") or _read_json(folder / "transformer" / "config.json")
    sample = network.get("sample_size") or _DEFAULT_SAMPLE_SIZE
    height, width = sample if isinstance(sample, list) else (sample, sample)
    # pixels of a latent's side: each stage of the VAE but the last halves the image
    vae = _read_json(folder / "vae" / "config.json") or _read_json(folder / "vqvae" / "config.json")
    stages = vae.get("block_out_channels") or vae.get("encoder_block_out_channels")
    scale = int(2 ** (len(stages) - 1)) if stages else _DEFAULT_SCALE if vae else 1
    excess = max(1.0, sqrt(height * width * scale**2 / MAX_PIXELS))

    def fit(side: float) -> int:
        return max(_SMALLEST_SIDE, int(side) // 8 * 8)

    return fit(height * scale / excess), fit(width * scale / excess)


def _read_json(path: Path) -> dict[str, Any]:
    """A JSON object, empty where the file is missing."""
    if not path.is_file():
        return {}
    body = orjson.loads(path.read_bytes())
    return body if isinstance(body, dict) else {}
