"""Where predictions wait, as their rows and those of the workers tell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest

from server.adapters.database import now, rows
from server.domain.forecast import MOST_COUNTED, QueuePlace, QueueReason
from server.live import queue_watch
from server.live.queue_watch import QueueWatchers
from server.queue.forecast import read_snapshots
from server.services import catalogue
from server.services.catalogue import WorkerInfo, WorkerState
from server.tables import Model, Version, Worker
from tests.integration.queue.store import add, add_version

QUEUE = "image.cuda"


@pytest.fixture
async def queue(database: str) -> AsyncIterator[str]:
    """A queue that workers serve by its name, empty before and after."""
    await rows("DELETE FROM prediction WHERE queue = $1", QUEUE)
    yield QUEUE
    await rows("DELETE FROM prediction WHERE queue = $1", QUEUE)


@asynccontextmanager
async def worker(*versions: Version, slots: int = 2) -> AsyncIterator[UUID]:
    """A worker with these versions in memory, that runs so many at once."""
    info = WorkerInfo(uuid4(), "host", 1, "cuda")
    capacity = {"slots": {"image": slots}, "at_once": {"echo": 4}}
    await catalogue.announce(info, [], WorkerState(tuple(str(each.id) for each in versions), capacity=capacity))
    try:
        yield info.id
    finally:
        await catalogue.leave(info.id)


async def drain(worker_id: UUID) -> None:
    """Let a worker take nothing more."""
    await Worker.filter(id=worker_id).update(drained_at=now())


async def measured(seconds: float) -> Version:
    """A version whose runs take so long."""
    version = await add_version()
    version.recent_seconds, version.expected_seconds = [seconds] * 5, seconds
    await version.save(update_fields=["recent_seconds", "expected_seconds"])
    return version


async def place(prediction_id: UUID) -> QueuePlace:
    """Where a prediction waits, as of now."""
    return (await QueueWatchers().places([prediction_id]))[prediction_id]


async def test_a_drained_worker_is_no_capacity(queue: str) -> None:
    version = await measured(10.0)
    async with worker(version) as first, worker(version) as second:
        for worker_id in (first, second):
            await add(version, queue, status="processing", worker_id=worker_id)
        waiting = [await add(version, queue, rank=rank) for rank in (1, 2, 3)]
        both = [(await place(each.id)).eta for each in waiting]
        assert both[:2] == [(0.0, 0.0)] * 2
        assert both[2] is not None
        assert both[2][0] > 5
        await drain(first)
        snapshot = (await read_snapshots([queue]))[queue]
        assert (snapshot.slots, len(snapshot.running), snapshot.versions[version.id].room) == (2, 1, 4)
        # What runs on the drained one takes no slot of the other, which can begin one at once
        left = [(await place(each.id)).eta for each in waiting]
        assert left[0] == (0.0, 0.0)
        assert left[1] is not None
        assert left[1][0] > 5
        await drain(second)
        alone = await place(waiting[0].id)
        assert (alone.reason, alone.eta, alone.position) == (QueueReason.NO_WORKER, None, 1)


async def test_what_waits_of_a_paused_model_says_so_and_is_before_nobody(queue: str) -> None:
    version, paused = await measured(10.0), await measured(10.0)
    async with worker(version, paused, slots=1):
        held = [await add(paused, queue, rank=rank) for rank in (1, 2)]
        mine = await add(version, queue, rank=3)
        assert (await place(mine.id)).position == 3
        await Model.filter(id=paused.model_id).update(paused_at=now())
        assert await place(held[0].id) == QueuePlace(None, None, None, QueueReason.PAUSED)
        assert await place(mine.id) == QueuePlace(1, 0.0, (0.0, 0.0), QueueReason.WAITING_FOR_SLOT)
        await Model.filter(id=paused.model_id).update(paused_at=None)
        assert (await place(held[0].id)).position == 1


async def test_who_comes_after_the_look_has_no_place_yet(queue: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_watch, "EVERY_SECONDS", 3600.0)
    version, watchers = await measured(1.0), QueueWatchers()
    async with worker(version):
        first = await add(version, queue, rank=1)
        known = await watchers.places([first.id])
        late = await add(version, queue, rank=2)
        unknown = await watchers.places([late.id, first.id])
        assert known[first.id].position == 1
        assert unknown[first.id] == known[first.id]
        assert unknown[late.id] == QueuePlace(None, None, None, QueueReason.WAITING_FOR_SLOT)
        # Of a long queue the first are read alone
        await rows(
            """INSERT INTO prediction (id, owner, share, queue, rank, status, input, logs, attempt, losses, alone,
                 run_at, request_hash, created_at, updated_at, model_id, version_id)
               SELECT gen_random_uuid(), 'user:a', 'user:a', $1, 3, 'starting', '{}', '', 0, 0, false, now(), '',
                 now(), now(), $2, $3 FROM generate_series(1, $4::int)""",
            queue, version.model_id, version.id, MOST_COUNTED,
        )  # fmt: skip
        last = await add(version, queue, rank=4)
        assert (await place(last.id)).position == MOST_COUNTED
