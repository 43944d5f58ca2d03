"""Batches that are deleted: nothing of them or of their items stays but what is counted, however it is broken off."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from server.adapters.database import rows
from server.adapters.storage import StorageError
from server.domain.accounts import Viewer
from server.domain.batches import NewBatch
from server.errors import ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError
from server.live import batch_watch
from server.live.batch_watch import BatchWatchers
from server.maintenance import retention, run_counts
from server.runtime import Runtime
from server.services import batches
from server.services import deletions as service
from server.tables import AuditEvent, Batch, BatchLine, Deletion, Prediction, Usage, User
from tests.integration.batches.conftest import Place, counts, items, make_place, reread


async def made(place: Place, count: int = 4) -> Batch:
    """A batch that has ended: an invalid line, a failed item, the others succeeded."""
    batch = await place.create(inputs=[{"text": str(number)} for number in range(count)] + [{}])
    await place.work()
    await place.run(failing=frozenset([1]))
    return await reread(batch)


async def test_one_that_ended_goes_with_its_items_and_what_was_used_stays(rt: Runtime, place: Place) -> None:
    batch = await made(place)
    other = await made(place, 2)
    ids = [row.id for row in await items(batch)]
    used = await Usage.filter(prediction_id__in=ids).count()
    assert used > 0
    key = {"batch_key": "mine"}
    await Prediction.filter(batch_id=batch.id).update(**key)
    await service.delete(rt, place.viewer, ids[0])
    assert (await Deletion.get(prediction_id=ids[0])).batch_key == "mine"
    assert await service.delete_batch(rt, place.viewer, batch.id) == service.DeletionCounts(3, 0)
    assert not await Batch.exists(id=batch.id)
    assert not await BatchLine.exists(batch_id=batch.id)
    assert not await Prediction.exists(id__in=ids)
    assert [row.batch_key for row in await Deletion.filter(prediction_id__in=ids)] == [None] * 4
    assert await Usage.filter(prediction_id__in=ids).count() == used
    assert counts(await reread(other)) == (3, 1, 1, 0, 0, 1)
    assert len(await items(other)) == 2
    with pytest.raises(NotFoundError):
        await service.delete_batch(rt, place.viewer, batch.id)
    # Nothing counts its items any more, so that they are forgotten as others are
    await run_counts.count()
    await rows("UPDATE run_count SET counted_until = now() RETURNING id")
    await rows("UPDATE deletion SET deleted_at = deleted_at - interval '30 days' RETURNING 1 AS n")
    await retention.remove_deleted(rt)
    assert not await Deletion.exists(prediction_id__in=ids)


async def test_its_key_is_free(rt: Runtime, place: Place) -> None:
    new: dict[str, Any] = {"inputs": [{"text": "a"}], "idempotency_key": "mine"}
    first = await place.create(**new)
    await place.work()
    await place.run()
    assert (await place.create(**new)).id == first.id
    await service.delete_batch(rt, place.viewer, first.id)
    again = await place.create(**new)
    assert again.id != first.id
    await place.work()
    assert await place.run() == 1


async def test_one_that_has_not_ended_stays_as_it_is(rt: Runtime, place: Place) -> None:
    batch = await place.create(4)
    with pytest.raises(ConflictError, match="cancel it"):
        await service.delete_batch(rt, place.viewer, batch.id)
    await place.work()
    assert await place.run(2) == 2
    with pytest.raises(ConflictError, match="cancel it"):
        await service.delete_batch(rt, place.viewer, batch.id)
    ids = [row.id for row in await items(batch)]
    assert not await Deletion.exists(prediction_id__in=ids)
    await batches.cancel(rt, place.viewer, batch.id)
    assert await service.delete_batch(rt, place.viewer, batch.id) == service.DeletionCounts(4, 0)


async def test_who_may(rt: Runtime, place: Place) -> None:
    batch = await made(place)
    with pytest.raises(UnauthenticatedError):
        await service.delete_batch(rt, Viewer(), batch.id)
    with pytest.raises(NotFoundError):
        await service.delete_batch(rt, (await make_place(rt)).viewer, batch.id)
    with pytest.raises(ForbiddenError):
        await service.delete_batch(rt, Viewer(place.user.id, scopes=frozenset()), batch.id)
    assert await Batch.exists(id=batch.id)
    name = uuid4().hex[:12]
    admin = Viewer((await User.create(handle=name, email=f"{name}@example.com")).id, is_admin=True)
    await service.delete_batch(rt, admin, batch.id)
    own = await made(place)
    await service.delete_batch(rt, place.viewer, own.id)
    (event,) = await AuditEvent.filter(user_id=place.user.id)
    assert (event.action, event.subject_type, event.subject_id) == ("BATCH_DELETED", "BATCH", batch.id)
    assert (event.actor_id, event.after) == (admin.user_id, {"predictions": 4})


async def test_items_beyond_those_at_once_follow_and_files_when_the_store_is_back(
    rt: Runtime, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await made(place, 6)
    ids = [row.id for row in await items(batch)]
    for prediction_id in ids:
        key = f"predictions/{prediction_id}/1/0.txt"
        await rt.storage.put(key, b"x", "text/plain")
        await Prediction.filter(id=prediction_id).update(files=[{"key": key, "bytes": 1, "contentType": "text/plain"}])
    monkeypatch.setattr(service, "MOST_AT_ONCE", 2)
    delete_prefix = rt.storage.delete_prefix

    async def away(prefix: str) -> None:
        raise StorageError("The store is away.")

    monkeypatch.setattr(rt.storage, "delete_prefix", away)
    assert await service.delete_batch(rt, place.viewer, batch.id) == service.DeletionCounts(2, 4)
    assert not await Batch.exists(id=batch.id)
    await rows("UPDATE prediction SET completed_at = completed_at - interval '1 minute' RETURNING id")
    await retention.remove_deleted(rt)
    assert not await Prediction.exists(id__in=ids)
    monkeypatch.setattr(rt.storage, "delete_prefix", delete_prefix)
    await retention.remove_deleted(rt)
    left = {folder.id async for folder in rt.storage.folders()}
    assert left.isdisjoint(ids)


async def test_many_who_delete_it_at_once_delete_it_once(rt: Runtime, place: Place) -> None:
    batch = await made(place, 20)
    ids = [row.id for row in await items(batch)]
    answers = await asyncio.gather(
        *(service.delete_batch(rt, place.viewer, batch.id) for _ in range(4)),
        service.delete_some(rt, place.viewer, ids[::-1], None, None),
        return_exceptions=True,
    )
    refused = [each for each in answers if isinstance(each, Exception)]
    assert {type(each) for each in refused} == {NotFoundError}
    assert len(refused) == 3
    await rows("UPDATE prediction SET completed_at = completed_at - interval '1 minute' RETURNING id")
    await retention.remove_deleted(rt)
    assert not await Prediction.exists(id__in=ids)


async def test_what_failed_in_it_is_not_run_again_where_it_is_deleted_meanwhile(rt: Runtime, place: Place) -> None:
    batch = await made(place)
    again = await batches.retry_failed(rt, place.viewer, batch.id, None)
    await service.delete_batch(rt, place.viewer, batch.id)
    await place.work()
    over = await reread(again)
    assert (over.status, over.total) == ("completed", 0)


async def test_who_watches_it_is_told(rt: Runtime, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_watch, "POLL_SECONDS", 0.01)
    batch = await batches.create(rt, place.viewer, NewBatch(place.slug, inputs=[{"text": "a"}]))
    updates = batch_watch.watch(BatchWatchers(), place.viewer, batch.id)
    assert (await anext(updates)).status == "processing"
    # As one that ends and is deleted before the watcher looks again
    await rows("DELETE FROM batch WHERE id = $1 RETURNING id", batch.id)
    with pytest.raises(NotFoundError):
        await asyncio.wait_for(anext(updates), 30)
