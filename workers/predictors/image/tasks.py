"""What one loaded pipeline can do: the pipeline classes that its parts serve, and the files that each takes."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import diffusers

from workers.contract.predictor import VersionRefusedError
from workers.predictors.image.components import needed_parts

IMAGE, VIDEO, AUDIO = "image", "video", "audio"
PARAMETERS = {
    "prompt": "prompt",
    "negative_prompt": "negative_prompt",
    "steps": "num_inference_steps",
    "guidance": "guidance_scale",
    "width": "width",
    "height": "height",
}
"""The call parameter of a pipeline that each of our inputs becomes; any other has the parameter's own name."""

_VIDEO_MARKS = {"num_frames", "video_length", "num_videos_per_prompt"}
_AUDIO_MARKS = {"num_waveforms_per_prompt", "audio_length_in_s", "audio_end_in_s", "audio_duration", "audio_duration_s"}
_OUTPUT_MARKS = ("num_inference_steps", "prompt", "image", "video", "generator")
# What the classes of other libraries' outputs are: neither a picture, a video nor a sound comes of these
_OTHER_NAMES = re.compile(
    r"Prior|ShapE|LLaDA|DiffusionGemma|Proteina|Marigold|LDM3D|UniDiffuser|LEdits|DiffEdit|Pix2PixZero|^DiffusionPipeline$"
)
_FROM_IMAGE = re.compile(r"Edit|Fill|Img2Img|ImageToVideo|Inpaint|Refiner|VisualCloze|Layered")
_IS_CONTROL = re.compile(r"ControlNet|Adapter")
# Our names of files, by the parameters of calls that take them
_IMAGES = {"image": "image", "images": "image", "input_images": "image"}
_MASKS = {"mask_image": "mask", "mask": "mask", "control_mask": "mask"}
_OTHER_IMAGES = (
    "control_image", "last_image", "example_image", "original_image", "image_reference", "reference_image",
    "reference_images", "cond_image", "condtioning_image", "ip_adapter_image",
)  # fmt: skip
_LISTS = ("images", "input_images", "reference_images")
_SEVERAL_IMAGES = re.compile(r"EditPlus|Flux2(?!.*Inpaint)|GlmImage|ZImageOmni|QwenImage21")
_VIDEOS = (
    "video", "control_video", "pose_video", "face_video", "background_video", "mask_video", "conditioning_frames",
    "reference_video",
)  # fmt: skip
_AUDIOS = ("audio", "src_audio", "reference_audio", "initial_audio_waveforms")
# How diffusers names the classes that it makes of the same parts
_VARIANTS = re.compile(r"Img2Img|Inpaint(?:ing)?|VideoToVideo|ImageToVideo")
_SUFFIXES = ("", "Img2Img", "Inpaint", "Inpainting", "VideoToVideo")


@dataclass(frozen=True)
class FileInput:
    """A file that a call takes: its parameter, what it is, and whether several are taken."""

    parameter: str
    medium: str
    is_list: bool = False


@dataclass(frozen=True)
class Task:
    """One way in which a pipeline's parts are used: the class, its parameters, the files that it takes and needs."""

    cls: type[Any]
    parameters: Mapping[str, inspect.Parameter]
    medium: str
    files: dict[str, FileInput] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """In words, as `info` and messages say it."""
        words = " and ".join(name.replace("_", " ") for name in sorted(self.needed))
        source = words or ("text" if "prompt" in self.parameters else "noise")
        return f"{source} to {self.medium}"

    @property
    def settings(self) -> dict[str, inspect.Parameter]:
        """Parameters that are no files."""
        file_parameters = {file.parameter for file in self.files.values()}
        return {name: parameter for name, parameter in self.parameters.items() if name not in file_parameters}


def call_parameters(pipeline: type[Any]) -> Mapping[str, inspect.Parameter]:
    """The parameters of a pipeline class's call, without self; annotations are types where they can be evaluated."""
    call = inspect.unwrap(pipeline.__call__)
    parameters = dict(inspect.signature(call).parameters)
    parameters.pop("self", None)
    return {
        name: parameter.replace(annotation=_evaluate(parameter.annotation, call.__globals__))
        for name, parameter in parameters.items()
    }


def _evaluate(annotation: Any, names: dict[str, Any]) -> Any:
    """The type that an annotation's text stands for; the text where a library's own does not evaluate."""
    if not isinstance(annotation, str):
        return annotation

    def holder() -> None: ...

    holder.__annotations__ = {"it": annotation}
    try:
        return inspect.get_annotations(holder, globals=names, eval_str=True)["it"]
    except (NameError, SyntaxError, TypeError, AttributeError):
        return annotation


def may_be_none(annotation: Any) -> bool:
    """Whether an annotation says that None is a value of its own, and not only a stand-in for what has to be given."""
    if isinstance(annotation, str):
        return "None" in annotation or "Optional" in annotation
    return type(None) in members(annotation)


