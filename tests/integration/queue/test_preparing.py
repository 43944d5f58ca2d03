"""Which version is prepared next, and how one that cannot be prepared now is tried again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from server.adapters.database import now
from server.domain.accounts import Viewer
from server.domain.models import ModelKind, ModelSource, NewVersion, SourceType
from server.errors import ConflictError
from server.queue import versions
from server.runtime import Runtime
from server.services import models
from server.services import versions as services
from server.services.models import NewModel
from server.tables import Model, ModelVariable, User, Version

LEASE_SECONDS = 30.0


@pytest.fixture(autouse=True)
async def nothing_else_waits(database: str) -> AsyncIterator[None]:
    yield
    await Version.filter(state="PREPARING").update(state="REFUSED", lease_until=None)


async def publish(owner: User, count: int = 1) -> list[UUID]:
    """Versions that wait, each of a model of its own, the oldest first."""
    made = []
    for _ in range(count):
        model = await Model.create(owner=owner, name=uuid4().hex, kind="CUSTOM", visibility="PUBLIC")
        version = await Version.create(
            model=model, number=1, state="PREPARING", source_type="huggingface", source_ref="a/b", predictor="text",
            input_schema={}, output_schema={}, info={},
        )  # fmt: skip
        made.append(version.id)
    return made


async def someone() -> User:
    handle = uuid4().hex[:20]
    return await User.create(handle=handle, email=f"{handle}@example.org", password_hash="x")


async def claim(worker: UUID, most: int = 2) -> UUID | None:
    lease = await versions.claim(worker, LEASE_SECONDS, most)
    return lease and lease.version.id


async def test_one_owner_never_has_all_slots_and_the_other_goes_first(database: str) -> None:
    busy, other, worker = await someone(), await someone(), uuid4()
    first, second, third, fourth = await publish(busy, 4)
    mine, next_of_mine = await publish(other, 2)
    assert [await claim(worker) for _ in range(5)] == [first, mine, second, next_of_mine, None]
    assert await claim(uuid4()) == third, "another worker has slots of its own"
    assert await versions.refuse(second, 1, "no")
    assert await claim(worker) == fourth


async def test_what_fails_for_now_is_shown_and_tried_again_later_each_time(database: str) -> None:
    (version,) = await publish(await someone())
    assert await claim(uuid4()) == version
    assert await versions.hand_back(version, 1, "The hub is away.", 3600)
    row = await Version.get(id=version)
    assert (row.state, row.reason, row.worker_id) == ("PREPARING", "The hub is away.", None)
    assert row.lease_until - now() > timedelta(seconds=3)
    assert await claim(uuid4()) is None
    # Ten minutes later
    await Version.filter(id=version).update(lease_until=now(), failing_since=now() - timedelta(minutes=10))
    assert await claim(uuid4()) == version
    assert await versions.hand_back(version, 2, "The hub is away.", 3600)
    pause = (await Version.get(id=version)).lease_until - now()
    assert timedelta(seconds=280) < pause < timedelta(seconds=310)
    await Version.filter(id=version).update(lease_until=now(), failing_since=now() - timedelta(hours=2))
    assert await claim(uuid4()) == version
    assert not await versions.hand_back(version, 3, "The hub is away.", 3600), "it has been tried for long enough"


async def test_an_outage_is_waited_for_however_long_and_as_long_as_the_hub_asks(database: str) -> None:
    (version,) = await publish(await someone())
    assert await claim(uuid4()) == version
    assert await versions.hand_back(version, 1, "The hub is away.", None, pause_seconds=77)
    row = await Version.get(id=version)
    assert timedelta(seconds=60) < row.lease_until - now() <= timedelta(seconds=77)
    assert services.next_try_at(row) == row.lease_until
    await Version.filter(id=version).update(lease_until=now(), failing_since=now() - timedelta(days=100))
    assert await claim(uuid4()) == version
    row = await Version.get(id=version)
    assert services.next_try_at(row) is None, "it is tried just now"
    assert await versions.hand_back(version, 2, "The hub is away.", None, pause_seconds=1e9)
    row = await Version.get(id=version)
    assert timedelta(seconds=3500) < row.lease_until - now() <= timedelta(hours=1)
    assert row.state == "PREPARING"


def new_model(name: str, kind: ModelKind = ModelKind.TEXT_GENERATION) -> NewModel:
    source = ModelSource(SourceType.HUGGINGFACE, "a/b", None)
    return NewModel(name, kind, NewVersion(source), description="new", tags=("again",))


async def test_the_name_of_a_model_that_never_worked_is_its_owner_s_again(rt: Runtime) -> None:
    owner, other = await someone(), await someone()
    first = await models.add(rt, owner, new_model("writer", ModelKind.CUSTOM))
    for _ in range(2):
        with pytest.raises(ConflictError, match="is taken"):
            await models.add(rt, owner, new_model("writer"))
        await models.add(rt, other, new_model(uuid4().hex[:8]))
    await Version.filter(model_id=first.id).update(state="REFUSED", reason="No weights.")
    await ModelVariable.create(model=first, name="KEY", kind="SECRET", sealed="x", size_bytes=1)
    again = await models.add(rt, owner, new_model("writer"))
    assert (again.id, again.kind, again.description, again.tags) == (first.id, "TEXT_GENERATION", "new", ["again"])
    assert not await ModelVariable.exists(model_id=first.id)
    states = [(row.number, row.state) for row in await Version.filter(model_id=first.id).order_by("number")]
    assert states == [(1, "REFUSED"), (2, "PREPARING")]


async def test_a_model_that_was_deleted_before_it_worked_frees_its_name(rt: Runtime) -> None:
    owner = await someone()
    model = await models.add(rt, owner, new_model("writer"))
    await models.delete(rt, Viewer(owner.id), f"{owner.handle}/writer")
    again = await models.add(rt, owner, new_model("writer"))
    assert (again.id, again.deleted_at) == (model.id, None)
    former = await Version.get(model_id=model.id, number=1)
    assert (former.state, former.reason) == ("REFUSED", "Its model was deleted before it was READY.")


async def test_the_name_of_a_model_that_worked_once_stays_its_own(rt: Runtime) -> None:
    owner = await someone()
    model = await models.add(rt, owner, new_model("writer"))
    version = (await Version.get(model_id=model.id)).id
    while (lease := await versions.claim(uuid4(), LEASE_SECONDS, 9)) is not None and lease.version.id != version:
        pass
    assert await versions.make_ready(version, 1, versions.PreparedVersion({}, {}, {}, "c", "d", 1))
    # As a class whose code has changed
    await Version.filter(id=version).update(state="REFUSED")
    await Model.filter(id=model.id).update(deleted_at=now())
    with pytest.raises(ConflictError, match="is taken"):
        await models.add(rt, owner, new_model("writer"))


async def test_a_version_that_waits_or_was_refused_is_tried_again_when_asked_and_no_other(database: str) -> None:
    (version,) = await publish(await someone())
    assert await claim(uuid4()) == version
    assert not await versions.retry(version), "it is being prepared"
    await versions.hand_back(version, 1, "The hub is away.", 3600)
    assert await versions.retry(version)
    assert await claim(uuid4()) == version
    await versions.refuse(version, 2, "No weights.")
    assert await versions.retry(version)
    row = await Version.get(id=version)
    assert (row.state, row.reason, row.failing_since) == ("PREPARING", None, None)
    assert await claim(uuid4()) == version
    await versions.make_ready(version, 3, versions.PreparedVersion({}, {}, {}, "c", "d", 1))
    assert not await versions.retry(version), "READY is for ever"


async def test_an_adapter_waits_until_its_base_is_prepared(database: str) -> None:
    owner = await someone()
    adapter, base = await publish(owner, 2)
    await Version.filter(id=adapter).update(base_id=base)
    assert adapter not in await versions.list_unclaimed()
    assert await claim(uuid4()) == base
    assert await claim(uuid4()) is None
    await versions.make_ready(base, 1, versions.PreparedVersion({}, {}, {}, "c", "d", 1))
    assert await versions.list_unclaimed() == [adapter]
    assert await claim(uuid4()) == adapter
