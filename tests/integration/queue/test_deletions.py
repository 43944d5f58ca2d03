"""Deleted predictions: all of them goes, at once or once they have ended, and what they count for stays counted."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from server.adapters.database import now, rows
from server.adapters.event_log import NewEvent, new_epoch
from server.adapters.storage import StorageError
from server.domain.accounts import Viewer
from server.domain.events import EventType
from server.domain.predictions import NewPrediction, PredictionStatus
from server.domain.webhooks import NewWebhook, WebhookEvent
from server.errors import ForbiddenError, NotFoundError
from server.live import prediction_rows
from server.maintenance import recovery, retention, run_counts
from server.queue import deletions, storage
from server.queue.accept import accept
from server.queue.claim import PredictionLease, claim
from server.queue.finish import Result, finish
from server.runtime import Runtime
from server.services import deletions as service
from server.services.predictions import PredictionCriteria
from server.tables import AuditEvent, Deletion, Model, Prediction, Upload, User, Version
from tests.integration.queue.files import exists, key
from tests.integration.queue.store import add, count, new_row

TRACES = (
    "SELECT count(*) FROM prediction WHERE id = $1",
    "SELECT count(*) FROM webhook WHERE prediction_id = $1",
    "SELECT count(*) FROM webhook_delivery WHERE prediction_id = $1",
    "SELECT count(*) FROM upload_use WHERE prediction_id = $1",
)


@pytest.fixture
async def viewer(version: Version) -> Viewer:
    """The owner of the version's model."""
    return Viewer((await Model.get(id=version.model_id)).owner_id)


async def new_upload(owner: str) -> UUID:
    at, upload_id = now(), uuid4()
    await Upload.create(
        id=upload_id, owner=owner, key=f"uploads/{upload_id}/1/0.bin", content_type="image/png", size_bytes=1,
        created_at=at, completed_at=at, expires_at=at + timedelta(hours=1),
    )  # fmt: skip
    return upload_id


async def accepted(version: Version, viewer: Viewer, queue: str) -> UUID:
    """A waiting prediction of the viewer's with a webhook, an upload and an idempotency key."""
    new = NewPrediction("a/b", {}, webhook=NewWebhook("https://example.com/", (WebhookEvent.COMPLETED,), "x"))
    row = new_row(
        version, queue, user_id=viewer.user_id, owner=viewer.owner_key, idempotency_key=uuid4().hex,
        webhook_events=["completed"],
    )  # fmt: skip
    assert await accept(row, {await new_upload(viewer.owner_key): "/input/file"}, new)
    return UUID(str(row.id))


async def running(version: Version, viewer: Viewer, queue: str) -> PredictionLease:
    await accepted(version, viewer, queue)
    (lease,) = await claim(queue, uuid4(), 600, 1)
    return lease


async def finished(rt: Runtime, version: Version, viewer: Viewer, queue: str) -> PredictionLease:
    """A prediction that succeeded, with a file, events and a delivery."""
    lease = await running(version, viewer, queue)
    events = [NewEvent(EventType.SNAPSHOT, {"attempt": 1}), NewEvent(EventType.OUTPUT, {"text": "secret"}, "secret")]
    await rt.event_log.append(str(lease.id), lease.attempt, new_epoch(), 0, events)
    await finish_with_file(rt, lease)
    return lease


async def finish_with_file(rt: Runtime, lease: PredictionLease) -> None:
    await rt.storage.put(key(lease), b"a picture", "image/png")
    record = {"key": key(lease), "contentType": "image/png", "bytes": 9, "width": None, "height": None}
    metrics = {"predict_seconds": 2.0, "input_tokens": 3, "output_tokens": 4}
    assert await finish(lease, Result(PredictionStatus.SUCCEEDED, [{"file": 0}], [record], metrics=metrics))


async def traces(prediction_id: UUID) -> list[int]:
    return [await count(sql, prediction_id) for sql in TRACES]


