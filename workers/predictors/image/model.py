"""A loaded pipeline of diffusers, which draws pictures of several predictions together."""

from __future__ import annotations

import logging
import re
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from PIL import Image

from workers.contract.logs import quieten_diffusers, quieten_transformers
from workers.contract.predictor import (
    SWITCH_SECONDS,
    Adapter,
    CancelSignal,
    Device,
    InputRejectedError,
    PredictionContext,
    SetupContext,
    VersionSpec,
)
from workers.contract.weights import module_bytes
from workers.predictors.image import media, schedulers
from workers.predictors.image.adapters import ONE, SEVERAL, Adapters, Scales
from workers.predictors.image.folder import COMMON_PIXELS, read_facts
from workers.predictors.image.loading import load_pipeline, place
from workers.predictors.image.precision import keep_dtype
from workers.predictors.image.previews import Previews
from workers.predictors.image.steps import StepReporter
from workers.predictors.image.tasks import IMAGE, PARAMETERS, VIDEO, Task, choose_task, members
from workers.predictors.image.weighting import WEIGHTING, check_prompts, weigh
from workers.predictors.micro_batch import Item, MicroBatcher

logger = logging.getLogger(__name__)

MAX_TOGETHER = 4
WARM_UP_SIDE = 64
# Of a picture that comes in and is not made smaller
MAX_IMAGE_PIXELS = 4_200_000
# Of 255: as much as the order of sums changes
MAX_DIFFERENCE = 2
DEFAULT_RATE = 16_000
DEFAULT_FPS = 16
# A call of these that refuses its arguments speaks of the input
_CHECKS = re.compile(r"check_inputs?|check_\w+|retrieve_timesteps|set_timesteps")
_OUTPUTS = ("frames", "videos", "video", "images", "audios", "audio")
_OWN_INPUTS = ("seed", "num_images", "scheduler", "output_format", WEIGHTING, ONE, SEVERAL)


@dataclass(eq=False)
class PendingImage(Item):
    """What one call draws for a prediction: its task, and the scheduler where another was chosen."""

    task: Task | None = None
    scheduler: str | None = None
    seed: int = 0
    adapter: Adapter | None = None
    scales: Scales = ()
    reporter: Any = None
    is_weighted: bool = False


@dataclass(frozen=True)
class Drawing:
    """What a call gave for one prediction: pictures, frames or samples, and whether a safety checker blocked them."""

    values: Any
    is_blocked: bool = False
    sound: Any = None


