"""A deleted model leaves the memory of the workers, as soon as nothing of it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from server.adapters.database import now
from server.runtime import Runtime
from server.tables import Model, Version, Worker
from tests.integration.queue.store import add, add_version, row
from tests.support.supervisors import supervising
from workers.supervisor.supervisor import Supervisor

SLOW = {"text": "one two three four five six seven eight", "delay_seconds": 0.3}


async def loaded(supervisor: Supervisor) -> list[str]:
    """The versions in a worker's memory, as its heartbeat says."""
    living = await Worker.get_or_none(id=supervisor.worker_id)
    return list(living.versions) if living else []


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await check():
            await asyncio.sleep(0.02)


async def test_a_deleted_model_leaves_memory_and_another_stays(rt: Runtime, version: Version) -> None:
    other = await add_version()
    async with supervising(rt, heartbeat_seconds=1.0) as supervisor:
        for each in (version, other):
            prediction = await add(each, input={"text": "load"})
            supervisor.wake("custom", str(prediction.id))

        async def both() -> bool:
            return set(await loaded(supervisor)) == {str(version.id), str(other.id)}

        await until(both)
        await Model.filter(id=version.model_id).update(deleted_at=now())

        async def one() -> bool:
            return await loaded(supervisor) == [str(other.id)]

        await until(one)


async def test_what_still_runs_of_a_deleted_model_ends_first(rt: Runtime, version: Version) -> None:
    async with supervising(rt, heartbeat_seconds=1.0) as supervisor:
        prediction = await add(version, input=SLOW)
        supervisor.wake("custom", str(prediction.id))

        async def in_memory() -> bool:
            return await loaded(supervisor) == [str(version.id)]

        await until(in_memory)
        await Model.filter(id=version.model_id).update(deleted_at=now())

        async def gone() -> bool:
            return not await loaded(supervisor)

        await until(gone)
        ended = await row(prediction.id)
        assert (ended["status"], ended["output"]) == ("succeeded", f'"{SLOW["text"]}"')
