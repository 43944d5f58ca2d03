"""Equal predictions share one run and its result, and nothing that one of them meets harms the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from server.adapters.database import rows
from server.adapters.storage import StorageMissingError
from server.domain.accounts import Viewer
from server.domain.predictions import Failure, NewPrediction, PredictionErrorCode, PredictionStatus
from server.embedded.servers import LocalServers
from server.errors import ForbiddenError, NotFoundError
from server.queue import results as shared_results
from server.queue.claim import PredictionLease, claim
from server.queue.finish import Result, finish
from server.runtime import Runtime
from server.services import results
from server.tables import Model, Prediction, Version
from tests.integration.queue import store
from tests.integration.queue.files import exists, key
from tests.integration.queue.store import add
from workers.supervisor.sharing import Sharing

DONE = Result(PredictionStatus.SUCCEEDED, "made once")
BROKEN = Result(PredictionStatus.FAILED, failure=Failure(PredictionErrorCode.INTERNAL, "oops"))
STOPPED = Result(PredictionStatus.CANCELED)
SEEDED = {"properties": {"prompt": {"type": "string"}, "seed": {"type": "integer"}}}
WITH_FILE = {"properties": {"file": {"type": "string", "format": "file"}}}


def never() -> bool:
    return False


@pytest.fixture
async def family(version: Version) -> Callable[[int], Any]:
    """Claims of equal predictions, in the order in which they began."""
    cache_key = uuid4().hex

    async def make(count: int) -> list[PredictionLease]:
        found = []
        for _ in range(count):
            queue = uuid4().hex[:12]
            await add(version, queue, cache_key=cache_key)
            found += await claim(queue, uuid4(), 600, 1)
        return found

    return make


async def waits(sharing: Sharing, *claims: PredictionLease) -> None:
    async with asyncio.timeout(10):
        while not {claim.id for claim in claims} <= set(sharing._waiting):
            await asyncio.sleep(0.01)


async def test_followers_take_what_the_first_made(rt: Runtime, family: Callable[[int], Any]) -> None:
    leader, *followers = await family(6)
    freed: list[str] = []
    sharing = Sharing(rt, freed.append)
    assert await sharing.result(leader, never) is None
    tasks = [asyncio.create_task(sharing.result(lease, never)) for lease in followers]
    await waits(sharing, *followers)
    assert sorted(freed) == sorted(lease.queue for lease in followers)
    assert sharing.waiting == {lease.id for lease in followers}
    assert await finish(leader, DONE)
    sharing.changed(str(leader.id))
    for task in tasks:
        found = await task
        assert found is not None
        assert (found[0].output, found[1]) == ("made once", [])
    assert sharing._waiting == {}
    (later,) = await family(1)
    assert (await sharing.result(later, never)) is not None


async def test_a_leader_that_fails_fails_nobody_else(rt: Runtime, family: Callable[[int], Any]) -> None:
    leader, *followers = await family(4)
    sharing = Sharing(rt)
    tasks = [asyncio.create_task(sharing.result(lease, never)) for lease in followers]
    await waits(sharing, *followers)
    assert await finish(leader, BROKEN)
    sharing.changed(None)
    assert [await task for task in tasks] == [None] * 3


async def test_a_leader_that_is_canceled_hands_on(rt: Runtime, family: Callable[[int], Any]) -> None:
    leader, second, third = await family(3)
    sharing = Sharing(rt)
    tasks = [asyncio.create_task(sharing.result(lease, never)) for lease in (second, third)]
    await waits(sharing, second, third)
    assert await finish(leader, STOPPED)
    sharing.changed(str(leader.id))
    assert await tasks[0] is None
    assert not tasks[1].done()
    assert await finish(second, DONE)
    sharing.changed(str(second.id))
    assert await tasks[1] is not None


async def test_one_that_ends_between_two_looks_is_found(
    rt: Runtime, family: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    leader, follower = await family(2)
    look = shared_results.find_leader

    async def late(lease: PredictionLease) -> object:
        assert await finish(leader, DONE)
        return await look(lease)

    monkeypatch.setattr(shared_results, "find_leader", late)
    assert await Sharing(rt).result(follower, never) is not None


async def test_a_follower_that_is_told_to_stop_waits_no_more(rt: Runtime, family: Callable[[int], Any]) -> None:
    leader, follower = await family(2)
    sharing, stopped = Sharing(rt), False
    task = asyncio.create_task(sharing.result(follower, lambda: stopped))
    await waits(sharing, follower)
    stopped = True
    sharing.changed(None)
    assert await task is None
    assert await finish(leader, DONE)


async def test_a_leader_whose_worker_died_is_not_waited_for(rt: Runtime, family: Callable[[int], Any]) -> None:
    leader, follower = await family(2)
    await rows("UPDATE prediction SET lease_until = now() - interval '1 s' WHERE id = $1 RETURNING id", leader.id)
    assert await Sharing(rt).result(follower, never) is None


async def test_files_are_copied_and_outlive_the_original(rt: Runtime, family: Callable[[int], Any]) -> None:
    leader, follower, late = await family(3)
    await rt.storage.put(key(leader), b"a picture", "image/png")
    record = {"key": key(leader), "contentType": "image/png", "bytes": 9, "width": 3, "height": 4}
    assert await finish(leader, Result(PredictionStatus.SUCCEEDED, [{"file": 0}], [record]))
    found = await Sharing(rt).result(follower, never)
    assert found is not None
    (file,) = found[1]
    assert (file.blob, file.content_type, file.width, file.height) == (b"a picture", "image/png", 3, 4)
    assert file.key(follower, 0) == key(follower) != key(leader)
    await rt.storage.delete_prefix(f"predictions/{leader.id}/")
    assert not await exists(rt, key(leader))
    with pytest.raises(StorageMissingError):
        await rt.storage.size(key(leader))
    assert await Sharing(rt).result(late, never) is None


async def test_results_grow_old_and_copies_do_not_renew_them(rt: Runtime, family: Callable[[int], Any]) -> None:
    leader, copy, late = await family(3)
    assert await finish(leader, DONE)
    assert await Sharing(rt).result(copy, never) is not None
    assert await finish(copy, DONE)
    sql = "UPDATE prediction SET completed_at = now() - make_interval(secs => $2) WHERE id = $1 RETURNING id"
    await rows(sql, leader.id, float(rt.settings.result_cache_seconds - 10))
    assert await Sharing(rt).result(late, never) is not None
    await rows(sql, leader.id, float(rt.settings.result_cache_seconds + 10))
    assert await Sharing(rt).result((await family(1))[0], never) is None


async def test_purged_and_removed_results_are_not_taken(
    rt: Runtime, family: Callable[[int], Any], version: Version
) -> None:
    leader, one, two = await family(3)
    assert await finish(leader, DONE)
    assert await shared_results.find(rt, one) is not None
    model = await Model.get(id=version.model_id).select_related("owner")
    with pytest.raises(ForbiddenError):
        await results.purge(Viewer(user_id=model.owner_id))
    with pytest.raises(NotFoundError):
        await results.purge(None, "nobody/nothing")
    assert await results.purge(Viewer(is_admin=True), f"{model.owner.handle}/{model.name}") == 3
    assert await shared_results.find(rt, two) is None
    (again,) = await family(1)
    assert await finish(again, DONE)
    await Prediction.filter(id=again.id).update(data_removed=True)
    assert await shared_results.find(rt, two) is None


async def test_what_is_equal(rt: Runtime, version: Version, database: str, schema_servers: LocalServers) -> None:
    """Never across users where the model is private or a file is in it, never without a seed that the caller chose."""
    model = await Model.get(id=version.model_id)
    ada, bob = Viewer(user_id=uuid4()), Viewer(user_id=uuid4())

    def of(viewer: Viewer, values: dict[str, Any], *, use: bool = True, **changes: Any) -> str | None:
        new = NewPrediction("x/y", values, use_cache=use)
        changed = Version(**{**dict(version), "digest": "sha256:1", "input_schema": SEEDED, **changes})
        return results.cache_key(rt, viewer, model, changed, new, {"prompt": "p", **values})

    seeded = {"seed": 1}
    assert of(ada, seeded) == of(bob, seeded) is not None
    assert of(ada, seeded, use=False) is None
    assert of(ada, {}) is of(ada, {"seed": None}) is None
    assert of(ada, {}, input_schema={}) is not None
    different = [
        of(ada, seeded), of(ada, {"seed": 2}), of(ada, {**seeded, "prompt": "q"}), of(ada, seeded, digest="sha256:2"),
        of(ada, seeded, options={"quantization": "INT8"}), of(ada, seeded, predictor="other"),
    ]  # fmt: skip
    assert len(set(different)) == len(different)
    inline = {"file": "data:text/plain;base64,eA=="}
    assert of(ada, inline, input_schema=WITH_FILE) not in (None, of(bob, inline, input_schema=WITH_FILE))
    model.visibility = "PRIVATE"
    assert of(ada, seeded) not in (None, of(bob, seeded))


async def test_off_by_setting(version: Version, database: str, schema_servers: LocalServers, tmp_path: Path) -> None:
    async with store.runtime(schema_servers.redis_url, tmp_path, result_cache_seconds=0) as off:
        model = await Model.get(id=version.model_id)
        new = NewPrediction("x/y", {}, use_cache=True)
        assert results.cache_key(off, Viewer(), model, version, new, {}) is None
