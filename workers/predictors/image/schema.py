"""The input schema of a version, made from the call signatures of the pipelines that its parts serve."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterable
from typing import Any

from workers.contract.predictor import schema
from workers.predictors.image.tasks import IMAGE, PARAMETERS, Task, is_required, members
from workers.predictors.image.weighting import RULE, WEIGHTING

MAX_TEXT = 10_000
MAX_STEPS = 1000
SMALLEST_SIDE = 16
MAX_NUMBERS = 1000
MAX_DESCRIPTION = 300
FORMATS = ("png", "jpeg", "webp")
_OURS = {parameter: name for name, parameter in PARAMETERS.items()}
# What is set otherwise, is no value, or is for those who write programs
_HIDDEN = re.compile(
    r".*(?:embeds?|embeds_t5|embeds_llama3|embeddings|latents?|attention_mask|embeds_mask|kwargs|callback\w*|tensor_inputs)"
    r"(?:_\d)?|return_dict|output_type|generator|num_\w+_per_prompt|batch_size|callback_steps|view_batch_size|debug"
    r"|cache_implementation|enable_safety_check|mixed_precision_\w+|prompt_enhancement_\w+|\w+_batch_size|return_index"
    r"|data_type|args|kwargs"
)
# The bounds of what means the same in all pipelines; what a pipeline has as its default is always within
_RANGES: dict[str, tuple[float, float]] = {
    "guidance": (0, 30), "strength": (0, 1), "eta": (0, 1), "guidance_rescale": (0, 1), "clip_skip": (0, 64),
    "max_sequence_length": (1, 512), "denoising_end": (0, 1), "denoising_start": (0, 1), "aesthetic_score": (0, 10),
    "negative_aesthetic_score": (0, 10), "control_guidance_start": (0, 1), "control_guidance_end": (0, 1),
    "controlnet_conditioning_scale": (0, 10), "adapter_conditioning_scale": (0, 10), "padding_mask_crop": (0, 1024),
    "noise_level": (0, 1000), "motion_bucket_id": (0, 255), "num_frames": (1, 500), "video_length": (1, 500),
    "fps": (1, 120), "frame_rate": (1, 120), "target_fps": (1, 120), "decode_chunk_size": (1, 64),
    "audio_length_in_s": (0.1, 600), "audio_end_in_s": (0.1, 600), "audio_start_in_s": (0, 600),
    "audio_duration": (0.1, 600), "audio_duration_s": (0.1, 600), "duration": (0.1, 600),
}  # fmt: skip
_FALLBACK = {int: (0.0, 10_000.0), float: (0.0, 1000.0)}
_ORDER = (
    "prompt", "image", "mask", "control_image", "video", "audio", "class_labels", "negative_prompt", WEIGHTING, "steps",
    "guidance", "true_cfg_scale", "strength", "width", "height", "num_frames", "fps", "num_images", "seed", "scheduler",
    "output_format",
)  # fmt: skip
_DOC_ENTRY = re.compile(r"^ {0,12}(\w+) \(.*\):\s*$")


def input_schema(
    tasks: list[Task],
    base: dict[str, dict[str, Any]],
    *,
    sizes: tuple[int, int, int],
    max_side: int,
    max_steps: int,
    schedulers: list[str],
    classes: int | None,
    layers: int | None,
    weighs: bool,
) -> dict[str, Any]:
    """The schema of what all tasks take together; the first is the pipeline's own, whose defaults it shows.

    `base` are titles and descriptions of the inputs that all versions have by the same name. `sizes` are width and
    height of its own and what both have to be multiples of; `schedulers` are those that may be taken, its own first;
    `classes` is how many labels it knows, `layers` how many layers its text encoder has,
    `weighs` whether words in prompts can have weights.
    """
    own = tasks[0]
    properties = _value_rules(tasks, base)
    required = [name for name in ("prompt",) if name in properties and "prompt" in own.parameters]
    _bound(properties, own, sizes, max_side, max_steps)
    if "clip_skip" in properties and layers:
        properties["clip_skip"]["maximum"] = max(0, layers - 1)
    if "class_labels" in own.parameters:
        properties["class_labels"] = {
            "title": "Class", "type": "integer", "minimum": 0, "maximum": max(0, (classes or 1000) - 1), "default": 0,
            "description": "Number of the class that is drawn.",
        }  # fmt: skip
    if weighs:
        properties[WEIGHTING] = dict(RULE)
    properties |= _file_rules(tasks)
    required += [name for name in sorted(own.needed) if all(name in task.needed for task in tasks)]
    values = [(_OURS.get(name, name), parameter) for name, parameter in own.settings.items()]
    required += [
        name
        for name, parameter in values
        if is_required(parameter) and name in properties and "default" not in properties[name] and name not in required
    ]
    medium = own.medium
    if medium == IMAGE:
        properties["num_images"] = dict(base["num_images"])
        properties["output_format"] = {
            "title": "File format", "description": "PNG loses nothing, the others are smaller.",
            "type": "string", "enum": list(FORMATS), "default": FORMATS[0],
        }  # fmt: skip
    elif medium == "video" and not {"fps", "frame_rate"} & properties.keys():
        properties["fps"] = {
            "title": "Frames per second", "description": "How fast the video is played.",
            "type": "integer", "minimum": 1, "maximum": 120, "default": 16,
        }  # fmt: skip
    if len(schedulers) > 1 and "steps" in properties:
        properties["scheduler"] = {
            "title": "Scheduler", "description": "How each step is computed; the first is the model's own.",
            "type": "string", "enum": schedulers, "default": schedulers[0],
        }  # fmt: skip
    if "generator" in own.parameters:
        properties["seed"] = dict(base["seed"])
    order = {name: number for number, name in enumerate(_ORDER)}
    names = sorted(properties, key=lambda name: order.get(name, len(order)))
    return schema({name: properties[name] for name in names}, required)


def _value_rules(tasks: list[Task], base: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rules of all parameters that JSON values can be; a default is shown where it holds for all tasks."""
    own = tasks[0]
    properties: dict[str, dict[str, Any]] = {}
    for task in tasks:
        docs = _read_docs(task.cls)
        for name, parameter in task.settings.items():
            ours = _OURS.get(name, name)
            rule = None if _HIDDEN.fullmatch(name) else _rule(ours, parameter, base)
            if rule is None:
                continue
            if "description" not in rule and name in docs:
                rule["description"] = docs[name]
            rule.setdefault("title", ours.replace("_", " ").capitalize())
            known = properties.setdefault(ours, rule)
            if task is not own and ours not in own.settings and known.get("default") != rule.get("default"):
                # Each task has its own, which holds where nothing is given
                known.pop("default", None)
    return properties