async def ledger(prediction_id: UUID) -> list[dict[str, Any]]:
    return await rows("SELECT * FROM usage WHERE prediction_id = $1", prediction_id)


async def settle() -> None:
    """As if all that ended had ended a while ago."""
    await rows("UPDATE prediction SET completed_at = completed_at - interval '1 minute' RETURNING id")


async def test_all_of_an_ended_prediction_goes_and_its_line_in_the_ledger_stays(
    rt: Runtime, version: Version, viewer: Viewer, queue: str
) -> None:
    lease = await finished(rt, version, viewer, queue)
    assert await traces(lease.id) == [1, 1, 1, 1]
    before = await storage.read(viewer.owner_key)
    assert before >= 9
    (line,) = await ledger(lease.id)
    assert await service.delete(rt, viewer, lease.id)
    assert await traces(lease.id) == [0, 0, 0, 0]
    assert not await exists(rt, key(lease))
    assert await rt.event_log.live(str(lease.id)) is None
    assert await rt.event_log.client.keys(f"*{lease.id}*") == []
    assert await storage.read(viewer.owner_key) == 0
    assert await ledger(lease.id) == [line]
    # An upload is its user's own, and goes when it expires
    assert await Upload.filter(owner=viewer.owner_key).count() == 1
    with pytest.raises(NotFoundError):
        await service.delete(rt, viewer, lease.id)
    with pytest.raises(NotFoundError):
        await prediction_rows.find(viewer, lease.id)


async def test_what_waits_is_canceled_and_goes_a_moment_later(
    rt: Runtime, version: Version, viewer: Viewer, queue: str
) -> None:
    waiting = await accepted(version, viewer, queue)
    assert not await service.delete(rt, viewer, waiting)
    row = await Prediction.get(id=waiting)
    assert row.status == "canceled"
    assert await claim(queue, uuid4(), 600, 1) == []
    await retention.remove_deleted(rt)
    assert await traces(waiting) == [1, 1, 1, 1], "its watchers had no time to see its end"
    await settle()
    await recovery.sweep(rt)
    assert await traces(waiting) == [0, 0, 0, 0]
    assert len(await ledger(waiting)) == 1


async def test_what_runs_is_told_to_stop_and_goes_once_it_has(
    rt: Runtime, version: Version, viewer: Viewer, queue: str
) -> None:
    lease = await running(version, viewer, queue)
    assert not await service.delete(rt, viewer, lease.id)
    assert not await service.delete(rt, viewer, lease.id)
    row = await Prediction.get(id=lease.id)
    assert (row.status, row.cancel_requested_at is not None) == ("processing", True)
    await settle()
    await recovery.sweep(rt)
    assert await Prediction.exists(id=lease.id)
    # It finished before it heard of that: what it made is charged, and goes
    await finish_with_file(rt, lease)
    await settle()
    await recovery.sweep(rt)
    assert await traces(lease.id) == [0, 0, 0, 0]
    assert not await exists(rt, key(lease))
    ((line),) = await ledger(lease.id)
    assert (line["predict_seconds"], line["output_tokens"]) == (2.0, 4)
    assert await storage.read(viewer.owner_key) == 0
    # A reply that was lost is asked for again: nobody may think that these files are wanted
    assert not await finish(lease, Result(PredictionStatus.SUCCEEDED))


async def test_a_process_that_dies_between_the_row_and_its_files_leaves_none(
    rt: Runtime, version: Version, viewer: Viewer, queue: str
) -> None:
    leases = [await finished(rt, version, viewer, queue) for _ in range(30)]
    ids = [lease.id for lease in leases]
    await deletions.request(ids)
    await deletions.remove(ids)
    assert [await exists(rt, key(lease)) for lease in leases] == [True] * 30
    await recovery.sweep(rt)
    assert [await exists(rt, key(lease)) for lease in leases] == [False] * 30


