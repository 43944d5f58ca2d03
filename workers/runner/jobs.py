"""One prediction in the runner, from its model's load to its last message."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from inspect import isgenerator
from typing import Any

from workers.contract.context import CancelSignal, PredictionContext, current_prediction
from workers.contract.failures import INPUT_REJECTED, OUT_OF_MEMORY, ModelLoadError, describe, explain, free_memory
from workers.contract.protocol import Canceled, Done, Failed, Run, Started, Timing
from workers.runner.model_cache import ModelCache
from workers.runner.pictures import MAX_PIXELS, check_pictures

logger = logging.getLogger(__name__)


def perform(run: Run, context: PredictionContext, cache: ModelCache, max_pixels: int = MAX_PIXELS) -> None:
    """Run a prediction; whatever happens in it ends in one last message."""
    message = _attempt(run, context, cache, max_pixels)
    if isinstance(message, Failed) and message.code == OUT_OF_MEMORY:
        cache.shrink()
        free_memory()
    try:
        context.finish(message)
    except (TypeError, ValueError) as error:
        context.finish(Failed(run.prediction, *explain(error)))


def _attempt(run: Run, context: PredictionContext, cache: ModelCache, max_pixels: int) -> Done | Failed | Canceled:
    try:
        check_pictures(run.files, max_pixels)
        return Done(run.prediction, _predict(run, context, cache))
    except CancelSignal:
        return Canceled(run.prediction)
    except BaseException as error:  # a model's SystemExit must not end its prediction in silence
        return _ending(run, context, error)


def _predict(run: Run, context: PredictionContext, cache: ModelCache) -> Any:
    waiting = time.monotonic()
    with ExitStack() as stack:
        with _timed(context, "load"):
            predictor = stack.enter_context(cache.lease(run.version, context))
        context.begin()
        context.send(Started(run.prediction, context.started - waiting))
        token = current_prediction.set(context)
        try:
            with _timed(context, "predict"):
                output = _emitted(predictor.predict(context), context)
        finally:
            current_prediction.reset(token)
    # a model that looks at `cancelled` and returns early has not succeeded
    context.check()
    return output


@contextmanager
def _timed(context: PredictionContext, phase: str) -> Iterator[None]:
    """Measure a phase of a prediction that is traced."""
    if context.traceparent is None:
        yield
        return
    began, error = time.time(), None
    try:
        yield
    except CancelSignal:
        error = "CANCELED"
        raise
    except BaseException as failure:
        error = explain(failure)[0]
        raise
    finally:
        context.send(Timing(context.prediction, phase, began, time.time(), error))


def _emitted(result: Any, context: PredictionContext) -> Any:
    """What predict returned; a generator is run, each of its yields being emitted."""
    if not isgenerator(result):
        return result
    with closing(result):
        for piece in result:
            context.check()
            context.emit(piece)
    return None


def _ending(run: Run, context: PredictionContext, error: BaseException) -> Failed | Canceled:
    code, message = explain(error)
    if code != INPUT_REJECTED and not isinstance(error, ModelLoadError):
        logger.error("Prediction %s failed: %s", run.prediction, describe(error), exc_info=error)
    if context.cancelled:
        return Canceled(run.prediction)
    return Failed(run.prediction, code, message)


class Pools:
    """The threads of each version, kept, since libraries hold caches for each thread that runs a model."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: dict[str, ThreadPoolExecutor] = {}

    def submit(self, version: str, size: int, task: Callable[[], None]) -> Future[None]:
        """Run a task in one of the version's `size` threads."""
        with self._lock:
            pool = self._pools.get(version)
            if pool is None:
                pool = self._pools[version] = ThreadPoolExecutor(size, thread_name_prefix=f"version {version}")
            return pool.submit(task)

    def discard(self, version: str) -> None:
        """End the threads of a version once what was submitted is done."""
        with self._lock:
            pool = self._pools.pop(version, None)
        if pool is not None:
            pool.shutdown(wait=False)
