"""Items of batches that are deleted: what is counted stays so, results name them, and they are not run again."""

from __future__ import annotations

from typing import Any

import pytest

from server.adapters.database import rows
from server.domain.batches import BatchStatus
from server.live import batch_results
from server.queue import batches as queue
from server.queue import deletions
from server.runtime import Runtime
from server.services import batches
from server.services import deletions as service
from server.tables import Batch
from tests.integration.batches.conftest import Place, counts, items, reread


async def results(rt: Runtime, batch: Batch) -> list[dict[str, Any]]:
    return [await batch_results.body(rt, row, "http://x") async for row in batch_results.read(batch.id)]


async def test_counts_stay_and_results_name_what_was_deleted(rt: Runtime, place: Place) -> None:
    batch = await place.create(inputs=[{"text": str(number)} for number in range(5)] + [{}])
    await place.work()
    await place.run(failing=frozenset([3]))
    row = await reread(batch)
    assert counts(row) == (6, 4, 1, 0, 0, 1)
    made = await items(batch)
    deleted = await service.delete_some(rt, place.viewer, [made[0].id, made[3].id], None, None)
    assert deleted == service.DeletionCounts(2, 0)
    assert counts(await reread(batch)) == counts(row)
    assert await deletions.count_of_batches([batch.id]) == {batch.id: 2}
    lines = await results(rt, batch)
    assert [(line["index"], line["status"], line.get("deleted")) for line in lines] == [
        (0, "SUCCEEDED", True), (1, "SUCCEEDED", None), (2, "SUCCEEDED", None), (3, "FAILED", True),
        (4, "SUCCEEDED", None), (5, "INVALID", None),
    ]  # fmt: skip
    assert set(lines[0]) == {"index", "id", "status", "deleted"}


async def test_a_batch_ends_though_its_items_are_deleted_while_it_runs(rt: Runtime, place: Place) -> None:
    batch = await place.create(6)
    await place.work()
    await place.run(2)
    made = await items(batch)
    # Two have ended, two wait, and two more run
    leases = await place.claim(2)
    deleted = await service.delete_some(rt, place.viewer, [row.id for row in made[:5]], None, None)
    assert deleted == service.DeletionCounts(2, 3)
    assert {lease.id for lease in leases} == {made[2].id, made[3].id}
    row = await reread(batch)
    assert (counts(row), row.ended) == ((6, 2, 0, 1, 0, 0), 3)
    await rows("UPDATE prediction SET completed_at = completed_at - interval '1 minute' RETURNING id")
    assert len(await deletions.remove(await deletions.list_due(100))) == 1
    # As if it had been counted wrongly: what is gone counts still
    await rows(
        "UPDATE batch SET ended = 0, updated_at = now() - interval '1 hour' WHERE id = $1 RETURNING id", batch.id
    )
    assert await queue.recount(1) == [batch.id]
    row = await reread(batch)
    assert (counts(row), row.ended) == ((6, 2, 0, 1, 0, 0), 3)
    await place.finish(leases)
    await place.run()
    row = await reread(batch)
    assert (row.status, counts(row)) == (BatchStatus.COMPLETED.value, (6, 5, 0, 1, 0, 0))


async def test_what_was_deleted_is_not_run_again(rt: Runtime, place: Place) -> None:
    batch = await place.create(4)
    await place.work()
    await place.run(failing=frozenset([0, 1, 2]))
    made = await items(batch)
    await service.delete(rt, place.viewer, made[0].id)
    again = await batches.retry_failed(rt, place.viewer, batch.id, None)
    assert again.total == 2
    # While it is being made of them
    await service.delete(rt, place.viewer, made[2].id)
    await place.work()
    assert [row.batch_index for row in await items(again)] == [1]
    await place.run()
    row = await reread(again)
    assert (row.status, counts(row)) == (BatchStatus.COMPLETED.value, (1, 1, 0, 0, 0, 0))


@pytest.mark.parametrize("most", [1, 100])
async def test_results_come_in_order_a_page_at_a_time(
    rt: Runtime, place: Place, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(batch_results, "LINES_AT_ONCE", most)
    batch = await place.create(inputs=[{"text": "x"} if number % 3 else {} for number in range(9)])
    await place.work()
    await place.run()
    made = await items(batch)
    await service.delete_some(rt, place.viewer, [row.id for row in made[::2]], None, None)
    assert [line["index"] for line in await results(rt, batch)] == list(range(9))
