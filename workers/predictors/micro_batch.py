"""Items of several predictions in one call of a model, made by one thread of the model's own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from workers.contract.context import current_prediction
from workers.contract.failures import describe, free_memory, is_out_of_memory
from workers.contract.predictor import CancelSignal, PredictionContext
from workers.contract.watchdog import give_up, grace_seconds, later

logger = logging.getLogger(__name__)

REFILL_SECONDS = 0.05
REFILL_SHARE = 0.1
"""Of the time that a batch took: so long the next waits for as many as were in it, since each is claimed anew."""


@dataclass(eq=False)
class Item:
    """One thing that a prediction waits for; those of equal `key` may be made together."""

    context: PredictionContext
    arguments: dict[str, Any]
    key: Hashable = None
    weight: int = 0
    result: Any = None
    error: BaseException | None = None
    is_over: bool = False
    arrived: float = field(default_factory=time.monotonic)


I = TypeVar("I", bound=Item)  # noqa: E741 - an item


@dataclass
class MicroBatcher(Generic[I]):
    """Makes what comes, in turn; what waits meanwhile and may be made together is, at most `most` at once.

    `make` gives the results of some items, or errors in their places. When it fails for several, each is made once more
    alone, so that one fails alone; when they all succeed alone it was being together that failed, and they are not put
    together again. A first item waits `wait_seconds` for others. `stuck` is called when a batch whose predictions
    are all canceled goes on for longer than a model has to heed a cancel: nothing else would ever be made.
    """

    make: Callable[[list[I]], list[Any]]
    most: int
    most_weight: int = 0
    wait_seconds: float = 0.0
    stuck: Callable[[str], None] = give_up
    _waiting: list[I] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None
    _closed: bool = False
    _making: list[I] = field(default_factory=list)
    _timer: threading.Timer | None = None
    _refill_until: float = 0.0
    _refill_count: int = 0

    def result(self, item: I) -> Any:
        """The item's result, once it is made.

        Raises:
            CancelSignal: asked to stop; the others that are made with it go on.
        """

        def look() -> None:
            with self._changed:
                self._changed.notify_all()

        with item.context.when_cancelled(look), self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="micro-batch", daemon=True)
                self._thread.start()
            self._waiting.append(item)
            self._changed.notify_all()
            while not item.is_over:
                if item.context.cancelled:
                    if item in self._waiting:
                        self._waiting.remove(item)
                    batch = self._making
                    if self._timer is None and item in batch and all(each.context.cancelled for each in batch):

                        def check(batch: list[I] = batch) -> None:
                            if self._making is batch:
                                self.stuck("A batch that was canceled goes on")

                        self._timer = later(grace_seconds(), check)
                    raise CancelSignal
                self._changed.wait()
        if item.error is not None:
            raise item.error
        return item.result

    def close(self) -> None:
        """End the thread, after what it makes now."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while batch := self._next():
            began = time.monotonic()
            self._make(batch)
            with self._changed:
                self._making = []
                now = time.monotonic()
                self._refill_until = now + min(REFILL_SECONDS, REFILL_SHARE * (now - began))
                self._refill_count = len(batch)
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
                for item in batch:
                    item.is_over = True
                self._changed.notify_all()

    def _next(self) -> list[I]:
        """The oldest that waits, and others that may come along; none at the end."""
        with self._changed:
            while True:
                if not self._waiting:
                    if self._closed:
                        return []
                    self._changed.wait()
                    continue
                first = self._waiting[0]
                fitting = self.most
                if self.most_weight:
                    fitting = max(1, min(fitting, self.most_weight // max(1, first.weight)))
                batch = [item for item in self._waiting if item.key == first.key][:fitting]
                until = first.arrived + self.wait_seconds
                if len(batch) < min(fitting, self._refill_count):
                    until = max(until, self._refill_until)
                left = until - time.monotonic()
                if len(batch) >= fitting or left <= 0 or self._closed:
                    self._waiting = [item for item in self._waiting if item not in batch]
                    self._making = batch
                    return batch
                self._changed.wait(left)

    def _make(self, batch: list[I]) -> None:
        """Make a batch, and each of its items alone where that fails; errors are let go with this call's frame."""
        error = self._try(batch)
        if error is None or len(batch) == 1:
            return
        logger.warning("%s items could not be made together: %s", len(batch), describe(error))
        out_of_memory = is_out_of_memory(error)
        error = None
        free_memory()
        alone = [self._try([item]) for item in batch if not item.context.cancelled]
        if alone and not any(alone) and not out_of_memory:
            self.most = 1

    def _try(self, batch: list[I]) -> BaseException | None:
        """Make some; what went wrong for all is the error of each, and given back."""
        # what a library says of several predictions belongs in the log of none of their users
        token = current_prediction.set(batch[0].context if len(batch) == 1 else None)
        error: BaseException | None = None
        try:
            for item, result in zip(batch, self.make(batch), strict=True):
                item.result, item.error = (None, result) if isinstance(result, BaseException) else (result, None)
        except BaseException as raised:  # a library's own, too, must not end the thread that others wait for
            error = raised
            for item in batch:
                item.error = error
        finally:
            current_prediction.reset(token)
        return None if isinstance(error, CancelSignal) else error