def members(annotation: Any) -> tuple[Any, ...]:
    """The types of a union, or the one type."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return typing.get_args(annotation)
    return (annotation,)


def is_required(parameter: inspect.Parameter) -> bool:
    """Whether a call cannot do without it."""
    return parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD


def is_value(annotation: Any) -> bool:
    """Whether a text, a number, or a list of numbers is of this type."""
    return any(
        each in (bool, str, int, float)
        or (typing.get_origin(each) in (list, tuple) and {*typing.get_args(each)} - {Ellipsis} in ({int}, {float}))
        for each in members(annotation)
    )


def find_medium(pipeline: type[Any]) -> str:
    """What a pipeline class gives: image, video or audio.

    Raises:
        VersionRefusedError: none of them.
    """
    name, parameters = pipeline.__name__, call_parameters(pipeline).keys()
    if _OTHER_NAMES.search(name) or not parameters & set(_OUTPUT_MARKS):
        raise VersionRefusedError(f"Its pipeline {name} gives neither pictures, videos nor sounds.")
    if parameters & _VIDEO_MARKS or {"video", "control_video"} & parameters:
        return VIDEO
    return AUDIO if parameters & _AUDIO_MARKS or "Audio" in name else IMAGE


def describe_task(pipeline: type[Any], *, is_own: bool = True, several_controls: bool = False) -> Task:
    """What a pipeline class's call takes.

    Raises:
        VersionRefusedError: it needs something that no input of ours can be, or gives something else.
    """
    name, parameters = pipeline.__name__, call_parameters(pipeline)
    medium = find_medium(pipeline)
    files: dict[str, FileInput] = {}
    needed = set()
    is_control = bool(_IS_CONTROL.search(name)) and "control_image" not in parameters
    for parameter in parameters.values():
        file = _read_file(parameter, is_control=is_control)
        if file is None:
            continue
        ours, kind = file
        if parameter.name == "ip_adapter_image":
            # Its weights come by themselves, with an adapter
            continue
        if ours == "mask" and medium != IMAGE:
            if medium == AUDIO:
                continue
            kind = VIDEO
        is_list = parameter.name in _LISTS or (ours == "image" and bool(_SEVERAL_IMAGES.search(name)))
        files[ours] = FileInput(parameter.name, kind, is_list or (ours == "control_image" and several_controls))
        # `image: Picture = None` has to be given where `image: Picture | None = None` may be left out
        if (
            parameter.default is parameter.empty
            or not may_be_none(parameter.annotation)
            or (ours in ("image", "mask") and _FROM_IMAGE.search(name))
            or ours == "conditioning_frames"
        ):
            needed.add(ours)
    if {"image", "video"} <= files.keys() and {"image", "video"} <= needed:
        # Either of the two will do
        needed -= {"image", "video"}
    if "input_images" in parameters or name.startswith(("StableCascade", "DreamLite", "AnyFlow")):
        needed -= {"image", "video"}
    file_parameters = {file.parameter for file in files.values()}
    known = {*PARAMETERS.values(), *file_parameters, "generator", "class_labels"}
    unknown = [
        each.name
        for each in parameters.values()
        if is_required(each) and each.name not in known and not is_value(each.annotation)
    ]
    if unknown:
        raise VersionRefusedError(f"Its pipeline {name} needs {', '.join(unknown)}, which is not supported.")
    if is_own and not {"prompt", "num_inference_steps", "image", "generator"} & parameters.keys():
        raise VersionRefusedError(f"Its pipeline {name} gives neither pictures, videos nor sounds.")
    return Task(pipeline, parameters, medium, files, frozenset(needed))


def _read_file(parameter: inspect.Parameter, *, is_control: bool) -> tuple[str, str] | None:
    """Our name of a parameter that takes files, and what they are."""
    name = parameter.name
    if name in _IMAGES:
        return ("control_image" if is_control else _IMAGES[name]), IMAGE
    if name in _MASKS:
        return _MASKS[name], IMAGE
    if name in _OTHER_IMAGES:
        return name, IMAGE
    if name in _VIDEOS:
        return name, VIDEO
    if name in _AUDIOS:
        return name, AUDIO
    return None


def find_tasks(
    pipeline: type[Any], configs: Mapping[str, dict[str, Any]], *, several_controls: bool = False
) -> list[Task]:
    """All that a pipeline's parts can do, its own class first; `configs` are the parts' configurations by name.

    Raises:
        VersionRefusedError: its own class can do nothing here.
    """
    tasks = [describe_task(pipeline, several_controls=several_controls)]
    network = configs.get("unet") or configs.get("transformer") or {}
    channels, given_back = network.get("in_channels"), network.get("out_channels")
    if channels is not None and given_back is not None and channels != given_back:
        # Made for more than the picture: a mask, a picture to edit, a control
        return tasks
    for cls in _relatives(pipeline):
        if cls is pipeline or not needed_parts(cls) <= configs.keys():
            continue
        try:
            task = describe_task(cls, is_own=False, several_controls=several_controls)
        except VersionRefusedError:
            continue
        if task.medium == tasks[0].medium and all(task.files.keys() != other.files.keys() for other in tasks):
            tasks.append(task)
    return tasks


def _relatives(pipeline: type[Any]) -> list[type[Any]]:
    """The classes that diffusers makes of the same parts, those without a ControlNet too."""
    name = pipeline.__name__.removesuffix("Pipeline")
    end = "Combined" if name.endswith("Combined") else ""
    stem = _VARIANTS.sub("", name.removesuffix(end) if end else name)
    stems = [stem, stem.partition("ControlNet")[0]] if "ControlNet" in stem else [stem]
    # Of others, the network for pictures has more inputs than that for words alone
    suffixes = (*_SUFFIXES, "ImageToVideo") if stem == "LTX" else _SUFFIXES
    classes = (getattr(diffusers, f"{each}{suffix}{end}Pipeline", None) for each in stems for suffix in suffixes)
    return [
        cls for cls in dict.fromkeys(classes) if isinstance(cls, type) and issubclass(cls, diffusers.DiffusionPipeline)
    ]


def choose_task(tasks: list[Task], given: set[str]) -> Task | None:
    """The first task that takes the files that were given, and has all that it needs."""
    return next((task for task in tasks if task.needed <= given <= task.files.keys()), None)