class ImageModel:
    """The pipeline of one folder; its schedulers, which every step writes into, belong to one thread."""

    def __init__(self, spec: VersionSpec, device: Device, context: SetupContext) -> None:
        quieten_transformers()
        quieten_diffusers()
        facts = read_facts(spec)
        total = sum(file.stat().st_size for file in facts.layout.weights)
        context.loading("read", 0, total)
        self._facts = facts
        pipeline = self._pipeline = load_pipeline(facts, device, spec.options, context)
        context.loading("move", total, total)
        self._pipelines: dict[type[Any], Any] = {facts.tasks[0].cls: self._pipeline}
        self._place = partial(place, device=device, options=spec.options)
        self._offload: str | None = spec.options.get("cpu_offload")
        self._hooked: Any = pipeline
        self._scheduler = getattr(pipeline, "scheduler", None)
        self._cuda_devices = [torch.cuda.current_device()] if device.name.startswith("cuda") else []
        self._alone: set[type[Any]] = set()
        self._compared: set[type[Any]] = set()
        self.previews = Previews(pipeline)
        self.adapters = Adapters(self._pipeline)
        context.loading("warm-up", total, total)
        self._warm_up()
        self.batcher = MicroBatcher(self._draw, MAX_TOGETHER, COMMON_PIXELS)

    def _warm_up(self) -> None:
        """One step of a small picture, so that the first prediction does not pay for what is set up lazily."""
        task = self._facts.tasks[0]
        if task.medium != IMAGE or any(
            file.medium != IMAGE for name, file in task.files.items() if name in task.needed
        ):
            return
        values: dict[str, Any] = {
            "prompt": "", "steps": 1, "width": WARM_UP_SIDE, "height": WARM_UP_SIDE, "class_labels": 0,
            # those that choose a size of this many pixels whatever sides they are given
            "max_area": WARM_UP_SIDE**2, "_auto_resize": False,
        }  # fmt: skip
        arguments = _arguments(task, values)
        picture = Image.new("RGB", (WARM_UP_SIDE, WARM_UP_SIDE))
        for name in task.needed:
            file = task.files[name]
            arguments[file.parameter] = [picture] if file.is_list else picture
        if "generator" in task.parameters:
            arguments["generator"] = torch.Generator("cpu").manual_seed(0)
        try:
            self._prepare(task, None)(**arguments)
        except Exception as error:
            # A scheduler may not know one step, or a pipeline this size: the user's own may do
            logger.info("The pipeline was not warmed up: %s", error)

    def size_bytes(self) -> int:
        """Bytes of the weights of all parts of the pipeline; where they wait on the host, of the largest."""
        parts = self._pipeline.components.values()
        return module_bytes(parts) if not self._offload else max(module_bytes([part]) for part in parts)

    def close(self) -> None:
        """End the thread that draws."""
        self.batcher.close()

    def generate(self, context: PredictionContext) -> None:
        """Draw with the seeds from `context.seed` on, and give each picture, the video or the sound out as a file.

        Raises:
            InputRejectedError: the pipeline cannot be given this input, or all that it drew was blocked.
            CancelSignal: asked to stop; the images drawn before were given out.
        """
        values = {name: value for name, value in context.input.items() if value is not None}
        task = self._choose(values)
        steps = values.get("steps")
        scheduler = values.get("scheduler")
        if steps is not None and steps > self._facts.max_steps:
            raise InputRejectedError(f"{steps} steps are too many: this model's scheduler has {self._facts.max_steps}.")
        if scheduler is not None and scheduler not in self._facts.schedulers:
            raise InputRejectedError(f"This model has no scheduler {str(scheduler)[:100]}.")
        is_weighted = bool(values.get(WEIGHTING))
        if is_weighted:
            check_prompts(values)
        arguments = _arguments(task, values)
        if len({"width", "height"} & arguments.keys()) == 1 and not {"image", "video"} & task.files.keys():
            # Many pipelines overlook a side that comes alone
            arguments = {"width": self._facts.width, "height": self._facts.height, **arguments}
        rate = sample_rate(self._pipeline)
        files = self._read_files(task, values, rate)
        pixels = self._count_pixels(task, arguments, files)
        joins = (
            task.medium == IMAGE and not (files or is_weighted) and _takes_lists(task) and task.cls not in self._alone
        )
        plain = tuple(sorted((name, repr(value)) for name, value in arguments.items() if name not in _texts(task)))
        adapter = context.adapter
        scales = () if adapter is None else self.adapters.choose(adapter, values)
        chosen = adapter.version if adapter and scales else None
        key = (task.cls, scheduler, chosen, scales, plain, *sorted(name for name in arguments)) if joins else object()
        count = values.get("num_images", 1) if task.medium == IMAGE else 1
        blocked = 0
        with self.adapters.open_copy(adapter) as adapter:
            for number in range(count):
                context.check()
                reporter = StepReporter(context, number, count, steps, self.previews)
                pending = PendingImage(
                    context, {**arguments, **files}, key, pixels, task=task, scheduler=scheduler,
                    seed=context.seed + number, adapter=adapter, scales=scales, reporter=reporter,
                    is_weighted=is_weighted,
                )  # fmt: skip
                drawing = self.batcher.result(pending)
                if drawing.is_blocked:
                    blocked += 1
                    context.log(f"Picture {number + 1} was blocked by the model's safety checker and is not given out.")
                    continue
                for file in _to_files(drawing, task.medium, values, rate):
                    context.file(file.content, file.content_type, file.width, file.height)
        if blocked:
            context.metric("blocked", blocked)
        if blocked == count:
            what = "the picture" if count == 1 else f"all {count} pictures"
            raise InputRejectedError(
                f"The model's safety checker blocked {what}. Another seed or prompt may give one that passes."
            )

    def _choose(self, values: dict[str, Any]) -> Task:
        """The task for the files that were given.

        Raises:
            InputRejectedError: no task takes them.
        """
        tasks = self._facts.tasks
        names = {name for task in tasks for name in task.files}
        given = names & values.keys()
        task = choose_task(tasks, given)
        if task is None:
            ways = dict.fromkeys(" and ".join(sorted(each.needed)) or "no file" for each in tasks)
            raise InputRejectedError(
                f"This model takes {', or '.join(ways)}; given was {' and '.join(sorted(given)) or 'no file'}."
            )
        return task

    def _count_pixels(self, task: Task, arguments: dict[str, Any], files: dict[str, Any]) -> int:
        """Pixels of what a call draws: as asked for, or as the picture that keeps its size has, or the model's own."""
        if {"width", "height"} <= arguments.keys():
            return int(arguments["width"] * arguments["height"])
        own = self._facts.width * self._facts.height
        if {"width", "height"} <= task.parameters.keys():
            return own
        contents = [each for value in files.values() for each in (value if isinstance(value, list) else [value])]
        return max((each.width * each.height for each in contents if isinstance(each, Image.Image)), default=own)

    def _read_files(self, task: Task, values: dict[str, Any], rate: int) -> dict[str, Any]:
        """The files of an input as arguments of the task's call."""
        arguments: dict[str, Any] = {}
        sized = {"width", "height"} <= task.parameters.keys()
        for name, file in task.files.items():
            if name not in values:
                continue
            paths = values[name] if isinstance(values[name], list) else [values[name]]
            if len(paths) > 1 and not file.is_list:
                raise InputRejectedError(f"For {task.name}, {name} is one file: {len(paths)} were given.")
            read = media.read_mask if name == "mask" else partial(media.read_file, medium=file.medium, rate=rate)
            contents = [read(str(path), name) for path in paths]
            if name == "image" and not sized and file.medium == IMAGE:
                pixels = max(picture.width * picture.height for picture in contents)
                if pixels > MAX_IMAGE_PIXELS:
                    raise InputRejectedError(
                        f"The picture has {pixels} pixels and keeps its size; the maximum is {MAX_IMAGE_PIXELS}."
                    )
            arguments[file.parameter] = contents if file.is_list else contents[0]
            if file.parameter == "initial_audio_waveforms":
                arguments["initial_audio_sampling_rate"] = rate
                arguments[file.parameter] = contents[0][None]
        return arguments

    def _prepare(self, task: Task, scheduler: str | None) -> Any:
        """The pipeline of a task, made of the same parts, with a scheduler that no call has used."""
        pipeline = self._pipelines.get(task.cls)
        if pipeline is None:
            parts, settings = task.cls._get_signature_keys(task.cls)
            base = self._pipeline
            here = {name: base.components[name] for name in parts if name in base.components}
            configuration = {name: base.config[name] for name in settings if name in base.config}
            pipeline = self._pipelines[task.cls] = task.cls(**here, **configuration)
            pipeline.set_progress_bar_config(disable=True)
        if self._offload == "MODEL" and self._hooked is not pipeline:
            # The parts are the same, and what moves whole ones in turn knows one pipeline
            self._hooked = self._place(pipeline)
        if self._scheduler is not None:
            pipeline.scheduler = schedulers.renew(self._scheduler, scheduler)
        return pipeline

    def _draw(self, batch: list[PendingImage]) -> list[Drawing]:
        """What a batch asks for, drawn in one call; the first several are drawn alone too, and compared."""
        task = batch[0].task
        assert task is not None  # noqa: S101 - `generate` sets it
        drawings = self._call(batch)
        if len(batch) == 1 or task.cls in self._compared:
            return drawings
        quiet = [each for each in batch if not each.context.cancelled]
        alone = {id(each): self._call([each], is_quiet=True)[0] for each in quiet}
        for each, drawing in zip(batch, drawings, strict=True):
            if id(each) in alone and not _are_alike(drawing, alone[id(each)]):
                self._alone.add(task.cls)
                logger.info("%s draws other pictures in company than alone: one by one from now on.", task.cls.__name__)
        self._compared.add(task.cls)
        return [alone.get(id(each), drawing) for each, drawing in zip(batch, drawings, strict=True)]

    def _call(self, batch: list[PendingImage], *, is_quiet: bool = False) -> list[Drawing]:
        def on_step_end(pipeline: Any, step: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
            # each prediction hears of its own picture, until it is asked to stop
            left = [number for number, pending in enumerate(batch) if not pending.context.cancelled]
            if not left:
                raise CancelSignal
            latents = values.get("latents")
            for number in left if not is_quiet else ():
                own = {} if latents is None else {"latents": latents[number : number + 1]}
                with suppress(CancelSignal):
                    batch[number].reporter.on_step_end(pipeline, step, timestep, own)
            return {}

        first = batch[0]
        task = first.task
        assert task is not None  # noqa: S101 - `generate` sets it
        began = time.monotonic()
        if self.adapters.use(first.adapter, first.scales):
            # diffusers takes the hooks off to load a LoRA, and does not put them on again where that fails
            self._hooked = None
            seconds = time.monotonic() - began
            for pending in batch if not is_quiet else ():
                pending.context.metric(SWITCH_SECONDS, seconds)
        pipeline = self._prepare(task, first.scheduler)
        # on the CPU whatever the device is, so that a seed means the same noise everywhere
        generators = [torch.Generator("cpu").manual_seed(pending.seed) for pending in batch]
        if len(batch) == 1 and not is_quiet:
            arguments = {**first.arguments, **first.reporter.hook(pipeline, task.parameters)}
        elif len(batch) == 1:
            arguments = {**first.arguments, "callback_on_step_end": on_step_end}
        else:
            lists = {name: [d.arguments[name] for d in batch] for name in _texts(task) if name in first.arguments}
            arguments = {**first.arguments, **lists, "callback_on_step_end": on_step_end}
        if first.is_weighted:
            arguments = weigh(pipeline, arguments)
        if "generator" in task.parameters:
            arguments["generator"] = generators[0] if len(batch) == 1 else generators
        if "seed" in task.parameters:
            arguments["seed"] = first.seed
        output_type = task.parameters.get("output_type")
        if output_type is not None and output_type.default in ("pil", "latent") and not _needs_pil(pipeline, arguments):
            # The numbers themselves, to see whether they are any
            arguments["output_type"] = "np"
        self._save_memory(pipeline, first.weight)
        try:
            with torch.random.fork_rng(devices=self._cuda_devices), keep_dtype(getattr(pipeline, "vae", None)):
                # Some pipelines draw a part of their noise without the generator that they are given
                torch.manual_seed(first.seed)
                result = pipeline(**arguments)
            return _split(result, len(batch), task)
        except (ValueError, TypeError, NotImplementedError) as error:
            if any(_CHECKS.fullmatch(frame.name) for frame in traceback.extract_tb(error.__traceback__)):
                raise InputRejectedError(f"The pipeline refuses this input: {error}") from error
            raise

    def _save_memory(self, pipeline: Any, pixels: int) -> None:
        """Encode and decode large pictures one by one and in tiles: memory stays the same however large they are."""
        vae: Any = getattr(pipeline, "vae", None)
        for way in ("tiling", "slicing"):
            enable, disable = getattr(vae, f"enable_{way}", None), getattr(vae, f"disable_{way}", None)
            is_on = getattr(vae, f"use_{way}", None)
            if enable is None or disable is None or is_on is None:
                continue
            if pixels > COMMON_PIXELS:
                enable()
            elif is_on:
                disable()


def _arguments(task: Task, values: dict[str, Any]) -> dict[str, Any]:
    """Our inputs as arguments of a task's call, those that it takes and that are no files."""
    arguments: dict[str, Any] = {}
    for name, value in values.items():
        parameter = task.settings.get(PARAMETERS.get(name, name))
        if name in _OWN_INPUTS or parameter is None:
            continue
        if isinstance(value, list) and any(_is_tuple(each) for each in members(parameter.annotation)):
            value = tuple(value)
        arguments[parameter.name] = [value] if name == "class_labels" else value
    return arguments


def _is_tuple(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is tuple


def _texts(task: Task) -> list[str]:
    """The parameters that are texts, of which a call for several takes a list."""
    return [name for name, each in task.settings.items() if "prompt" in name and str in members(each.annotation)]


def _takes_lists(task: Task) -> bool:
    """Whether a call draws several at once, each with its own noise and words."""
    lists = all(list[str] in members(task.parameters[name].annotation) for name in _texts(task))
    return lists and {"prompt", "generator", "callback_on_step_end"} <= task.parameters.keys()


def _needs_pil(pipeline: Any, arguments: dict[str, Any]) -> bool:
    """Whether a pipeline does more to pictures than to their numbers: a watermark, a part put back in its place."""
    return "watermarker" in pipeline.components or "padding_mask_crop" in arguments


def _split(result: Any, count: int, task: Task) -> list[Drawing]:
    """What a call gave, by prediction.

    Raises:
        RuntimeError: it gave another number.
        FloatingPointError: its numbers are none.
    """
    values = next((value for name in _OUTPUTS if (value := getattr(result, name, None)) is not None), None)
    name = task.cls.__name__
    if values is None:
        raise RuntimeError(f"{name} gave neither pictures, videos nor sounds.")
    if task.medium != IMAGE or len(values) != count:
        if count != 1:
            raise RuntimeError(f"{name} gave {len(values)} images of {count}.")
        sound = getattr(result, "audio", None) if task.medium == VIDEO and not hasattr(result, "audios") else None
        return [Drawing(values, sound=sound)]
    flags = getattr(result, "nsfw_content_detected", None) or [False] * count
    drawings = []
    for number in range(count):
        value = values[number] if isinstance(values, list) else values[number : number + 1]
        if not isinstance(value, (list, Image.Image)):
            value = media.as_array(value, "picture")
        drawings.append(Drawing(value, bool(flags[number])))
    return drawings


def _are_alike(one: Drawing, other: Drawing) -> bool:
    """Whether two pictures differ by rounding at most."""
    pairs = zip(media.to_pictures(one.values), media.to_pictures(other.values), strict=True)
    return all(
        np.abs(np.asarray(a, dtype=int) - np.asarray(b, dtype=int)).max(initial=0) <= MAX_DIFFERENCE for a, b in pairs
    )


def _to_files(drawing: Drawing, medium: str, values: dict[str, Any], rate: int) -> Iterator[media.MediaFile]:
    """What was drawn as files."""
    if medium == IMAGE:
        yield from (
            media.write_picture(picture, values.get("output_format", "png"))
            for picture in media.to_pictures(drawing.values)
        )
    elif medium == VIDEO:
        speed = float(values.get("fps") or values.get("frame_rate") or DEFAULT_FPS)
        frames = drawing.values
        if not isinstance(frames, list):
            array = media.as_array(frames, "video")
            frames = array[0] if array.ndim == 5 else array
        yield media.write_video(media.to_pictures(frames), speed, drawing.sound, rate)
    else:
        yield media.write_sound(drawing.values, rate)


def sample_rate(pipeline: Any) -> int:
    """Samples a second of the sounds that a pipeline gives, or takes."""
    for part in ("vocoder", "vae", "audio_vae", "unet", "transformer"):
        config = getattr(getattr(pipeline, part, None), "config", None)
        for key in ("output_sampling_rate", "sampling_rate", "sample_rate"):
            value = getattr(config, key, None) if config is not None else None
            if isinstance(value, (int, float)) and value > 0:
                return int(value)
    return DEFAULT_RATE
