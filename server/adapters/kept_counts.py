"""Counts that are asked for with each request and read now and then."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

# Within these seconds, what was read answers again
KEPT_SECONDS = 2.0
MOST_KEPT = 10_000


class KeptCounts:
    """Counts by owner, each read at most every KEPT_SECONDS, and what this process added since."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, float]] = {}

    async def get(self, owner: str, read: Callable[[str], Awaitable[int]]) -> int:
        """The count of an owner, read where it was not lately."""
        at = time.monotonic()
        if owner in self._counts and at - self._counts[owner][1] < KEPT_SECONDS:
            return self._counts[owner][0]
        count = await read(owner)
        if len(self._counts) >= MOST_KEPT:
            self._counts.clear()
        self._counts[owner] = (count, at)
        return count

    def add_one(self, owner: str) -> None:
        """Count one more until the count is read again."""
        if owner in self._counts:
            count, at = self._counts[owner]
            self._counts[owner] = (count + 1, at)

    def clear(self) -> None:
        """Forget all counts, so that they are read again."""
        self._counts.clear()
