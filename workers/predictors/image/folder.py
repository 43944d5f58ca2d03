"""A pipeline's folder: whether it can be run, what it can do, and which inputs its calls take."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from math import lcm, sqrt
from pathlib import Path
from typing import Any

from workers.contract.layout import read_object
from workers.contract.predictor import Inspection, VersionRefusedError, VersionSpec
from workers.contract.weights import parameter_count
from workers.predictors.image.adapters import adapter_rules, check_adapter
from workers.predictors.image.checkpoint import find_config
from workers.predictors.image.components import Layout, read_layout
from workers.predictors.image.schedulers import compatible_names, max_steps
from workers.predictors.image.schema import MAX_STEPS, SMALLEST_SIDE, input_schema
from workers.predictors.image.tasks import Task, find_tasks
from workers.predictors.image.weighting import can_weigh
from workers.predictors.library_errors import refuse_errors

MAX_SIDE = 2048
# Of a size that is the pipeline's own; a larger one has to be asked for
COMMON_PIXELS = 1_500_000
_DEFAULT_SAMPLE_SIZE = 128
_DEFAULT_SCALE = 8
_EIGHT = 8


@dataclass(frozen=True)
class Facts:
    """What the small files of a pipeline's folder tell.

    `multiple` is what width and height are multiples of, `max_steps` the most that the scheduler can do.
    """

    layout: Layout
    tasks: list[Task]
    width: int
    height: int
    multiple: int
    max_steps: int
    schedulers: list[str]
    configs: dict[str, dict[str, Any]]
    config: str | None = None
    """The name of the configuration by which a checkpoint is loaded."""


def read_facts(spec: VersionSpec) -> Facts:
    """Read model_index.json and the configurations beside it, in a version's folder or that of its checkpoint.

    Raises:
        VersionRefusedError: it cannot be run.
    """
    folder, name = Path(spec.path or ""), None
    if folder.is_file():
        name, place = find_config(spec)
        try:
            layout = read_layout(place, checkpoint=folder)
        except VersionRefusedError as error:
            raise VersionRefusedError(f"It cannot be run by the configuration {name}. {error}") from error
        folder = place
    else:
        layout = read_layout(folder)
    configs = {name: read_object(folder / name / "config.json") for name in layout.components}
    several = any(component.cls.__name__.startswith("Multi") for component in layout.components.values())
    tasks = find_tasks(layout.pipeline, configs, several_controls=several)
    if not layout.weights:
        raise VersionRefusedError("It has no safetensors weights; pickled weights can run code and are not loaded.")
    height, width, multiple = _own_size(layout.pipeline.__name__, configs)
    scheduler = layout.components.get("scheduler")
    config = read_object(folder / "scheduler" / "scheduler_config.json")
    steps = max_steps(scheduler.cls, config) if scheduler else None
    schedulers = compatible_names(scheduler.cls, layout.pipeline) if scheduler else []
    most = min(steps or MAX_STEPS, MAX_STEPS)
    return Facts(layout, tasks, width, height, multiple, most, schedulers, configs, name)


def inspect_image(spec: VersionSpec, base_schema: dict[str, Any], output_schema: dict[str, Any]) -> Inspection:
    """What a version takes and gives, with the adapter of another folder if any, or why it cannot be run."""
    try:
        with refuse_errors("Its pipeline cannot be read by", Path(spec.path or ""), library="diffusers"):
            return _inspect(spec, base_schema, output_schema)
    except VersionRefusedError as refusal:
        return Inspection(refusal=str(refusal))


def _inspect(spec: VersionSpec, base_schema: dict[str, Any], output_schema: dict[str, Any]) -> Inspection:
    facts = read_facts(spec)
    loras = None if spec.adapter is None else check_adapter(Path(spec.adapter), facts.layout.pipeline)
    own = facts.tasks[0]
    info = {
        "architecture": own.cls.__name__,
        "call_parameters": list(own.parameters),
        "parameters": parameter_count(facts.layout.weights),
        "bytes": sum(file.stat().st_size for file in facts.layout.weights),
        "tasks": [task.name for task in facts.tasks],
        "medium": own.medium,
        "adapters": hasattr(own.cls, "load_lora_weights"),
        "safety_checker": "safety_checker" in facts.layout.components and spec.options.get("safety_checker", True),
    }
    if facts.config is not None:
        info["config"] = facts.config
    network = facts.configs.get("transformer") or facts.configs.get("unet") or {}
    parts = {name: part.cls for name, part in facts.layout.components.items()}
    narrowed = input_schema(
        facts.tasks,
        base_schema["properties"],
        sizes=(facts.width, facts.height, facts.multiple),
        max_side=MAX_SIDE,
        max_steps=facts.max_steps,
        schedulers=facts.schedulers,
        classes=network.get("num_embeds_ada_norm") or network.get("num_class_embeds"),
        layers=facts.configs.get("text_encoder", {}).get("num_hidden_layers"),
        weighs=all(can_weigh(parts, task.parameters) for task in facts.tasks),
    )
    if loras is not None:
        for name, rule in adapter_rules(loras).items():
            narrowed["properties"][name] = {**rule, "x-order": len(narrowed["properties"])}
    given = {**deepcopy(output_schema), "title": {"image": "Images", "video": "Video", "audio": "Sound"}[own.medium]}
    return Inspection(narrowed, given, info)


def _own_size(name: str, configs: dict[str, dict[str, Any]]) -> tuple[int, int, int]:
    """Height and width in pixels that the pipeline was trained for, and what both have to be multiples of.

    A size above COMMON_PIXELS is made smaller.
    """
    network = configs.get("unet") or configs.get("transformer") or configs.get("prior") or {}
    sample = network.get("sample_size") or _DEFAULT_SAMPLE_SIZE
    height, width = sample if isinstance(sample, list) else (sample, sample)
    scale = _vae_scale(configs.get("vae") or configs.get("vqvae") or configs.get("movq"))
    patch = network.get("patch_size") or network.get("spatial_patch_size") or 1
    patch = max(int(each) for each in patch[-2:]) if isinstance(patch, list) else int(patch)
    if name.startswith(("Flux", "Chroma", "Bria", "Ovis", "LongCatImage")) and patch == 1:
        # Their calls pack two by two latents into one
        patch = 2
    multiple = lcm(_EIGHT, scale * patch)
    excess = max(1.0, sqrt(height * width * scale**2 / COMMON_PIXELS))

    def fit(side: float) -> int:
        return max(SMALLEST_SIDE, multiple, int(side) // multiple * multiple)

    return fit(height * scale / excess), fit(width * scale / excess), multiple


def _vae_scale(vae: dict[str, Any] | None) -> int:
    """How many pixels of a side a latent stands for."""
    if vae is None:
        return 1
    for key in ("spatial_compression_ratio", "scale_factor_spatial"):
        if isinstance(vae.get(key), int):
            return int(vae[key])
    for key in ("block_out_channels", "encoder_block_out_channels", "dim_mult"):
        # Each stage but the last halves the picture
        if isinstance(vae.get(key), list) and vae[key]:
            return int(2 ** (len(vae[key]) - 1))
    return _DEFAULT_SCALE
