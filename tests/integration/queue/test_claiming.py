"""When a worker looks for work: what a bell costs, who goes first, and that nothing is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from server.adapters import database
from server.adapters.tasks import end
from server.adapters.wakeups import CANCELS, LOOK, Wakeups
from server.queue.claim import PredictionLease, Room, WarmVersions, claim
from server.runtime import Runtime
from server.tables import Version
from tests.integration.queue.store import add, add_version
from workers.supervisor.claim_loop import ClaimLoop, Occupancy


class Desk:
    """A worker's claims, and what was claimed; `done` frees the slot of one."""

    def __init__(self, rt: Runtime, queue: str, **settings: Any) -> None:
        self.rt = replace(rt, settings=rt.settings.model_copy(update={"claim_poll_seconds": 60.0, **settings}))
        self.started: list[UUID] = []
        self.running: dict[UUID, PredictionLease] = {}
        self.warmth = WarmVersions()
        self.others = False
        self.at_once = 1000
        self.claims = ClaimLoop(
            self.rt, uuid4(), lambda: self.warmth, self._occupancy, self._start, self.running.keys, lambda: self.others
        )
        self.queue = queue
        self.claims.queues = (queue,)

    def _occupancy(self) -> Occupancy:
        leases = self.running.values()
        when_idle = Room({"echo": self.at_once})
        room = when_idle.less(lease.version_id for lease in leases)
        return Occupancy({"custom": len(leases)}, room, any(lease.alone for lease in leases), when_idle)

    def _start(self, lease: PredictionLease) -> None:
        self.started.append(lease.id)
        self.running[lease.id] = lease

    async def done(self, key: UUID) -> None:
        lease = self.running.pop(key)
        await database.rows("DELETE FROM prediction WHERE id = $1", key)
        self.claims.note_free_slot(lease.queue, alone=lease.alone)

    async def until(self, holds: Callable[[], bool], seconds: float = 5) -> None:
        for _ in range(int(seconds / 0.01)):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"waited too long; started {self.started}")

    async def quiet(self) -> None:
        await asyncio.sleep(0.3)


@pytest.fixture
def queue() -> str:
    """A queue of its own that custom slots count for."""
    return f"custom.{uuid4().hex[:8]}"


