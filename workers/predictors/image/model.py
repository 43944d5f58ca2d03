"""A loaded pipeline of diffusers, which draws pictures of several predictions together."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
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
class PendingImage(Item):
    """One picture that a prediction waits for; its weight is its pixels."""

    seed: int = 0
    reporter: Any = None


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
        # one step of a small picture, so that the first prediction does not pay for what is set up lazily
        values = {"prompt": "", "steps": 1, "width": WARM_UP_SIDE, "height": WARM_UP_SIDE}
        arguments = {**self._arguments(values), "generator": torch.Generator("cpu").manual_seed(0)}
        try:
            self._pipeline(**{name: value for name, value in arguments.items() if name in self._parameters})
        except Exception as error:
            # A scheduler may not know one step, or a pipeline this size: the user's own may do
            logger.info("The pipeline was not warmed up: %s", error)
        takes_lists = {"prompt", "generator", "callback_on_step_end"} <= set(self._parameters)
        self.batcher = MicroBatcher(self._draw, MAX_TOGETHER if takes_lists else 1, MAX_PIXELS)

    def size_bytes(self) -> int:
        """Bytes of the weights of all parts of the pipeline."""
        return module_bytes(self._pipeline.components.values())

    def close(self) -> None:
        """End the thread that draws."""
        self.batcher.close()

    def generate(self, context: PredictionContext) -> None:
        """Draw `num_images` images with the seeds from `context.seed` on, and give each out as a PNG file.

        Raises:
            InputRejectedError: too many pixels or steps.
            CancelSignal: asked to stop; the images drawn before were given out.
        """
        arguments = self._arguments(context.input)
        width, height = arguments.get("width", 0), arguments.get("height", 0)
        if width * height > MAX_PIXELS:
            raise InputRejectedError(f"{width} x {height} is {width * height} pixels; the maximum is {MAX_PIXELS}.")
        steps = arguments.get("num_inference_steps")
        known = getattr(getattr(self._pipeline, "scheduler", None), "config", {}).get("num_train_timesteps")
        if known and (steps or 0) > int(known):
            raise InputRejectedError(f"{steps} steps are too many: this model's scheduler has {known}.")
        key = tuple(sorted((name, value) for name, value in arguments.items() if name not in _PER_PICTURE))
        pixels = width * height or MAX_PIXELS // MAX_TOGETHER
        count = context.input.get("num_images", 1)
        for number in range(count):
            context.check()
            reporter = StepReporter(context, number, count, steps, self.previews)
            pending = PendingImage(context, arguments, key, pixels, seed=context.seed + number, reporter=reporter)
            image = self.batcher.result(pending)
            png = BytesIO()
            image.save(png, format="PNG")
            context.file(png.getvalue(), "image/png", image.width, image.height)

    def _arguments(self, values: dict[str, Any]) -> dict[str, Any]:
        """Our inputs as arguments of the pipeline's call, those that it takes."""
        arguments = {PARAMETERS[name]: value for name, value in values.items() if name in PARAMETERS and name != "seed"}
        if "width" in self._parameters:
            arguments = {"width": self._own_size[0], "height": self._own_size[1], **arguments}
        return {name: value for name, value in arguments.items() if name in self._parameters}

    def _draw(self, batch: list[PendingImage]) -> list[Any]:
        """The PIL images of a batch, drawn in one call."""

        def on_step_end(pipeline: Any, step: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
            # each prediction hears of its own picture, until it is asked to stop
            left = [number for number, pending in enumerate(batch) if not pending.context.cancelled]
            if not left:
                raise CancelSignal
            latents = values.get("latents")
            for number in left:
                own = {} if latents is None else {"latents": latents[number : number + 1]}
                with suppress(CancelSignal):
                    batch[number].reporter.on_step_end(pipeline, step, timestep, own)
            return values

        # on the CPU whatever the device is, so that a seed means the same noise everywhere
        generators = [torch.Generator("cpu").manual_seed(pending.seed) for pending in batch]
        if len(batch) == 1:
            arguments = {**batch[0].arguments, **batch[0].reporter.hook(self._pipeline, self._parameters)}
        else:
            lists = {name: [d.arguments[name] for d in batch] for name in _PER_PICTURE if name in batch[0].arguments}
            arguments = {**batch[0].arguments, **lists, "callback_on_step_end": on_step_end}
        if "generator" in self._parameters:
            arguments["generator"] = generators[0] if len(batch) == 1 else generators
        images = getattr(self._pipeline(**arguments), "images", None)
        if images is None or len(images) != len(batch):
            raise RuntimeError(f"{type(self._pipeline).__name__} gave {len(images or [])} images of {len(batch)}")
        return list(images)


class StepReporter:
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

        def progress_bar(iterable: Iterable[Any] | None = None, total: int | None = None) -> _ProgressBar:
            items = None if iterable is None else list(iterable)
            self._total = len(items) if items is not None else (total or self._total)
            return _ProgressBar(self, items)

        pipeline.progress_bar = progress_bar
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


class _ProgressBar:
    """What pipelines use of tqdm."""

    def __init__(self, reporter: StepReporter, items: list[Any] | None) -> None:
        self._reporter = reporter
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
        self._reporter.advance(self._done)