async def test_a_process_that_dies_behind_the_request_leaves_nothing(
    rt: Runtime, version: Version, viewer: Viewer, queue: str
) -> None:
    lease = await finished(rt, version, viewer, queue)
    await deletions.request([lease.id])
    assert await traces(lease.id) == [1, 1, 1, 1]
    await settle()
    await recovery.sweep(rt)
    assert await traces(lease.id) == [0, 0, 0, 0]
    assert not await exists(rt, key(lease))


async def test_files_that_the_store_does_not_remove_now_are_removed_later(
    rt: Runtime, version: Version, viewer: Viewer, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = await finished(rt, version, viewer, queue)

    async def away(prefix: str) -> int:
        raise StorageError(prefix)

    with monkeypatch.context() as patched:
        patched.setattr(rt.storage, "delete_prefix", away)
        assert await service.delete(rt, viewer, lease.id)
        await recovery.sweep(rt)
    assert await exists(rt, key(lease))
    await recovery.sweep(rt)
    assert not await exists(rt, key(lease))


async def test_files_of_many_deleted_predictions_are_no_foreign_files(
    rt: Runtime, version: Version, viewer: Viewer, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attempt that lost may store something behind the deletion."""
    leases = [await running(version, viewer, queue) for _ in range(30)]
    for lease in leases:
        assert await finish(lease, Result(PredictionStatus.SUCCEEDED, "x"))
    counts = await service.delete_some(rt, viewer, [lease.id for lease in leases], None, None)
    assert counts == service.DeletionCounts(30, 0)
    for lease in leases:
        await rt.storage.put(key(lease), b"late", "image/png")
    monkeypatch.setattr(retention.time, "time", lambda: 2e10)
    assert await retention.sweep_files(rt) == 30


async def test_deleted_runs_are_counted_once(rt: Runtime, version: Version, viewer: Viewer, queue: str) -> None:
    await run_counts.count()
    await rows("UPDATE run_count SET counted_until = now() - interval '1000 seconds' RETURNING id")
    fields = {"status": "succeeded", "user_id": viewer.user_id, "owner": viewer.owner_key}
    at = now() - timedelta(seconds=500)
    first, second = [await add(version, queue, created_at=at, **fields) for _ in range(2)]
    await service.delete(rt, viewer, first.id)
    await run_counts.count()
    assert (await Model.get(id=version.model_id)).runs == 2
    await service.delete(rt, viewer, second.id)
    await rows("UPDATE run_count SET counted_until = now() - interval '200 seconds' RETURNING id")
    await run_counts.count()
    assert (await Model.get(id=version.model_id)).runs == 2


async def test_an_old_deletion_is_forgotten_and_its_run_counted_once(
    rt: Runtime, version: Version, viewer: Viewer, queue: str
) -> None:
    await run_counts.count()
    lease = await finished(rt, version, viewer, queue)
    await service.delete(rt, viewer, lease.id)
    old = "UPDATE deletion SET deleted_at = deleted_at - interval '30 days' WHERE prediction_id = $1 RETURNING 1 AS n"
    await retention.remove_deleted(rt)
    assert await Deletion.exists(prediction_id=lease.id)
    await rows(old, lease.id)
    # It ran behind what is counted by now
    await retention.remove_deleted(rt)
    assert not await Deletion.exists(prediction_id=lease.id)
    assert (await Model.get(id=version.model_id)).runs == 1
    await rows("UPDATE run_count SET counted_until = now() - interval '1 hour' RETURNING id")
    await run_counts.count()
    assert (await Model.get(id=version.model_id)).runs == 1


async def test_many_who_delete_the_same_at_once_delete_it_once(
    rt: Runtime, version: Version, viewer: Viewer, queue: str
) -> None:
    leases = [await finished(rt, version, viewer, queue) for _ in range(10)]
    ids = [lease.id for lease in leases]
    orders = [ids, ids[::-1], ids[5:] + ids[:5]]
    counts = await asyncio.gather(*(service.delete_some(rt, viewer, order, None, None) for order in orders))
    assert sum(each.deleted for each in counts) == 10
    assert await Prediction.filter(id__in=ids).count() == 0
    assert await storage.read(viewer.owner_key) == 0


async def test_an_idempotency_key_is_free_behind_a_deletion(
    rt: Runtime, version: Version, viewer: Viewer, queue: str
) -> None:
    made = await accepted(version, viewer, queue)
    name = str((await Prediction.get(id=made)).idempotency_key)
    again = {"user_id": viewer.user_id, "owner": viewer.owner_key, "idempotency_key": name}
    assert not await accept(new_row(version, queue, **again), {}, NewPrediction("a/b", {}))
    await service.delete(rt, viewer, made)
    await settle()
    await recovery.sweep(rt)
    assert await accept(new_row(version, queue, **again), {}, NewPrediction("a/b", {}))


async def test_anonymous_predictions_are_deleted_by_their_network_alone(
    rt: Runtime, version: Version, viewer: Viewer, queue: str
) -> None:
    made = [
        await add(version, queue, status="succeeded", owner=f"anon:{address}")
        for address in ("192.0.2.1", "2001:db8::1", "2001:db8::1")
    ]
    other = Viewer(address="192.0.2.2")
    for row in made:
        for stranger in (other, viewer, Viewer(address="2001:db8:1::1")):
            with pytest.raises(ForbiddenError):
                await service.delete(rt, stranger, row.id)
            counts = await service.delete_some(rt, stranger, [row.id], None, None)
            assert counts == service.DeletionCounts(0, 0, missing=1)
    assert await service.delete(rt, Viewer(address="192.0.2.1"), made[0].id)
    assert await service.delete(rt, Viewer(address="2001:db8::ffff"), made[1].id)
    assert await service.delete(rt, Viewer(uuid4(), is_admin=True), made[2].id)


async def test_the_audit_log_tells_what_administrators_delete_of_others(
    rt: Runtime, version: Version, viewer: Viewer, queue: str
) -> None:
    fields = {"status": "succeeded", "user_id": viewer.user_id, "owner": viewer.owner_key}
    admin = Viewer((await User.create(handle=queue, email=f"{queue}@example.com")).id, is_admin=True)
    own, *others = [(await add(version, queue, **fields)).id for _ in range(4)]
    await service.delete(rt, viewer, own)
    assert not await AuditEvent.filter(user_id=viewer.user_id).exists()
    await service.delete(rt, admin, others[0])
    await service.delete_some(rt, admin, others[1:], None, None)
    mine = await add(version, queue, status="succeeded", user_id=admin.user_id, owner=admin.owner_key)
    await service.delete(rt, admin, mine.id)
    events = await AuditEvent.filter(actor_id=admin.user_id).order_by("id")
    assert [(each.subject_type, each.after) for each in events] == [
        ("PREDICTION", {"predictions": 1}),
        ("USER", {"predictions": 2}),
    ]


async def test_a_filter_takes_the_oldest_and_says_that_there_are_more(
    rt: Runtime, version: Version, viewer: Viewer, queue: str
) -> None:
    fields = {"user_id": viewer.user_id, "owner": viewer.owner_key}
    times = [now() - timedelta(seconds=seconds) for seconds in range(50, 0, -10)]
    ended = [await add(version, queue, status="succeeded", created_at=at, **fields) for at in times]
    lease = await running(version, viewer, queue)
    counts = await service.delete_some(rt, viewer, None, PredictionCriteria([PredictionStatus.SUCCEEDED]), 2)
    assert counts == service.DeletionCounts(2, 0, has_more=True)
    assert [row.id for row in await Prediction.filter(**fields).order_by("created_at")] == [
        *(row.id for row in ended[2:]),
        lease.id,
    ]
    counts = await service.delete_some(rt, viewer, None, PredictionCriteria(), None)
    assert counts == service.DeletionCounts(3, 1)
    # It runs still: it is not taken again and again
    counts = await service.delete_some(rt, viewer, None, PredictionCriteria(), None)
    assert counts == service.DeletionCounts(0, 0)
