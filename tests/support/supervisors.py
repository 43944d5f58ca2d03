"""Supervisors that run in the process of a test, beside whatever asks them for work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from server.adapters.wakeups import CANCELS, Wakeups
from server.runtime import Runtime
from server.tables import Worker
from workers.supervisor.runner_client import RunnerOptions
from workers.supervisor.supervisor import Supervisor

READY_SECONDS = 120
"""A runner imports torch before its worker announces itself, which takes its time beside other tests."""


@asynccontextmanager
async def supervising(rt: Runtime, options: RunnerOptions | None = None, **settings: Any) -> AsyncIterator[Supervisor]:
    """A worker that has announced itself; it is stopped at the end, however that comes."""
    own = replace(
        rt, settings=rt.settings.model_copy(update=settings), wakeups=Wakeups(str(rt.settings.redis_dsn), CANCELS)
    )
    supervisor = Supervisor(own, options or RunnerOptions(preload=False))
    stop = asyncio.Event()
    task = asyncio.create_task(supervisor.run(stop))
    try:
        async with asyncio.timeout(READY_SECONDS):
            while not (task.done() or await Worker.exists(id=supervisor.worker_id)):
                await asyncio.sleep(0.02)
        yield supervisor
    finally:
        stop.set()
        await task
