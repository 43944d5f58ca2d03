"""A loaded pipeline of diffusers, which draws pictures of several predictions together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import torch
from diffusers import DiffusionPipeline

from workers.contract.logs import quieten_diffusers, quieten_transformers
from workers.contract.predictor import CancelSignal, Device, InputRejectedError, PredictionContext, SetupContext
from workers.contract.weights import folder_bytes, module_bytes
from workers.predictors.image.folder import MAX_PIXELS, PARAMETERS, call_parameters, read_facts
from workers.predictors.image.previews import Previews
from workers.predictors.micro_batch import Item, MicroBatcher
from workers.predictors.quantization import pipeline_arguments

logger = logging.getLogger(__name__)

MAX_TOGETHER = 4
WARM_UP_SIDE = 64
_PER_PICTURE = ("prompt", "negative_prompt")


@dataclass(eq=False)
class Drawing(Item):
    """One picture that a prediction waits for; its weight is its pixels."""

    seed: int = 0
    steps: Any = None


class ImageModel:
    """The pipeline of one folder; its scheduler, which every step writes into, belongs to one thread."""

    def __init__(self, path: str, device: Device, context: SetupContext, options: dict[str, Any] | None = None) -> None:
        quieten_transformers()
        quieten_diffusers()
        folder = Path(path)
        total = folder_bytes(folder)
        context.loading("read", 0, total)
        facts = read_facts(folder)
        self._own_size = facts.width, facts.height
        placed = pipeline_arguments(options or {}, device, folder)
        pipeline = DiffusionPipeline.from_pretrained(
            path,
            dtype=getattr(torch, device.dtype),
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            **placed,
        )
        context.loading("move", total, total)
        self._pipeline = pipeline if placed else pipeline.to(device.name)
        self._pipeline.set_progress_bar_config(disable=True)
        self._parameters = call_parameters(type(pipeline))
        self.previews = Previews(pipeline)
        context.loading("warm-up", total, total)
        self._warm_up()
        self.drawing = MicroBatcher(self._draw, MAX_TOGETHER if self._takes_lists else 1, MAX_PIXELS)

    def size_bytes(self) -> int:
        """Bytes of the weights of all parts of the pipeline."""
        return module_bytes(self._pipeline.components.values())

    def close(self) -> None:
        """End the thread that draws."""
        self.drawing.close()

    def _warm_up(self) -> None:
        """One step of a small picture, so that the first prediction does not pay for what is set up lazily."""
        values = {"prompt": "", "steps": 1, "width": WARM_UP_SIDE, "height": WARM_UP_SIDE}
        arguments = {**self._arguments(values), "generator": torch.Generator("cpu").manual_seed(0)}
        try:
            self._pipeline(**{name: value for name, value in arguments.items() if name in self._parameters})
        except Exception as error:
            # A scheduler may not know one step, or a pipeline this size: the user's own may do
            logger.info("The pipeline was not warmed up: %s", error)

    @property
    def _takes_lists(self) -> bool:
        return {"prompt", "generator", "callback_on_step_end"} <= set(self._parameters)

    def generate(self, context: PredictionContext) -> None:
        """Draw `num_images` images with the seeds from `context.seed` on, and give each out as a PNG file.

        Raises:
            InputRejectedError: too many pixels or steps.
            CancelSignal: asked to stop; the images drawn before were given out.
        """
        arguments = self._arguments(context.input)
        self._check(arguments)
        count = context.input.get("num_images", 1)
        for number in range(count):
            context.check()
            steps = Steps(context, number, count, arguments.get("num_inference_steps"), self.previews)
            image = self.drawing.result(self._drawing(context, arguments, context.seed + number, steps))
            context.file(_png(image), "image/png", image.width, image.height)

    def _drawing(self, context: PredictionContext, arguments: dict[str, Any], seed: int, steps: Steps) -> Drawing:
        key = tuple(sorted((name, value) for name, value in arguments.items() if name not in _PER_PICTURE))
        pixels = arguments.get("width", 0) * arguments.get("height", 0) or MAX_PIXELS // MAX_TOGETHER
        return Drawing(context, arguments, key, pixels, seed=seed, steps=steps)

    def _arguments(self, values: dict[str, Any]) -> dict[str, Any]:
        """Our inputs as arguments of the pipeline's call, those that it takes."""
        arguments = {PARAMETERS[name]: value for name, value in values.items() if name in PARAMETERS and name != "seed"}
        if "width" in self._parameters:
            arguments = {"width": self._own_size[0], "height": self._own_size[1], **arguments}
        return {name: value for name, value in arguments.items() if name in self._parameters}

    def _check(self, arguments: dict[str, Any]) -> None:
        width, height = arguments.get("width", 0), arguments.get("height", 0)
        if width * height > MAX_PIXELS:
            raise InputRejectedError(f"{width} x {height} is {width * height} pixels, and {MAX_PIXELS} are the most.")
        steps, known = arguments.get("num_inference_steps", 0), self._scheduler_steps()
        if known is not None and steps > known:
            raise InputRejectedError(f"{steps} steps are more than the {known} that this model's scheduler knows.")

    def _scheduler_steps(self) -> int | None:
        config = getattr(getattr(self._pipeline, "scheduler", None), "config", {})
        steps = config.get("num_train_timesteps")
        return int(steps) if steps else None

    def _draw(self, batch: list[Drawing]) -> list[Any]:
        """The PIL images of some drawings."""
        # on the CPU whatever the device is, so that a seed means the same noise everywhere
        generators = [torch.Generator("cpu").manual_seed(drawing.seed) for drawing in batch]
        if len(batch) == 1:
            arguments = {**batch[0].arguments, **batch[0].steps.hook(self._pipeline, self._parameters)}
            given: Any = generators[0]
        else:
            lists = {name: [d.arguments[name] for d in batch] for name in _PER_PICTURE if name in batch[0].arguments}
            arguments = {**batch[0].arguments, **lists, "callback_on_step_end": _for_all(batch)}
            given = generators
        if "generator" in self._parameters:
            arguments["generator"] = given
        images = getattr(self._pipeline(**arguments), "images", None)
        if images is None or len(images) != len(batch):
            raise RuntimeError(f"{type(self._pipeline).__name__} gave {len(images or [])} images of {len(batch)}")
        return list(images)


