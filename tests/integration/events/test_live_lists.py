"""Live lists: every change of a user's rows reaches whoever watches, whenever it is committed, for one read a node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from server.adapters.wakeups import CHANGES, Wakeup, Wakeups
from server.domain.accounts import Viewer
from server.domain.predictions import NewPrediction, PredictionStatus
from server.errors import BadUserInputError, NotFoundError, UnauthenticatedError, UnavailableError
from server.live import live_lists
from server.live.hubs import Hubs
from server.live.live_lists import ListFilter, ListWatcher
from server.maintenance import recovery
from server.queue.claim import claim_hinted
from server.queue.finish import Result, finish
from server.runtime import Runtime
from server.services import predictions
from server.services.predictions import PredictionCriteria
from server.tables import Model, Prediction, User, Version
from tests.integration.events.watching import NOBODY, RedisProcess, Subscriber, finish_run, hubs_of, running_prediction
from tests.integration.queue.store import add, rows
from workers.supervisor.event_writer import EventWriter


class Lister:
    """What one live list told: ids with the status they had."""

    def __init__(self, hubs: Hubs, viewer: Viewer, wanted: ListFilter | None = None) -> None:
        self.told: list[tuple[UUID, str]] = []
        self._changed = asyncio.Event()
        self._stream = live_lists.watch(hubs.lists, viewer, wanted or ListFilter())
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async for row in self._stream:
            self.told.append((row.id, row.status))
            self._changed.set()

    async def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@asynccontextmanager
async def listing(hubs: Hubs, viewer: Viewer, count: int = 1, **wanted: Any) -> AsyncIterator[list[Lister]]:
    found = await predictions.live_filter(viewer, PredictionCriteria(**wanted))
    listers = [Lister(hubs, viewer, found) for _ in range(count)]
    try:
        await asyncio.sleep(0)
        yield listers
    finally:
        for lister in listers:
            await lister.close()


@pytest.fixture
async def user(version: Version) -> User:
    return await User.create(handle=f"u{uuid4().hex[:12]}", email=f"{uuid4().hex}@example.com")


@pytest.fixture
def viewer(user: User) -> Viewer:
    return Viewer(user_id=user.id)


async def mine(version: Version, viewer: Viewer, **fields: object) -> Prediction:
    """A row of the viewer's, written as any process may."""
    return await add(version, uuid4().hex[:12], user_id=viewer.user_id, owner=viewer.owner_key, **fields)


async def slug_of(version: Version) -> str:
    model = await Model.get(id=version.model_id).select_related("owner")
    return f"{model.owner.handle}/{model.name}"


async def test_every_change_of_a_life_is_told(rt: Runtime, version: Version, viewer: Viewer) -> None:
    async with hubs_of(rt) as hubs, listing(hubs, viewer) as (lister,):
        row = await predictions.create(rt, viewer, NewPrediction(await slug_of(version), {}))
        await lister.until(lambda: lister.told == [(row.id, "starting")])
        (claimed,) = await claim_hinted([row.id], row.queue, uuid4(), 600)
        writer = EventWriter(rt.event_log, str(row.id), 1, owner=viewer.owner_key)
        writer.status("processing")
        await lister.until(lambda: lister.told[1:] == [(row.id, "processing")], 4)
        await writer.close(5)
        assert await finish(claimed, Result(PredictionStatus.SUCCEEDED, "x"))
        await rt.event_log.announce(str(row.id), viewer.owner_key)
        await lister.until(lambda: lister.told[2:] == [(row.id, "succeeded")], 4)


async def test_cancels_and_lost_leases_are_told_at_once(rt: Runtime, version: Version, viewer: Viewer) -> None:
    async with hubs_of(rt) as hubs, listing(hubs, viewer) as (lister,):
        stopped, lost = await mine(version, viewer), await mine(version, viewer)
        await rt.event_log.announce_new(viewer.owner_key)
        await lister.until(lambda: len(lister.told) == 2)
        await predictions.cancel(rt, viewer, stopped.id)
        await lister.until(lambda: (stopped.id, "canceled") in lister.told, 4)
        await claim_hinted([lost.id], lost.queue, uuid4(), 600)
        await rows(
            """UPDATE prediction SET lease_until = now() - interval '1 s', losses = 2, alone = true
               WHERE id = $1 RETURNING id""",
            lost.id,
        )
        await recovery.sweep(rt)
        await lister.until(lambda: (lost.id, "failed") in lister.told, 4)


