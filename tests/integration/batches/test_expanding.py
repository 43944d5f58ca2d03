"""A batch's input becomes predictions a portion at a time, each line once, whoever does it; and ends once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tortoise.exceptions import IntegrityError

from server.adapters.database import now, rows
from server.maintenance import retention
from server.queue import batches as queue
from server.runtime import Runtime
from server.services import batch_items, batches, predictions
from server.tables import Batch, BatchLine, Prediction, Upload, UploadUse
from tests.integration.batches.conftest import Place, counts, items, reread, with_settings
from tests.integration.queue import store


async def test_each_input_becomes_one_prediction_and_the_last_end_ends_the_batch(place: Place) -> None:
    batch = await place.create(7)
    assert (batch.status, batch.total) == ("processing", 7)
    assert await place.work() == 1
    made = await items(batch)
    assert [(row.batch_index, row.input) for row in made] == [(n, {"text": str(n)}) for n in range(7)]
    assert {row.version_id for row in made} == {place.version.id}
    assert await place.run(5) == 5
    half = await reread(batch)
    assert (half.status, half.ended, half.completed_at, half.inputs) == ("processing", 5, None, None)
    assert await place.run() == 2
    over = await reread(batch)
    assert (over.status, counts(over)) == ("completed", (7, 7, 0, 0, 0, 0))
    assert over.completed_at is not None
    assert await place.work() == 0


async def test_lines_of_a_file_in_portions_with_blank_and_invalid_ones(place: Place, rt: Runtime) -> None:
    with_settings(rt, batch_window=3)
    lines = [{"text": "a"}, "", {"text": 5}, "nonsense", {"text": "b"}, "[1]", {"text": "c"}, {"text": "d"}, "  "]
    batch = await place.create(upload=await place.upload([*lines, {"text": "e"}]))
    assert (batch.status, batch.total) == ("starting", None)
    for _ in range(20):
        await place.work()
        await place.run()
    over = await reread(batch)
    assert (over.status, counts(over)) == ("completed", (8, 5, 0, 0, 0, 3))
    assert [(row.batch_index, row.output) for row in await items(batch)] == [
        (0, "a"), (4, "b"), (6, "c"), (7, "d"), (9, "e"),
    ]  # fmt: skip
    invalid = await BatchLine.filter(batch_id=batch.id).order_by("batch_index")
    assert [(row.batch_index, row.violations[0]["path"], row.violations[0]["code"]) for row in invalid] == [
        (2, "/input/text", "type"), (3, "", "line"), (5, "/input", "type"),
    ]  # fmt: skip


async def test_all_or_nothing_runs_nothing_where_a_line_is_invalid(place: Place) -> None:
    batch = await place.create(upload=await place.upload([{"text": "a"}, {"text": 1}]), all_or_nothing=True)
    await place.work()
    over = await reread(batch)
    assert (over.status, counts(over), over.error) == (
        "failed", (2, 0, 0, 1, 0, 1), "1 of 2 items are invalid, so none ran.",
    )  # fmt: skip
    assert await items(batch) == []
    good = await place.create(3, all_or_nothing=True)
    assert good.status == "starting"
    await place.work()
    assert await place.run() == 3
    assert (await reread(good)).status == "completed"


async def test_nothing_but_invalid_lines_completes(place: Place) -> None:
    batch = await place.create(inputs=[{"text": 1}, 7])
    await place.work()
    over = await reread(batch)
    assert (over.status, counts(over)) == ("completed", (2, 0, 0, 0, 0, 2))


@pytest.mark.parametrize(("lines", "error"), [([], "The file has no lines."), (["", " "], "The file has no lines.")])
async def test_a_file_without_lines_fails(place: Place, lines: list[str], error: str) -> None:
    batch = await place.create(upload=await place.upload(lines))
    await place.work()
    over = await reread(batch)
    assert (over.status, over.error) == ("failed", error)


async def test_a_file_of_too_many_lines_and_one_that_is_gone_fail(place: Place, rt: Runtime) -> None:
    with_settings(rt, max_batch_items=3)
    batch = await place.create(upload=await place.upload([{"text": "x"}] * 4))
    upload = await place.upload([{"text": "x"}])
    gone = await place.create(upload=upload)
    await rt.storage.delete_prefix(f"uploads/{upload.removeprefix('upload:')}/")
    await place.work()
    assert (await reread(batch)).error == "The file has more lines than a batch may have items: 3."
    over = await reread(gone)
    assert (over.status, over.error) == ("failed", "There is no such file.")


async def test_no_more_wait_or_run_than_it_asks_for(place: Place) -> None:
    batch = await place.create(20, max_concurrency=4)
    await place.work()
    assert len(await items(batch)) == 4
    await place.run(2)
    await place.work()
    assert len(await items(batch)) == 6
    for _ in range(20):
        await place.run()
        await place.work()
        live = await Prediction.filter(batch_id=batch.id, completed_at=None).count()
        assert live <= 4
    assert (await reread(batch)).status == "completed"


async def test_many_processes_at_once_make_each_item_once(place: Place, rt: Runtime) -> None:
    with_settings(rt, batch_window=40)
    batch = await place.create(upload=await place.upload([{"text": str(n)} for n in range(300)]))

    async def process() -> None:
        for _ in range(60):
            await batch_items.work(rt)
            await place.run(20)

    await asyncio.gather(*(process() for _ in range(5)))
    over = await reread(batch)
    assert (over.status, counts(over)) == ("completed", (300, 300, 0, 0, 0, 0))
    assert [row.batch_index for row in await items(batch)] == list(range(300))


async def test_what_a_process_left_is_gone_on_with_by_another(place: Place, rt: Runtime) -> None:
    with_settings(rt, batch_window=5)
    batch = await place.create(9)
    # It died behind its claim
    dead = await queue.claim(5, 60)
    assert dead is not None
    assert await batch_items.work(rt) is False
    await rows("UPDATE batch SET lease_until = now() - interval '1 s' WHERE id = $1 RETURNING id", batch.id)
    assert await batch_items.work(rt)
    assert len(await items(batch)) == 5
    # It was only slow: what it commits now is of an older attempt
    assert await queue.set_total(dead, 3) is False
    portion = queue.Portion([], [], [], 9, 9, True)
    assert await queue.add_items(dead, portion) is None
    assert (await reread(batch)).total == 9


async def test_a_place_has_one_prediction(place: Place) -> None:
    batch = await place.create(1)
    await place.work()
    with pytest.raises(IntegrityError):
        await store.add(place.version, batch_id=batch.id, batch_index=0)


async def test_it_waits_where_its_owner_has_enough_waiting(place: Place, rt: Runtime) -> None:
    with_settings(rt, max_waiting_predictions=8)
    batch = await place.create(10)
    await place.work()
    assert len(await items(batch)) == 4
    await rows("UPDATE batch SET pause_until = now() WHERE id = $1 RETURNING id", batch.id)
    await place.work()
    waiting = await reread(batch)
    assert waiting.note == "4 of your predictions are waiting; more are made of this batch when some have run."
    assert waiting.status == "processing"
    # The other half is left for what is asked for meanwhile
    await predictions.create(rt, place.viewer, predictions.NewPrediction(place.slug, {"text": "x"}))
    for _ in range(20):
        await rows("UPDATE batch SET pause_until = now() WHERE id = $1 RETURNING id", batch.id)
        await place.work()
        await place.run()
    over = await reread(batch)
    assert (over.status, over.note, over.succeeded) == ("completed", None, 10)


async def test_it_waits_where_its_owner_has_stored_enough(place: Place, rt: Runtime) -> None:
    batch = await place.create(2)
    with_settings(rt, storage_bytes_per_user=10)
    await rows("INSERT INTO stored_bytes (owner, bytes) VALUES ($1, 10) RETURNING owner", place.viewer.owner_key)
    await place.work()
    assert "use all that is allowed" in str((await reread(batch)).note)
    with_settings(rt, storage_bytes_per_user=1000)
    await rows("UPDATE batch SET pause_until = now() WHERE id = $1 RETURNING id", batch.id)
    await place.work()
    assert await place.run() == 2


async def test_uploads_in_items_are_checked_and_used(place: Place, rt: Runtime) -> None:
    await rows("""UPDATE version SET input_schema = '{"type": "object", "properties": {"text": {"type": "string"},
        "file": {"type": "string", "format": "file"}}}' WHERE id = $1 RETURNING id""", place.version.id)  # fmt: skip
    mine, other = await place.upload(["x"]), f"upload:{place.user.id}"
    batch = await place.create(inputs=[{"text": "a", "file": mine}, {"text": "b", "file": other}])
    await place.work()
    (row,) = await items(batch)
    assert [str(use.upload_id) for use in await UploadUse.filter(prediction_id=row.id)] == [mine.partition(":")[2]]
    (line,) = await BatchLine.filter(batch_id=batch.id)
    assert (line.batch_index, line.violations[0]["path"]) == (1, "/input/file")


