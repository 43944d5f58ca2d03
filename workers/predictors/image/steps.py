"""The steps of a pipeline that draws: they become progress and previews, and an end where it was asked to stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self

from workers.contract.predictor import PredictionContext
from workers.predictors.image.previews import Previews


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
        # What computes several steps at a time indexes them wrongly for its own callback
        if "callback" in parameters and "callback_steps" in parameters and "parallel" not in parameters:
            return {"callback": lambda step, timestep, latents: self.advance(step + 1, latents), "callback_steps": 1}

        def progress_bar(iterable: Iterable[Any] | None = None, total: int | None = None) -> _ProgressBar:
            items = None if iterable is None else list(iterable)
            self._total = len(items) if items is not None else (total or self._total)
            return _ProgressBar(self, items)

        pipeline.progress_bar = progress_bar
        return {}

    def on_step_end(self, pipeline: Any, step: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        """What a pipeline calls after each step; raises as `advance`.

        Nothing is given back: a pipeline takes that for new values of its variables, and some show others here.
        """
        # some schedulers take more steps than they were asked for
        self._total = getattr(pipeline, "num_timesteps", None) or self._total
        self.advance(step + 1, values.get("latents"))
        return {}

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