def _bound(
    properties: dict[str, dict[str, Any]], own: Task, sizes: tuple[int, int, int], max_side: int, max_steps: int
) -> None:
    """Bound steps by the scheduler, and sides by what they are multiples of."""
    for name in ("steps", *(each for each in properties if each.endswith("num_inference_steps"))):
        if name in properties:
            rule = properties[name]
            rule["minimum"], rule["maximum"] = 1, max_steps
            if "default" in rule:
                rule["default"] = min(int(rule["default"]), max_steps)
    width, height, multiple = sizes
    for name, side in (("width", width), ("height", height)):
        if name in properties:
            rule = properties[name]
            rule.update(
                minimum=max(multiple, SMALLEST_SIDE),
                maximum=max(max_side // multiple, 1) * multiple,
                multipleOf=multiple,
            )
            rule["description"] = f"{name.capitalize()} in pixels, a multiple of {multiple}."
            literal = rule.pop("default", None)
            # Where a picture comes in, its size decides
            if "image" not in own.needed and "video" not in own.needed:
                rule["default"] = min(int(literal or side), rule["maximum"]) // multiple * multiple or multiple


def _rule(ours: str, parameter: inspect.Parameter, base: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """The rule of a parameter by its annotation, or None for what no JSON value can be."""
    types = [each for each in members(parameter.annotation) if each is not type(None)]
    default = None if parameter.default is parameter.empty else parameter.default
    shown = {key: value for key, value in base.get(ours, {}).items() if key in ("title", "description")}
    if bool in types:
        return {**shown, "type": "boolean", **({"default": default} if isinstance(default, bool) else {})}
    if str in types:
        rule = {**shown, "type": "string", "maxLength": MAX_TEXT}
        # "" is no default of prompts: what is absent is not the same as what is empty
        return {**rule, "default": default} if isinstance(default, str) and default else rule
    number = float if float in types else int if int in types else None
    if isinstance(default, float) and number is int:
        number = float
    if number is not None:
        low, high = _RANGES.get(ours, _FALLBACK[number])
        rule = {**shown, "type": "integer" if number is int else "number"}
        if isinstance(default, (int, float)) and not isinstance(default, bool):
            rule["default"] = default
            low, high = min(low, default if default >= 0 else -high), max(high, default)
        return {**rule, "minimum": _plain(low), "maximum": _plain(high)}
    choices = [value for each in types if typing.get_origin(each) is typing.Literal for value in typing.get_args(each)]
    if choices and all(isinstance(each, str) for each in choices):
        return {**shown, "type": "string", "enum": choices, **({"default": default} if default in choices else {})}
    for each in types:
        inner = typing.get_args(each)
        if typing.get_origin(each) in (list, tuple) and inner and set(inner) - {Ellipsis} <= {int, float}:
            rule = {**shown, "type": "array", "items": {"type": "number" if float in inner else "integer"}}
            is_pair = typing.get_origin(each) is tuple and Ellipsis not in inner
            return {
                **rule,
                "minItems": len(inner) if is_pair else 1,
                "maxItems": len(inner) if is_pair else MAX_NUMBERS,
            }
    return None


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


def _file_rules(tasks: Iterable[Task]) -> dict[str, dict[str, Any]]:
    """The files that tasks take; one that only some take says so."""
    tasks = list(tasks)
    rules: dict[str, dict[str, Any]] = {}
    words = {"image": "picture", "video": "video", "audio": "sound"}
    for task in tasks:
        for name, file in task.files.items():
            title = name.replace("_", " ").capitalize()
            about = {
                "image": "The picture to start from.",
                "mask": "Where it is white, or transparent if it has an alpha channel, the picture is drawn anew.",
                "control_image": "The picture that guides the drawing, as edges, depths or poses.",
            }.get(name, f"A {words[file.medium]} as input.")
            if any(name not in other.needed for other in tasks):
                about += " May be left out."
            rule: dict[str, Any] = {"type": "string", "format": "file"}
            if file.is_list:
                rule = {"type": "array", "items": rule, "minItems": 1, "maxItems": 10}
            rules.setdefault(name, {"title": title, "description": about, **rule})
    return rules


def _read_docs(pipeline: type[Any]) -> dict[str, str]:
    """What a call's docstring says of each parameter, shortened to whole sentences where it can be."""
    docs: dict[str, str] = {}
    name = ""
    lines: list[str] = []
    for line in [*(inspect.getdoc(pipeline.__call__) or "").splitlines(), "end (x):"]:
        if match := _DOC_ENTRY.match(line):
            if name and (text := _shorten(" ".join(" ".join(lines).split()))):
                docs[name] = text
            name, lines = match[1], []
        elif line.strip() in ("Examples:", "Returns:"):
            break
        else:
            lines.append(line)
    return docs


def _shorten(text: str) -> str:
    text = text.replace("`", "").replace("[", "").replace("]", "")
    text = re.sub(r"\(https?://\S+\)", "", text)
    if len(text) <= MAX_DESCRIPTION:
        return text
    cut = text[:MAX_DESCRIPTION].rpartition(". ")[0]
    return f"{cut}." if cut else f"{text[: MAX_DESCRIPTION - 1]}…"
