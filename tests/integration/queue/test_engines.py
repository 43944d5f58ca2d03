"""A version that names an engine is prepared and run by the workers that have it alone, and said to wait for them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from server.adapters.database import rows
from server.domain.models import Engine, ModelSource, NewVersion, SourceType
from server.queue import versions
from server.queue.claim import Room, claim, claim_alone, claim_hinted, list_waiting
from server.services import catalogue
from server.services.catalogue import WorkerInfo, WorkerState
from server.tables import Version
from tests.integration.queue.store import add, add_version

WITHOUT, WITH = Room({"text": 32, "text+VLLM": 0}), Room({"text": 32, "text+VLLM": 256})
NEW = NewVersion(ModelSource(SourceType.LOCAL, "a/b"), engine=Engine.VLLM)


@pytest.fixture
async def version(database: str) -> Version:
    made = await add_version()
    await Version.filter(id=made.id).update(predictor="text", options={"engine": "VLLM"})
    return made


async def test_a_worker_without_the_engine_claims_nothing_of_it(version: Version, queue: str) -> None:
    plain = await add_version()
    await Version.filter(id=plain.id).update(predictor="text")
    first, other = await add(version, queue), await add(plain, queue)
    hinted = await claim_hinted([first.id], queue, uuid4(), 60, room=WITHOUT)
    assert hinted == []
    claimed = await claim(queue, uuid4(), 60, 9, room=WITHOUT)
    assert [lease.id for lease in claimed] == [other.id]
    assert [each.predictor for each in await list_waiting((queue,))] == ["text+VLLM"]
    assert [lease.id for lease in await claim(queue, uuid4(), 60, 9, room=WITH)] == [first.id]


async def test_what_runs_alone_on_it_keeps_nobody_waiting(version: Version, queue: str) -> None:
    plain = await add_version()
    first = await add(version, queue, alone=True)
    other = await add(plain, queue, alone=True)
    assert [lease.id for lease in await claim_alone(queue, uuid4(), 60, room=WITHOUT)] == [other.id]
    assert await claim_alone(queue, uuid4(), 60, room=WITHOUT) == []
    assert [lease.id for lease in await claim_alone(queue, uuid4(), 60, room=WITH)] == [first.id]


async def test_it_is_prepared_by_a_worker_that_has_it(version: Version) -> None:
    await Version.filter(id=version.id).update(state="PREPARING")
    while (lease := await versions.claim(uuid4(), 60, 9, ["text+VLLM"])) is not None:
        assert lease.version.id != version.id
    while (lease := await versions.claim(uuid4(), 60, 9)) is not None and lease.version.id != version.id:
        pass
    assert lease is not None
    assert await versions.refuse(version.id, lease.attempt, "It was prepared.")


async def test_what_waits_for_it_is_said_and_no_more_is_published(version: Version, queue: str) -> None:
    before = (await catalogue.summary()).versions_without_engine
    await add(version, queue)
    assert (await catalogue.summary()).versions_without_engine == before + 1
    (violation,) = await catalogue.engine_violations(NEW)
    assert violation.path == "/engine"
    worker = WorkerInfo(uuid4(), "here", 1, "cuda")
    await catalogue.announce(worker, [], WorkerState(capacity={"at_once": {"text+VLLM": 0}}))
    assert await catalogue.engine_violations(NEW) != []
    await catalogue.announce(worker, [], WorkerState(capacity={"at_once": {"text+VLLM": 256}}))
    assert await catalogue.engine_violations(NEW) == []
    assert (await catalogue.summary()).versions_without_engine == 0
    await rows("DELETE FROM worker WHERE id = $1 RETURNING id", worker.id)
