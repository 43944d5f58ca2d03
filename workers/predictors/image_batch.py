"""Pictures of several predictions in one call of a pipeline, drawn by one thread of the model's own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from workers.predictors.base import CancelSignal, PredictionContext
from workers.runner.context import current_prediction
from workers.runner.failures import describe, free_memory, is_out_of_memory

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Drawing:
    """One picture that a prediction waits for; those of equal `key` may be drawn together."""

    context: PredictionContext
    arguments: dict[str, Any]
    seed: int
    steps: Any
    key: Hashable
    pixels: int
    image: Any = None
    error: BaseException | None = None
    is_over: bool = False


@dataclass
class DrawingThread:
    """Draws what comes, in turn; what waits meanwhile and may be drawn together is, at most `most` at once.

    `draw` makes the pictures of some drawings. When it fails for several, each is drawn once more alone, so that one
    fails alone; when they all succeed alone it was being together that failed, and they are not put together again.
    """

    draw: Callable[[list[Drawing]], list[Any]]
    most: int
    most_pixels: int
    _waiting: list[Drawing] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None
    _closed: bool = False

    def image(self, drawing: Drawing) -> Any:
        """The picture, once it is drawn.

        Raises:
            CancelSignal: asked to stop; the others that are drawn with it go on.
        """
        with drawing.context.when_cancelled(self._look), self._changed:
            self._begin()
            self._waiting.append(drawing)
            self._changed.notify_all()
            while not drawing.is_over:
                if drawing.context.cancelled:
                    if drawing in self._waiting:
                        self._waiting.remove(drawing)
                    raise CancelSignal
                self._changed.wait()
        if drawing.error is not None:
            raise drawing.error
        return drawing.image

    def close(self) -> None:
        """End the thread, after what it draws now."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _look(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="drawing", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while batch := self._next():
            self._draw(batch)
            with self._changed:
                for drawing in batch:
                    drawing.is_over = True
                self._changed.notify_all()

    def _next(self) -> list[Drawing]:
        """The oldest that waits, and others that may come along; none at the end."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if not self._waiting:
                return []
            first = self._waiting[0]
            fitting = max(1, min(self.most, self.most_pixels // max(1, first.pixels)))
            batch = [drawing for drawing in self._waiting if drawing.key == first.key][:fitting]
            self._waiting = [drawing for drawing in self._waiting if drawing not in batch]
            return batch

    def _draw(self, batch: list[Drawing]) -> None:
        error = self._try(batch)
        if error is None or len(batch) == 1:
            return
        logger.warning("%s pictures could not be drawn together: %s", len(batch), describe(error))
        out_of_memory = is_out_of_memory(error)
        error = None
        free_memory()
        alone = [self._try([drawing]) for drawing in batch if not drawing.context.cancelled]
        if alone and not any(alone) and not out_of_memory:
            self.most = 1

    def _try(self, batch: list[Drawing]) -> BaseException | None:
        """Draw some; what went wrong is their error, and given back."""
        # what a library says of several predictions belongs in the log of none of their users
        token = current_prediction.set(batch[0].context if len(batch) == 1 else None)
        error: BaseException | None = None
        try:
            for drawing, image in zip(batch, self.draw(batch), strict=True):
                drawing.image = image
        except BaseException as raised:  # a library's own, too, must not end the thread that others wait for
            error = raised
        finally:
            current_prediction.reset(token)
        for drawing in batch:
            drawing.error = error
        return None if isinstance(error, CancelSignal) else error
