"""Tasks that end for certain, and tasks that belong to nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from contextvars import copy_context
from typing import Any, TypeVar

from structlog.contextvars import clear_contextvars

T = TypeVar("T")

AGAIN_SECONDS = 0.25


def shared(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """A task that works for many: its log lines do not carry the ids of whoever came first."""
    context = copy_context()
    context.run(clear_contextvars)
    return asyncio.get_running_loop().create_task(work, context=context)


async def wait_for_event(event: asyncio.Event, seconds: float | None) -> bool:
    """Wait for an event, for at most some seconds; whether it is set.

    `asyncio.wait_for` would swallow a cancel on Python 3.11.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until they have ended; what they raise is dropped.

    One cancel may not do: on Python 3.11 `asyncio.wait_for`, which redis-py uses for every command, swallows a cancel
    that comes together with the end of what it waits for.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.exception()