@pytest.fixture
async def desk(rt: Runtime, queue: str) -> AsyncIterator[Desk]:
    found = Desk(rt, queue, custom_slots=2)
    task = asyncio.create_task(found.claims.run())
    await found.quiet()
    yield found
    found.claims.stop()
    await end(task)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that claim."""
    seen: list[str] = []

    async def rows(sql: str, *values: object) -> list[dict[str, Any]]:
        seen.append(sql.split()[0])
        return await database.rows(sql, *values)

    monkeypatch.setattr("server.queue.claim.rows", rows)
    return seen


async def test_a_bell_costs_one_statement_and_a_freed_slot_none(
    desk: Desk, version: Version, statements: list[str]
) -> None:
    made = await add(version, desk.queue)
    desk.claims.ring(desk.queue, str(made.id))
    await desk.until(lambda: desk.started == [made.id])
    await desk.quiet()
    assert len(statements) == 1
    await desk.done(made.id)
    await desk.quiet()
    assert len(statements) == 1


async def test_bells_that_come_together_cost_one_statement(
    rt: Runtime, queue: str, version: Version, statements: list[str]
) -> None:
    desk = Desk(rt, queue, custom_slots=16)
    made = [(await add(version, queue)).id for _ in range(10)]
    desk.claims._look = False
    for key in made:
        desk.claims.ring(queue, str(key))
    task = asyncio.create_task(desk.claims.run())
    await desk.until(lambda: len(desk.started) == 10)
    assert sorted(desk.started) == sorted(made)
    assert len(statements) == 1
    desk.claims.stop()
    await end(task)


@pytest.mark.parametrize(("slots", "at_once"), [(2, 1000), (8, 2)], ids=["slots", "room"])
async def test_what_becomes_free_during_a_claim_is_filled_at_once(
    rt: Runtime, queue: str, version: Version, monkeypatch: pytest.MonkeyPatch, slots: int, at_once: int
) -> None:
    desk = Desk(rt, queue, custom_slots=slots)
    desk.at_once = at_once
    made = [(await add(version, queue)).id for _ in range(6)]
    task = asyncio.create_task(desk.claims.run())
    await desk.until(lambda: len(desk.started) == 2)
    ends = [made[1]]

    async def claim_meanwhile(*given: Any) -> list[PredictionLease]:
        leases = await claim(*given)
        while ends:
            await desk.done(ends.pop())
        return leases

    monkeypatch.setattr("workers.supervisor.claim_loop.claim", claim_meanwhile)
    await desk.done(made[0])
    await desk.until(lambda: len(desk.started) == 4)
    assert not ends
    await desk.quiet()
    assert desk.started == made[:4]
    desk.claims.stop()
    await end(task)


async def test_who_comes_late_does_not_overtake_who_waits(desk: Desk, version: Version) -> None:
    made = [(await add(version, desk.queue)).id for _ in range(6)]
    for key in made[:4]:
        desk.claims.ring(desk.queue, str(key))
    await desk.until(lambda: len(desk.started) == 2)
    assert sorted(desk.started) == sorted(made[:2])
    # rung while the others wait, then a slot becomes free at the same moment
    desk.claims.ring(desk.queue, str(made[5]))
    await desk.done(made[0])
    await desk.until(lambda: len(desk.started) == 3)
    assert desk.started[2] == made[2]
    for place in range(3, 6):
        desk.claims.ring(desk.queue, str(made[5]))
        await desk.done(desk.started[place - 2])
        await desk.until(lambda place=place: len(desk.started) == place + 1)  # type: ignore[misc]
        assert desk.started[place] == made[place]


async def test_hints_that_others_took_leave_no_slot_unused(desk: Desk, version: Version) -> None:
    gone = [uuid4() for _ in range(5)]
    made = (await add(version, desk.queue)).id
    for key in [*gone, made]:
        desk.claims.ring(desk.queue, str(key))
    await desk.until(lambda: desk.started == [made])
    later = (await add(version, desk.queue)).id
    desk.claims.ring(desk.queue, str(later))
    await desk.until(lambda: desk.started == [made, later])


async def test_a_row_without_a_bell_is_found_by_the_poll_and_by_a_look(
    rt: Runtime, queue: str, desk: Desk, version: Version
) -> None:
    made = (await add(version, queue)).id
    desk.claims.look()
    await desk.until(lambda: desk.started == [made])
    await desk.done(made)
    polling = Desk(rt, queue, claim_poll_seconds=0.2)
    task = asyncio.create_task(polling.claims.run())
    await polling.quiet()
    lost = (await add(version, queue)).id
    await polling.until(lambda: polling.started == [lost])
    polling.claims.stop()
    await end(task)


async def test_a_full_worker_sends_the_others_to_look(desk: Desk, version: Version) -> None:
    desk.others = True
    made = [(await add(version, desk.queue)).id for _ in range(3)]
    looks: list[str | None] = []

    async def listen() -> None:
        async with Wakeups(str(desk.rt.settings.redis_dsn), CANCELS).listen() as heard:
            async for wakeup in heard:
                looks.append(wakeup.prediction_id)

    task = asyncio.create_task(listen())
    await desk.quiet()
    for key in made[:2]:
        desk.claims.ring(desk.queue, str(key))
    await desk.quiet()
    assert LOOK not in looks
    desk.claims.ring(desk.queue, str(made[2]))
    await desk.until(lambda: LOOK in looks)
    assert len(desk.started) == 2
    await end(task)


async def test_a_broken_connection_loses_no_bell(desk: Desk, version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    made = (await add(version, desk.queue)).id
    plain, failures = database.rows, [ConnectionResetError("gone"), OSError("gone")]

    async def rows(sql: str, *values: object) -> list[dict[str, Any]]:
        if failures:
            raise failures.pop()
        return await plain(sql, *values)

    monkeypatch.setattr("server.queue.claim.rows", rows)
    desk.claims.ring(desk.queue, str(made))
    await desk.until(lambda: desk.started == [made], 10)
    assert not failures


async def test_what_was_claimed_without_an_answer_runs_at_once(
    desk: Desk, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, lost = database.rows, []
    await desk.quiet()

    async def rows(sql: str, *values: object) -> list[dict[str, Any]]:
        answer = await plain(sql, *values)
        if answer and "SET status = 'processing'" in sql and not lost:
            lost.extend(each["id"] for each in answer)
            raise ConnectionResetError("gone")
        return answer

    made = [(await add(version, desk.queue)).id for _ in range(2)]
    monkeypatch.setattr("server.queue.claim.rows", rows)
    for key in made:
        desk.claims.ring(desk.queue, str(key))
    await desk.until(lambda: sorted(desk.started) == sorted(made), 10)
    assert sorted(lost) == sorted(made)
    assert {lease.attempt for lease in desk.running.values()} == {2}
    assert {lease.alone for lease in desk.running.values()} == {False}


async def test_a_group_of_suspects_is_claimed_whole_by_a_worker_that_is_full(rt: Runtime, queue: str) -> None:
    desk = Desk(rt, queue, custom_slots=4, claim_poll_seconds=0.5)
    version = await add_version()
    task = asyncio.create_task(desk.claims.run())
    running = [(await add(version, queue)).id for _ in range(4)]
    for key in running:
        desk.claims.ring(queue, str(key))
    await desk.until(lambda: sorted(desk.started) == sorted(running))
    group, suspects = uuid4(), [(await add(version, queue, alone=True)).id for _ in range(3)]
    await database.rows("UPDATE prediction SET suspect_group = $1 WHERE id = ANY($2::uuid[])", group, suspects)
    for key in suspects:
        desk.claims.ring(queue, str(key))
    await desk.until(lambda: len(desk.started) > 4, 10)
    assert sorted(desk.started[4:]) == sorted(suspects)
    desk.claims.stop()
    await end(task)


async def test_bells_of_other_devices_are_not_heard(desk: Desk, version: Version, statements: list[str]) -> None:
    desk.claims.ring("custom.cuda", str(uuid4()))
    await desk.quiet()
    assert statements == []


async def test_a_full_version_holds_up_no_other_and_is_looked_at_when_it_has_room(
    rt: Runtime, queue: str, version: Version, statements: list[str]
) -> None:
    desk = Desk(rt, queue, custom_slots=4)
    desk.at_once = 1
    task = asyncio.create_task(desk.claims.run())
    await desk.quiet()
    serial = [(await add(version, queue)).id for _ in range(3)]
    for key in serial:
        desk.claims.ring(queue, str(key))
    await desk.until(lambda: desk.started == serial[:1])
    await desk.quiet()
    other = (await add(await add_version(), queue)).id
    desk.claims.ring(queue, str(other))
    await desk.until(lambda: desk.started == [serial[0], other])
    await desk.done(serial[0])
    await desk.until(lambda: desk.started == [serial[0], other, serial[1]])
    desk.claims.stop()
    await end(task)


async def test_what_runs_alone_waits_for_an_idle_worker_and_starves_nobody(rt: Runtime, queue: str) -> None:
    desk = Desk(rt, queue, custom_slots=4)
    version = await add_version()
    task = asyncio.create_task(desk.claims.run())
    first = (await add(version, queue)).id
    desk.claims.ring(queue, str(first))
    await desk.until(lambda: desk.started == [first])
    suspects = [(await add(version, queue, alone=True)).id for _ in range(2)]
    for key in suspects:
        desk.claims.ring(queue, str(key))
    # Something runs here, and another worker may be idle
    await desk.quiet()
    assert desk.started == [first]
    # Nobody took it: it is this worker's, which begins nothing else until it has ended
    await desk.until(lambda: len(desk.started) == 2)
    suspect = desk.started[1]
    assert suspect in suspects
    other = (await add(version, queue)).id
    desk.claims.ring(queue, str(other))
    await desk.done(first)
    await desk.quiet()
    assert desk.started == [first, suspect]
    # Between two of them it is the others' turn
    await desk.done(suspect)
    await desk.until(lambda: desk.started == [first, suspect, other])
    await desk.done(other)
    await desk.until(lambda: set(desk.started) == {first, other, *suspects})
    desk.claims.stop()
    await end(task)
