"""The event loop of one instance: what `setup` opened in it is usable in every `predict`, and closed by `teardown`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future, wait
from typing import Any, TypeVar

T = TypeVar("T")

PAUSE_SECONDS = 0.25
"""A thread that waits executes Python code so often, which is when it can be told that nobody waits for its load."""
CLOSE_SECONDS = 2.0


class InstanceLoop:
    """Runs coroutines from any thread in one loop, which begins with the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine, which sees the context variables of this thread.

        Raises:
            asyncio.CancelledError: it was cancelled.
        """
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._open())
        try:
            while not wait([future], timeout=PAUSE_SECONDS).done:
                pass
            return future.result()
        except CancelledError:
            raise asyncio.CancelledError from None
        finally:
            future.cancel()

    def close(self) -> None:
        """End the loop and what still runs in it."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(CLOSE_SECONDS)

    def _open(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_serve, args=(loop,), name="instance loop", daemon=True)
                self._thread.start()
            return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