def _for_all(batch: list[Drawing]) -> Callable[..., dict[str, Any]]:
    """What a pipeline calls after each step of several pictures: each hears of its own, until it was asked to stop."""

    def on_step_end(pipeline: Any, step: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        left = [number for number, drawing in enumerate(batch) if not drawing.context.cancelled]
        if not left:
            raise CancelSignal
        latents = values.get("latents")
        for number in left:
            own = {} if latents is None else {"latents": latents[number : number + 1]}
            with suppress(CancelSignal):
                batch[number].steps.on_step_end(pipeline, step, timestep, own)
        return values

    return on_step_end


class Steps:
    """Reports the steps of one image among several, and leaves the pipeline when asked to stop."""

    def __init__(
        self, context: PredictionContext, number: int, count: int, planned: int | None, previews: Previews
    ) -> None:
        self._context = context
        self._previews = previews
        self._number = number
        self._count = count
        self._total = planned or 0

    def hook(self, pipeline: Any, parameters: Iterable[str]) -> dict[str, Any]:
        """Listen in the best way that the pipeline offers; arguments for its call."""
        pipeline.set_progress_bar_config(disable=True)
        pipeline.__dict__.pop("progress_bar", None)
        if "callback_on_step_end" in parameters:
            return {"callback_on_step_end": self.on_step_end}
        if "callback" in parameters and "callback_steps" in parameters:
            return {"callback": lambda step, timestep, latents: self.advance(step + 1, latents), "callback_steps": 1}
        pipeline.progress_bar = self._progress_bar
        return {}

    def on_step_end(self, pipeline: Any, step: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        """What a pipeline calls after each step; raises as `advance`."""
        # some schedulers take more steps than they were asked for
        self._total = getattr(pipeline, "num_timesteps", None) or self._total
        self.advance(step + 1, values.get("latents"))
        return values

    def advance(self, step: int, latents: Any = None) -> None:
        """Report that so many steps of this image are done, which has these latents now.

        Raises:
            CancelSignal: asked to stop.
        """
        total = max(self._total, step)
        self._context.progress(self._number * total + step, self._count * total)
        self._context.check()
        self._previews.show(self._context, latents, self._number * total + step)

    def _progress_bar(self, iterable: Iterable[Any] | None = None, total: int | None = None) -> _Bar:
        items = None if iterable is None else list(iterable)
        self._total = len(items) if items is not None else (total or self._total)
        return _Bar(self, items)


class _Bar:
    """What pipelines use of tqdm."""

    def __init__(self, steps: Steps, items: list[Any] | None) -> None:
        self._steps = steps
        self._items = items or []
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        return None

    def __iter__(self) -> Iterator[Any]:
        for item in self._items:
            yield item
            self.update()

    def update(self, count: int = 1) -> None:
        self._done += count
        self._steps.advance(self._done)


def _png(image: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()
