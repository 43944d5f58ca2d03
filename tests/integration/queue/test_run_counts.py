"""How often models were run: each prediction is counted once, whoever counts, and how often."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from server.adapters.database import now, rows
from server.maintenance import run_counts
from server.tables import Model, ModelCaller, ModelDay, User, Version
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


async def users(count: int) -> list[UUID]:
    """New users who own nothing."""
    made = [
        User(handle=f"caller-{uuid4().hex[:12]}", email=f"{uuid4().hex}@example.com", password_hash=None)
        for _ in range(count)
    ]
    await User.bulk_create(made)
    return [user.id for user in made]


async def trend_of(version: Version) -> float:
    return (await Model.get(id=version.model_id)).trend


async def run_by(version: Version, queue: str, user_id: UUID | None, seconds_ago: float = 300) -> None:
    await store.add(version, queue, user_id=user_id, created_at=now() - timedelta(seconds=seconds_ago))


async def days_ago(version: Version, days: int, callers: int) -> None:
    """As if so many had run it that many days ago."""
    await rows(
        """INSERT INTO model_day (id, model_id, day, callers)
        VALUES (gen_random_uuid(), $1, (now() AT TIME ZONE 'UTC')::date - $2::int, $3) RETURNING id""",
        version.model_id, days, callers,
    )  # fmt: skip


async def count_again() -> None:
    await rewind(1000)
    await run_counts.count()


async def test_an_account_counts_once_a_day_for_a_model_and_its_owner_never(version: Version, queue: str) -> None:
    first, second = await users(2)
    owner = (await Model.get(id=version.model_id)).owner_id
    await run_counts.count()
    await rewind(1000)
    for user_id in (first, first, first, owner, owner, None):
        await run_by(version, queue, user_id, seconds_ago=70)
    await run_counts.count()
    day = await trend_of(version)
    # A day may have begun since
    assert 0.7 < day <= 1
    for _ in range(20):
        await run_by(version, queue, first, seconds_ago=65)
    await count_again()
    assert await trend_of(version) <= 2 * day
    before = await trend_of(version)
    await run_by(version, queue, second, seconds_ago=65)
    await count_again()
    assert before < await trend_of(version) <= before + 1


async def test_a_trend_fades_and_ends_after_a_week(version: Version) -> None:
    await run_counts.count()
    await days_ago(version, 6, 8)
    await count_again()
    faded = await trend_of(version)
    assert faded in (pytest.approx(1.0), pytest.approx(0.0))
    await days_ago(version, 4, 4)
    await count_again()
    assert faded < await trend_of(version) <= faded + 1
    await rows("UPDATE model_day SET day = day - 7 WHERE model_id = $1 RETURNING id", version.model_id)
    await count_again()
    assert await trend_of(version) == 0
    assert not await ModelDay.exists(model_id=version.model_id)


async def test_many_counters_at_once_count_a_caller_once(version: Version, queue: str) -> None:
    callers = await users(3)
    await run_counts.count()
    await rewind(1000)
    for user_id in callers * 2:
        await run_by(version, queue, user_id, seconds_ago=70)
    await asyncio.gather(*(run_counts.count() for _ in range(10)))
    await count_again()
    assert sum(row.callers for row in await ModelDay.filter(model_id=version.model_id)) in (3, 6)
    assert {row.user_id for row in await ModelCaller.filter(model_id=version.model_id)} == set(callers)


async def test_what_ran_long_ago_is_no_trend(version: Version, queue: str) -> None:
    (caller,) = await users(1)
    await run_by(version, queue, caller, seconds_ago=8 * 86_400)
    await rows("DELETE FROM run_count RETURNING id")
    await run_counts.count()
    assert await trend_of(version) == 0
    assert await runs_of(version) == 1
