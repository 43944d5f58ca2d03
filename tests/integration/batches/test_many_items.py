"""Batches of 100 000 items: made, canceled and read in portions, by index, in the memory of one portion."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import psutil
import pytest

from server.adapters.database import rows
from server.adapters.large_columns import without_large
from server.live import batch_results
from server.queue import batches as queue
from server.queue import cancel
from server.runtime import Runtime
from server.services import batches, predictions
from server.tables import Batch, Prediction
from tests.integration.batches.conftest import Place, counts, make_place, reread, with_settings

MANY = 100_000
# A thousand wait, and a cancel meets each of them up to three times; the others are not looked at
FEW_ROWS = 3000
MEGABYTE = 1_000_000
# Of all that a portion holds; the inputs alone have three times as much
MOST_BYTES = 60 * MEGABYTE


class Peak:
    """The most memory that this process had meanwhile, beyond what it had at first."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._first = self.bytes = self._process.memory_info().rss
        self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while True:
            self.bytes = max(self.bytes, self._process.memory_info().rss)
            await asyncio.sleep(0.05)

    def end(self) -> int:
        self._task.cancel()
        return self.bytes - self._first


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_hundred_thousand_items_are_never_all_in_memory(place: Place, rt: Runtime) -> None:
    # More are made once a quarter of the window is free
    with_settings(rt, batch_window=2 * MANY, max_waiting_predictions=0)
    text = "x" * 80
    upload = await place.upload({"text": f"{number} {text}"} for number in range(MANY))
    batch = await place.create(upload=upload)
    peak = Peak()
    await place.work()
    assert peak.end() < MOST_BYTES
    assert await Prediction.filter(batch_id=batch.id).count() == MANY
    (places,) = await rows(
        "SELECT count(DISTINCT batch_index) AS n, min(batch_index) AS least, max(batch_index) AS most "
        "FROM prediction WHERE batch_id = $1", batch.id,
    )  # fmt: skip
    assert (places["n"], places["least"], places["most"]) == (MANY, 0, MANY - 1)
    await batches.cancel(rt, place.viewer, batch.id)
    await place.work()
    over = await reread(batch)
    assert (over.status, counts(over)) == ("canceled", (MANY, 0, 0, MANY, 0, 0))
    peak, count = Peak(), 0
    async for row in batch_results.read(batch.id):
        count += len(json.dumps(await batch_results.body(rt, row, ""))) > 0
    assert (count, peak.end() < MOST_BYTES) == (MANY, True)


@pytest.fixture(scope="module")
async def long_batch(database: str) -> Batch:
    """A batch of which most items have ended, among as many predictions without one."""
    place = await make_place(None)  # type: ignore[arg-type]
    (made,) = await rows(
        """INSERT INTO batch (id, user_id, owner, model_id, version_id, queue, status, all_or_nothing, is_checked,
             total, items, ended, succeeded, failed, canceled, aborted, invalid, position, line, attempt, request_hash,
             data_removed, created_at, updated_at)
           VALUES (gen_random_uuid(), $1, $2, $3, $4, 'custom', 'processing', false, true, 100000, 50000, 49000, 48500,
             500, 0, 0, 0, 0, 0, 0, '', false, now(), now()) RETURNING id""",
        place.user.id, place.viewer.owner_key, place.version.model_id, place.version.id,
    )  # fmt: skip
    await rows(
        """INSERT INTO prediction (id, owner, user_id, queue, rank, status, input, logs, attempt, losses, alone,
             outside_runner, run_at, request_hash, created_at, updated_at, completed_at, model_id, version_id,
             data_removed, batch_id, batch_index)
           SELECT gen_random_uuid(), $2, $1, 'custom', 0, status, '{"text": "x"}', '', 1, 0, false, false, now(), '',
             now(), now(), CASE WHEN status <> 'starting' THEN now() END, $3, $4, false,
             CASE WHEN n % 2 = 0 THEN $5::uuid END, CASE WHEN n % 2 = 0 THEN n / 2 END
           FROM (SELECT n, CASE WHEN n >= 98000 THEN 'starting' WHEN n % 200 = 0 THEN 'failed' ELSE 'succeeded' END
             AS status FROM generate_series(0, 99999) AS n) AS made""",
        place.user.id, place.viewer.owner_key, place.version.model_id, place.version.id, made["id"],
    )  # fmt: skip
    await rows("ANALYZE prediction")
    return await Batch.get(id=made["id"])


async def scans(sql: str, *values: object) -> list[dict[str, Any]]:
    """How a statement that was run read the predictions."""
    plan = (await rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *values))[0]["QUERY PLAN"]
    (top,) = json.loads(plan) if isinstance(plan, str) else plan
    nodes, found = [top["Plan"]], []
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if node.get("Relation Name") == "prediction" and "Scan" in node["Node Type"]:
            found.append(node)
    return found


async def test_what_asks_for_a_part_of_a_long_batch_reads_a_part(long_batch: Batch) -> None:
    key = long_batch.id
    later = Prediction.filter(batch_id=key, batch_index__gt=20_000, status__in=["succeeded", "failed"])
    page = without_large(later).order_by("batch_index").limit(100).sql(params_inline=True)
    failed = predictions.of_batch(key, [predictions.PredictionStatus.FAILED])
    statements: dict[str, tuple[str, list[object]]] = {
        "cancel": (cancel._CANCEL_OF_BATCH, [key, 500]),
        "what runs": (queue._COUNT_RUNNING, [[key]]),
        "what failed": (queue._COUNT_FAILED, [key]),
        "results": (page, []),
        "items": (failed.order_by("batch_index", "id").limit(21).sql(params_inline=True), []),
        "miscounted": (queue._LIST_MISCOUNTED, [0.0]),
        "canceling": (queue._LIST_CANCELING, []),
    }
    for what, (sql, values) in statements.items():
        nodes = await scans(sql, *values)
        assert "Seq Scan" not in {node["Node Type"] for node in nodes}, what
        read = sum(
            (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in nodes
        )
        assert read <= FEW_ROWS, (what, read)
