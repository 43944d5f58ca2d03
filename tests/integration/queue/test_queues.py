"""What queues hold, and who takes from them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from server.adapters.database import now
from server.domain.accounts import ANONYMOUS, Viewer
from server.domain.models import ALL_QUEUES, QUEUES
from server.errors import ForbiddenError
from server.queue.depths import QueueState, read_states
from server.runtime import Runtime
from server.services import catalogue, queues
from server.services.catalogue import WorkerInfo
from server.services.queues import QueueReport
from server.tables import Prediction, Version, Worker
from server.tables.workers import ALIVE_SECONDS
from tests.integration.queue import store

ADMIN = Viewer(uuid4(), is_admin=True)


async def found(queue: str) -> QueueReport | None:
    return next((one for one in await queues.listing(ADMIN) if one.state.queue == queue), None)


async def test_what_waits_how_long_and_what_runs(rt: Runtime, version: Version) -> None:
    for seconds in (300, 20):
        await store.add(version, "image.cuda", run_at=now() - timedelta(seconds=seconds))
    await store.add(version, "image.cuda", status="processing")
    await store.add(version, "image.cuda", status="failed")
    # It was tried, and may run again in an hour
    await store.add(version, "text.cuda", run_at=now() + timedelta(hours=1))
    states = {state.queue: state for state in await read_states()}
    assert tuple(states) == ALL_QUEUES
    busy = states["image.cuda"]
    assert (busy.depth, busy.running) == (2, 1)
    assert 300 <= busy.age_seconds < 400
    assert states["text.cuda"] == QueueState("text.cuda", 1, 0, 0)
    assert states["custom.cuda"] == QueueState("custom.cuda", 0, 0, 0)
    await Prediction.filter(version_id=version.id).delete()


async def test_queues_of_device_classes_are_told_where_there_is_something_to_tell(
    rt: Runtime, version: Version
) -> None:
    names = [one.state.queue for one in await queues.listing(ADMIN)]
    assert names == list(QUEUES)
    row = await store.add(version, "text.cuda")
    # Somebody waits for workers that are not there
    assert await found("text.cuda") == QueueReport(QueueState("text.cuda", 1, pytest.approx(0, abs=60), 0), workers=0)
    await row.delete()
    cpu, gpu, late = (WorkerInfo(uuid4(), "here", 1, device) for device in ("cpu", "cuda", "cuda"))
    for worker in (cpu, gpu, late):
        await catalogue.announce(worker, [])
    await Worker.filter(id=late.id).update(last_seen=now() - timedelta(seconds=ALIVE_SECONDS + 1))
    workers = {one.state.queue: one.workers for one in await queues.listing(ADMIN)}
    assert workers == {**dict.fromkeys(QUEUES, 2), **dict.fromkeys(ALL_QUEUES[len(QUEUES) :], 1)}
    for worker in (cpu, gpu, late):
        await catalogue.leave(worker.id)


@pytest.mark.parametrize("viewer", [ANONYMOUS, Viewer(uuid4())])
async def test_others_are_told_nothing(rt: Runtime, viewer: Viewer) -> None:
    with pytest.raises(ForbiddenError):
        await queues.listing(viewer)
