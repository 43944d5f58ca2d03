"""Which models get a version when a class of the operator's has other code than their newest version."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from server.adapters.database import now
from server.domain import input_schema
from server.queue import versions as queue
from server.queue.versions import PreparedVersion
from server.runtime import Runtime
from server.services import versions
from server.services.versions import OwnPredictor
from server.tables import Model, Version
from tests.integration.queue import store

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"text": {"type": "string"}}, "required": []}
OTHER: dict[str, Any] = {**SCHEMA, "properties": {"words": {"type": "string"}}}


@pytest.fixture
def name() -> str:
    return f"p{uuid4().hex[:12]}"


async def version_of(name: str, code: str | None, **fields: Any) -> Version:
    version = await store.add_version()
    values = {"predictor": name, "source_ref": name, "input_schema": SCHEMA, "info": {"code": code} if code else {}}
    await Version.filter(id=version.id).update(**{**values, **fields})
    return version


async def publish(rt: Runtime, name: str, code: str, *, has_others: bool = False, takes: Any = SCHEMA) -> list[Version]:
    return await versions.publish_changed(rt, {name: OwnPredictor(code, takes)}, has_others=has_others)


async def prepare(version: Version, code: str) -> None:
    """Make it READY, as a worker does that has this code."""
    await Version.filter(id=version.id).update(attempt=1, worker_id=uuid4())
    assert await queue.make_ready(version.id, 1, PreparedVersion(SCHEMA, {}, {"code": code}, "r", "d", 0))


async def states(model_id: UUID) -> list[tuple[int, str]]:
    return [(row.number, row.state) for row in await Version.filter(model_id=model_id).order_by("number")]


async def test_other_code_is_a_new_version_and_the_former_is_refused_when_that_is_ready(rt: Runtime, name: str) -> None:
    first = await version_of(name, "a", options={"device": "CPU"}, own_schema=SCHEMA)
    assert await publish(rt, name, "a") == []
    (second,) = await publish(rt, name, "b")
    assert (second.number, second.options, second.own_schema) == (2, {"device": "CPU"}, SCHEMA)
    assert await publish(rt, name, "b") == [], "it waits to be prepared"
    assert await states(first.model_id) == [(1, "READY"), (2, "PREPARING")]
    await prepare(second, "b")
    assert await states(first.model_id) == [(1, "REFUSED"), (2, "READY")]
    reason = (await Version.get(id=first.id)).reason or ""
    assert reason.endswith("has changed since this version was published, so it cannot run any more; run version 2.")


async def test_code_that_was_refused_is_not_published_again_and_again(rt: Runtime, name: str) -> None:
    await version_of(name, "a")
    (second,) = await publish(rt, name, "b")
    await Version.filter(id=second.id).update(state="REFUSED", reason="no")
    assert await publish(rt, name, "b") == []
    assert len(await publish(rt, name, "c")) == 1


async def test_earlier_code_comes_back_unless_another_worker_may_have_the_newer(rt: Runtime, name: str) -> None:
    first = await version_of(name, "a")
    (second,) = await publish(rt, name, "b")
    await prepare(second, "b")
    assert await publish(rt, name, "a", has_others=True) == []
    assert [version.number for version in await publish(rt, name, "a")] == [3]
    assert await states(first.model_id) == [(1, "REFUSED"), (2, "READY"), (3, "PREPARING")]


async def test_a_version_of_an_older_release_stays_where_it_takes_the_same(rt: Runtime, name: str) -> None:
    own = {"type": "object", "properties": {"text": {"type": "string", "maxLength": 5}}}
    kept = [
        await version_of(name, None),
        await version_of(name, None, own_schema=own, input_schema=input_schema.restrict(own, SCHEMA)),
    ]
    assert await publish(rt, name, "a") == []
    assert [(await Version.get(id=version.id)).info for version in kept] == [{"code": "a"}] * 2
    old = await version_of(name, None)
    assert [
        version.model_id for version in await publish(rt, name, "b", takes=OTHER) if version.model_id == old.model_id
    ]


async def test_a_deleted_model_gets_none(rt: Runtime, name: str) -> None:
    version = await version_of(name, "a")
    await Model.filter(id=version.model_id).update(deleted_at=now())
    assert await publish(rt, name, "b") == []


async def test_versions_of_other_code_are_left_to_others_until_a_prediction_has_waited(rt: Runtime, name: str) -> None:
    version = await version_of(name, "a")
    assert await queue.list_foreign({name: "a"}) == []
    assert await queue.list_foreign({name: "b"}) == [version.id]
    prediction = await store.add(version)
    assert await queue.list_foreign({name: "b"}) == [version.id]
    await type(prediction).filter(id=prediction.id).update(run_at=now() - timedelta(minutes=2))
    assert await queue.list_foreign({name: "b"}) == []
