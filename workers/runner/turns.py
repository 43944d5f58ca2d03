"""Whose turn it is where one may work at a time: short work before long, and nobody waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BYTES_PER_SECOND = 500_000_000
LOOK_SECONDS = 0.5


class Turns:
    """A lock that goes to whoever is due first: the time of asking, and a second more for each BYTES_PER_SECOND.

    So a small model overtakes a large one that waits, until that has waited as long as it was expected to take.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[float] = []
        self._is_taken = False

    @contextmanager
    def take(self, size_bytes: int, check: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Have the turn while the block runs; `check` may raise while it waits."""
        due = time.monotonic() + size_bytes / BYTES_PER_SECOND
        with self._changed:
            self._waiting.append(due)
            try:
                while self._is_taken or due > min(self._waiting):
                    check()
                    self._changed.wait(LOOK_SECONDS)
                self._is_taken = True
            finally:
                self._waiting.remove(due)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._is_taken = False
                self._changed.notify_all()