async def test_without_redis_changes_come_all_the_same(
    rt: Runtime, version: Version, viewer: Viewer, own_redis: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_lists, "POLL_SECONDS", 0.5)
    own_redis.kill()
    async with hubs_of(rt) as hubs, listing(hubs, viewer) as (lister,):
        row = await mine(version, viewer)
        await lister.until(lambda: lister.told == [(row.id, "starting")], 12)
        await predictions.cancel(rt, viewer, row.id)
        await lister.until(lambda: lister.told[1:] == [(row.id, "canceled")], 12)


@pytest.mark.parametrize("open_seconds", [0, 25])
async def test_what_is_committed_late_is_not_missed(
    rt: Runtime, version: Version, viewer: Viewer, database: str, open_seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction writes a row, others commit newer ones that are told, and only then it commits."""
    monkeypatch.setattr(live_lists, "POLL_SECONDS", 1.0)
    late, early = await mine(version, viewer), [await mine(version, viewer) for _ in range(5)]
    async with hubs_of(rt) as hubs, listing(hubs, viewer) as (lister,):
        await lister.until(lambda: len(lister.told) == 6)
        connection = await asyncpg.connect(database)
        transaction = connection.transaction()
        await transaction.start()
        # As a transaction that began so long ago writes it: now() is the time of its begin
        sql = """UPDATE prediction SET status = 'canceled', canceled_at = now(), completed_at = now(),
          updated_at = now() - make_interval(secs => $2) WHERE id = $1"""
        await connection.execute(sql, late.id, float(open_seconds))
        for row in early:
            await predictions.cancel(rt, viewer, row.id)
        await lister.until(lambda: {(row.id, "canceled") for row in early} <= set(lister.told))
        assert (late.id, "canceled") not in lister.told
        await transaction.commit()
        await connection.close()
        await rt.event_log.announce_new(viewer.owner_key)
        await lister.until(lambda: (late.id, "canceled") in lister.told, 12)
        assert len(lister.told) == len(set(lister.told)) == 12


async def test_one_read_serves_all_who_watch(
    rt: Runtime, version: Version, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = 0

    async def counted(sql: str, *values: object) -> list[dict[str, Any]]:
        nonlocal statements
        statements += 1
        return await rows(sql, *values)

    monkeypatch.setattr(live_lists, "rows", counted)
    monkeypatch.setattr(live_lists, "POLL_SECONDS", 60)
    async with hubs_of(rt) as hubs, listing(hubs, viewer, 200) as listers:
        row = await mine(version, viewer)
        await rt.event_log.announce_new(viewer.owner_key)
        for lister in listers:
            await lister.until(lambda: lister.told == [(row.id, "starting")])  # noqa: B023
        assert statements <= 3
        before = statements
        await predictions.cancel(rt, viewer, row.id)
        for lister in listers:
            await lister.until(lambda: lister.told[1:] == [(row.id, "canceled")])  # noqa: B023
        assert statements == before + 1
        assert len(hubs.lists._lists) == 1
    assert hubs.lists._lists == {}


async def test_whoever_joins_is_told_the_latest_and_nothing_old(rt: Runtime, version: Version, viewer: Viewer) -> None:
    """Between listing and subscribing is no gap, and what stood there long before is no change."""
    old, recent = await mine(version, viewer), await mine(version, viewer)
    await rows("UPDATE prediction SET updated_at = now() - interval '20 s' WHERE id = $1 RETURNING id", old.id)
    async with hubs_of(rt) as hubs, listing(hubs, viewer) as (first,):
        await first.until(lambda: first.told == [(recent.id, "starting")])
        async with listing(hubs, viewer) as (second,):
            await second.until(lambda: second.told == [(recent.id, "starting")])
            await predictions.cancel(rt, viewer, old.id)
            for lister in (first, second):
                await lister.until(lambda: lister.told[1:] == [(old.id, "canceled")])  # noqa: B023


async def test_filters_and_other_users(rt: Runtime, version: Version, viewer: Viewer, database: str) -> None:
    other = await Version.create(
        model_id=version.model_id, number=2, state="READY", source_type="predictor", source_ref="echo",
        predictor="echo", input_schema={}, output_schema={}, info={},
    )  # fmt: skip
    stranger = Viewer(user_id=(await User.create(handle=f"s{uuid4().hex[:9]}", email=f"{uuid4().hex}@example.com")).id)
    slug = await slug_of(version)
    async with (
        hubs_of(rt) as hubs,
        listing(hubs, viewer) as (everything,),
        listing(hubs, viewer, model=f"{slug}:2") as (of_two,),
        listing(hubs, viewer, status=[PredictionStatus.CANCELED], model=slug) as (stopped,),
        listing(hubs, stranger) as (elsewhere,),
    ):
        one, two = await mine(version, viewer), await mine(other, viewer)
        theirs = await mine(version, stranger)
        await predictions.cancel(rt, viewer, one.id)
        await predictions.cancel(rt, stranger, theirs.id)
        await everything.until(lambda: {key for key, _ in everything.told} == {one.id, two.id})
        await stopped.until(lambda: stopped.told == [(one.id, "canceled")])
        await of_two.until(lambda: of_two.told == [(two.id, "starting")])
        await elsewhere.until(lambda: elsewhere.told[-1:] == [(theirs.id, "canceled")])
        assert {key for key, _ in elsewhere.told} == {theirs.id}
    for wanted, error in (
        (PredictionCriteria(model="nobody/nothing"), NotFoundError),
        (PredictionCriteria(model=f"{slug}:9"), NotFoundError),
        (PredictionCriteria(everybody=True), BadUserInputError),
    ):
        with pytest.raises(error):
            await predictions.live_filter(viewer, wanted)
    with pytest.raises(UnauthenticatedError):
        await predictions.live_filter(NOBODY, PredictionCriteria())


async def test_a_slow_reader_gets_the_newest_state_of_each_row(rt: Runtime, version: Version, viewer: Viewer) -> None:
    made = [await mine(version, viewer) for _ in range(5)]
    watcher = ListWatcher()
    for row in [*made, *made]:
        watcher.offer(row.id, row)
    for n in range(live_lists.MAX_ROWS):
        watcher.offer(made[n % 4].id, made[n % 4])
    assert sorted(row.id for row in await watcher.take()) == sorted(row.id for row in made)
    for _ in range(live_lists.MAX_ROWS):
        watcher.offer(uuid4(), None)
    watcher.offer(made[0].id, made[0])
    assert None in watcher._changed.values()
    found: list[Prediction] = []
    while not found:
        found = await watcher.take()
    assert [row.id for row in found] == [made[0].id]
    for _ in range(live_lists.MAX_IDS + 1):
        watcher.offer(uuid4(), None)
    with pytest.raises(UnavailableError):
        await watcher.take()


async def test_changes_of_owners_come_over_the_same_connection(rt: Runtime, own_redis: RedisProcess) -> None:
    def subscribed() -> int:
        return str(own_redis.run("CLIENT", "LIST", "TYPE", "pubsub")).count(" addr=")

    before = subscribed()
    async with Wakeups(own_redis.url, CHANGES).listen() as changed, asyncio.timeout(20):
        await anext(changed)
        assert subscribed() == before + 1
        await rt.event_log.announce("one", "user:5")
        assert await anext(changed) == Wakeup("one", row=True, owner="user:5")
        await rt.event_log.announce_new("user:5")
        assert await anext(changed) == Wakeup("", row=True, owner="user:5")
        await rt.event_log.announce_new("anon:1.2.3.4")
        await rt.event_log.announce("two", "anon:1.2.3.4")
        assert await anext(changed) == Wakeup("two", row=True)


async def test_one_connection_serves_however_many_watch(
    rt: Runtime, version: Version, viewer: Viewer, own_redis: RedisProcess
) -> None:
    def subscribed() -> int:
        return str(own_redis.run("CLIENT", "LIST", "TYPE", "pubsub")).count(" addr=")

    async with hubs_of(rt) as hubs, listing(hubs, viewer, 40) as listers:
        claims = [await running_prediction(version) for _ in range(10)]
        watchers = [Subscriber(rt, hubs, claimed.id) for claimed in claims for _ in range(4)]
        for watcher in watchers:
            await watcher.until(lambda: bool(watcher.seen))  # noqa: B023
        assert subscribed() == 1
        made = await mine(version, viewer)
        await rt.event_log.announce_new(viewer.owner_key)
        for lister in listers:
            await lister.until(lambda: lister.told == [(made.id, "starting")])  # noqa: B023
        for claimed in claims:
            await finish_run(rt, claimed, "x")
        for watcher in watchers:
            await watcher.task
        assert subscribed() == 1
