"""A worker that slept past its lease may claim its own prediction again, before it hears that it was lost."""

from __future__ import annotations

import asyncio

from server.adapters.database import rows
from server.runtime import Runtime
from server.tables import Prediction, Version
from tests.integration.queue.store import add, row
from tests.support.supervisors import supervising

WORDS = {"text": "one two three four five six", "delay_seconds": 0.3}


async def until(made: Prediction, status: str, attempt: int) -> None:
    async with asyncio.timeout(30):
        while True:
            found = await row(made.id)
            if (found["status"], found["attempt"]) == (status, attempt):
                return
            await asyncio.sleep(0.02)


async def until_text(rt: Runtime, made: Prediction) -> None:
    async with asyncio.timeout(30):
        while (live := await rt.event_log.live(str(made.id))) is None or not live.text:
            await asyncio.sleep(0.02)


async def test_the_attempt_that_was_lost_holds_up_nobody(rt: Runtime, version: Version) -> None:
    # Its heartbeats are ten seconds apart
    async with supervising(rt) as supervisor:
        made = await add(version, input=WORDS)
        supervisor.wake("custom", str(made.id))
        await until_text(rt, made)
        # As another process's sweeper does, whose announcement is lost
        sql = """UPDATE prediction SET status = 'starting', worker_id = NULL, lease_until = NULL, run_at = now()
          WHERE id = $1"""
        await rows(sql, made.id)
        supervisor.wake("custom", str(made.id))
        await until(made, "processing", 2)
        await until(made, "succeeded", 2)
        assert (await row(made.id))["output"] == f'"{WORDS["text"]}"'
        # It waits until nobody else runs
        alone = await add(version, input={"text": "alone"}, alone=True)
        supervisor.wake("custom", str(alone.id))
        await until(alone, "succeeded", 1)
