"""Attempts run side by side, except one that must be alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gate:
    """Admits many together, or one alone."""

    def __init__(self) -> None:
        self._running = 0
        self._lock = asyncio.Lock()
        self._empty = asyncio.Event()

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Inside together with others, but with nobody who is alone."""
        async with self._lock:
            self._running += 1
        try:
            yield
        finally:
            self._running -= 1
            self._empty.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Inside with nobody else."""
        async with self._lock:
            while self._running:
                self._empty.clear()
                await self._empty.wait()
            yield
