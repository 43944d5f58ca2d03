"""Values that are asked for with each request and read now and then."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

# Within these seconds, what was read answers again
KEPT_SECONDS = 2.0
MOST_KEPT = 10_000


class KeptValues(Generic[T]):
    """Values by owner, each read at most every KEPT_SECONDS."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[T, float]] = {}
        self._clears = 0

    async def get(self, owner: str, read: Callable[[str], Awaitable[T]]) -> T:
        """The value of an owner, read where it was not lately."""
        at = time.monotonic()
        if owner in self._values and at - self._values[owner][1] < KEPT_SECONDS:
            return self._values[owner][0]
        clears = self._clears
        value = await read(owner)
        if len(self._values) >= MOST_KEPT:
            self._values.clear()
        # What was read before all was forgotten is not what others shall get after that
        if clears == self._clears:
            self._values[owner] = (value, at)
        return value

    def clear(self) -> None:
        """Forget all values, so that they are read again."""
        self._values.clear()
        self._clears += 1


class KeptCounts(KeptValues[int]):
    """Counts by owner, with what this process added since they were read."""

    def add_one(self, owner: str) -> None:
        """Count one more until the count is read again."""
        if owner in self._values:
            count, at = self._values[owner]
            self._values[owner] = (count + 1, at)