async def test_secrets_are_refused(place: Place) -> None:
    await rows("""UPDATE version SET input_schema = '{"type": "object", "properties": {"text": {"type": "string"},
        "token": {"type": "string", "format": "password", "writeOnly": true}}}' WHERE id = $1 RETURNING id""",
        place.version.id)  # fmt: skip
    batch = await place.create(inputs=[{"text": "a", "token": "hush"}, {"text": "b"}])
    await place.work()
    (line,) = await BatchLine.filter(batch_id=batch.id)
    assert (line.violations[0]["path"], "hush" in str(line.violations)) == ("/input/token", False)


async def test_a_bug_in_one_batch_stops_no_other(place: Place, rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, good = await place.create(1), await place.create(1)
    advance = batch_items._advance

    async def break_one(rt: Runtime, lease: queue.BatchLease, read_request: Any) -> None:
        if lease.id == broken.id:
            raise KeyError("a bug")
        await advance(rt, lease, read_request)

    monkeypatch.setattr(batch_items, "_advance", break_one)
    await place.work()
    assert (await reread(broken)).note == "The server failed to read its input, and tries again."
    assert len(await items(good)) == 1


async def test_a_cancel_keeps_what_is_done_and_cancels_the_rest(place: Place, rt: Runtime) -> None:
    with_settings(rt, batch_window=10)
    batch = await place.create(25)
    await place.work()
    assert await place.run(4) == 4
    running = await place.claim(3)
    canceled = await batches.cancel(rt, place.viewer, batch.id)
    assert (canceled.status, counts(canceled)) == ("processing", (25, 4, 0, 18, 0, 0))
    again = await batches.cancel(rt, place.viewer, batch.id)
    assert counts(again) == counts(canceled)
    await place.work()
    assert len(await items(batch)) == 10
    from server.domain.predictions import PredictionStatus
    from server.queue.finish import Result, finish

    for lease in running:
        assert await finish(lease, Result(PredictionStatus.CANCELED))
    over = await reread(batch)
    assert (over.status, counts(over)) == ("canceled", (25, 4, 0, 21, 0, 0))


async def test_a_cancel_whose_process_died_is_gone_on_with(place: Place) -> None:
    batch = await place.create(5)
    await place.work()
    assert await queue.request_cancel(batch.id)
    await place.work()
    over = await reread(batch)
    assert (over.status, counts(over)) == ("canceled", (5, 0, 0, 5, 0, 0))


async def test_a_cancel_before_anything_was_read(place: Place, rt: Runtime) -> None:
    batch = await place.create(upload=await place.upload([{"text": "x"}]))
    over = await batches.cancel(rt, place.viewer, batch.id)
    assert (over.status, over.total) == ("canceled", 0)
    await place.work()
    assert await items(batch) == []


async def test_its_model_is_deleted(place: Place, rt: Runtime) -> None:
    from server.services import models

    with_settings(rt, batch_window=2)
    batch = await place.create(6)
    await place.work()
    await models.delete(rt, place.viewer, place.slug)
    await place.work()
    over = await reread(batch)
    assert (over.status, counts(over), over.note) == ("canceled", (6, 0, 0, 6, 0, 0), "Its model was deleted.")


async def test_its_deadline_passes(place: Place, rt: Runtime) -> None:
    from server.maintenance import recovery

    with_settings(rt, batch_window=2)
    batch = await place.create(6, deadline_seconds=60)
    await place.work()
    assert await place.run(1) == 1
    await Batch.filter(id=batch.id).update(deadline_at=now() - timedelta(seconds=1))
    await Prediction.filter(batch_id=batch.id).update(deadline_at=now() - timedelta(seconds=1))
    await place.work()
    await recovery.sweep(rt)
    over = await reread(batch)
    assert (over.status, counts(over)) == ("completed", (6, 1, 0, 0, 5, 0))


async def test_what_failed_runs_again_in_its_places(place: Place, rt: Runtime) -> None:
    batch = await place.create(6)
    await place.work()
    await place.run(failing=frozenset({1, 4}))
    assert counts(await reread(batch)) == (6, 4, 2, 0, 0, 0)
    notes: dict[str, Any] = {"metadata": {"row": "4"}, "openai": {"parallel_tool_calls": False}}
    await Prediction.filter(batch_id=batch.id, batch_index=4).update(**notes)
    again = await batches.retry_failed(rt, place.viewer, batch.id, "k")
    assert (await batches.retry_failed(rt, place.viewer, batch.id, "k")).id == again.id
    assert again.total == 2
    await place.work()
    made = await items(again)
    assert [(row.batch_index, row.input) for row in made] == [(1, {"text": "1"}), (4, {"text": "4"})]
    assert [(row.metadata, row.openai) for row in made] == [(None, None), tuple(notes.values())]
    await place.run()
    over = await reread(again)
    assert (over.status, counts(over), over.retry_of) == ("completed", (2, 2, 0, 0, 0, 0), batch.id)


async def test_what_a_worker_of_an_older_release_ended_is_counted(place: Place, rt: Runtime) -> None:
    with_settings(rt, batch_window=4)
    batch = await place.create(6)
    await place.work()
    sql = "UPDATE prediction SET status = 'succeeded', completed_at = now() WHERE batch_id = $1 RETURNING id"
    await rows(sql, batch.id)
    assert (await reread(batch)).ended == 0
    assert await place.work() == 0
    assert await queue.recount(0) == [batch.id]
    assert counts(await reread(batch)) == (6, 4, 0, 0, 0, 0)
    await place.work()
    await rows(sql, batch.id)
    assert await queue.recount(0) == [batch.id]
    over = await reread(batch)
    assert (over.status, counts(over)) == ("completed", (6, 6, 0, 0, 0, 0))
    assert await queue.recount(0) == []


async def test_a_file_stays_as_long_as_a_batch_reads_it(place: Place, rt: Runtime) -> None:
    with_settings(rt, batch_window=2)
    uri = await place.upload([{"text": str(n)} for n in range(4)])
    upload = Upload.filter(id=UUID(uri.removeprefix("upload:")))
    batch = await place.create(upload=uri)
    await place.work()
    await upload.update(expires_at=now() - timedelta(days=1))
    await retention.remove_expired_uploads(rt)
    assert await upload.exists()
    await place.run()
    await place.work()
    assert len(await items(batch)) == 4
    await retention.remove_expired_uploads(rt)
    assert not await upload.exists()
    await place.run()
    assert (await reread(batch)).status == "completed"


async def test_what_an_old_batch_was_given_is_forgotten(place: Place, rt: Runtime) -> None:
    batch = await place.create(inputs=[{"text": 1}, {"text": "a"}], metadata={"mine": 1})
    young = await place.create(inputs=[{"text": 1}])
    await place.work()
    await place.run()
    with_settings(rt, prediction_retention_seconds=60)
    await Batch.filter(id=batch.id).update(completed_at=now() - timedelta(minutes=2))
    await retention.remove_old(rt)
    over = await reread(batch)
    assert (over.data_removed, over.metadata, over.invalid) == (True, None, 1)
    assert await BatchLine.filter(batch_id=batch.id).count() == 0
    assert await BatchLine.filter(batch_id=young.id).count() == 1


async def test_what_nothing_waits_for_makes_no_rows_wait(place: Place) -> None:
    """Predictions without a batch end as before, beside those that have one."""
    batch = await place.create(3)
    await place.work()
    single = await store.add(place.version, owner=place.viewer.owner_key, user_id=place.user.id)
    assert await place.run() == 4
    assert (await Prediction.get(id=single.id)).status == "succeeded"
    assert (await reread(batch)).status == "completed"
