"""How often models were run: each prediction is counted once, whoever counts, and how often."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from server.adapters.database import now, rows
from server.maintenance import run_counts
from server.tables import Model, Version
from tests.integration.queue import store


async def runs_of(version: Version) -> int:
    return (await Model.get(id=version.model_id)).runs


async def add(version: Version, queue: str, seconds_ago: float) -> None:
    await store.add(version, queue, created_at=now() - timedelta(seconds=seconds_ago))


async def rewind(seconds: float) -> None:
    """As if the last count had been that long ago."""
    await rows("UPDATE run_count SET counted_until = now() - make_interval(secs => $1) RETURNING id", seconds)


async def test_a_run_is_counted_once_and_only_after_a_while(version: Version, queue: str) -> None:
    await run_counts.count()
    await rewind(1000)
    for seconds_ago in (900, 500, 70, 30, 0):
        await add(version, queue, seconds_ago)
    await run_counts.count()
    assert await runs_of(version) == 3
    await run_counts.count()
    assert await runs_of(version) == 3


async def test_the_next_count_goes_on_where_the_last_one_ended(version: Version, queue: str) -> None:
    await run_counts.count()
    await rewind(1000)
    await add(version, queue, 500)
    await run_counts.count()
    await rewind(200)
    await add(version, queue, 150)
    await add(version, queue, 250)
    await run_counts.count()
    assert await runs_of(version) == 2


async def test_many_counters_at_once_count_once(version: Version, queue: str) -> None:
    await run_counts.count()
    await rewind(1000)
    for _ in range(5):
        await add(version, queue, 300)
    await asyncio.gather(*(run_counts.count() for _ in range(10)))
    assert await runs_of(version) == 5


async def test_what_ran_before_there_were_counts_is_counted(version: Version, queue: str) -> None:
    await add(version, queue, 400 * 86_400)
    await rows("DELETE FROM run_count RETURNING id")
    before = await runs_of(version)
    await run_counts.count()
    assert await runs_of(version) == before + 1
