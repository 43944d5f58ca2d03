"""Claims leave out what waits of paused models, and never walk past it."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from server.adapters.database import now, rows
from server.queue import claim as queue
from server.queue.claim import claim, claim_alone, claim_hinted, list_waiting
from server.tables import Model, Version
from tests.integration.queue import store
from tests.integration.queue.store import add

FEW_ROWS = 300
LEASE = 30.0


async def pause(version: Version) -> None:
    await Model.filter(id=version.model_id).update(paused_at=now())


async def resume(version: Version) -> None:
    await Model.filter(id=version.model_id).update(paused_at=None)


async def test_what_is_paused_is_claimed_by_no_way(version: Version, queue: str) -> None:
    paused = await store.add_version()
    await pause(paused)
    waits = [await add(paused, queue), await add(paused, queue, alone=True)]
    runs = await add(version, queue)
    ids = [row.id for row in (*waits, runs)]
    assert [each.version_id for each in await list_waiting([queue])] == [version.id]
    assert await claim_alone(queue, uuid4(), LEASE) == []
    assert [lease.id for lease in await claim_hinted(ids, queue, uuid4(), LEASE)] == [runs.id]
    assert await claim(queue, uuid4(), LEASE, 10) == []
    await resume(paused)
    assert [lease.id for lease in await claim(queue, uuid4(), LEASE, 10)] == [waits[0].id]
    assert [lease.id for lease in await claim_alone(queue, uuid4(), LEASE)] == [waits[1].id]


async def test_one_suspect_of_a_paused_model_holds_up_no_other(version: Version, queue: str) -> None:
    paused = await store.add_version()
    await pause(paused)
    await add(paused, queue, alone=True)
    suspect = await add(version, queue, alone=True)
    assert [lease.id for lease in await claim_alone(queue, uuid4(), LEASE)] == [suspect.id]


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]


@pytest.mark.parametrize("many", [20_000, pytest.param(100_000, marks=pytest.mark.slow)])
async def test_many_that_are_paused_cost_nothing(version: Version, many: int) -> None:
    name = uuid4().hex[:12]
    paused = await store.add_version()
    await pause(paused)
    await rows(
        """INSERT INTO prediction (id, owner, queue, rank, status, input, logs, attempt, losses, alone, outside_runner,
             run_at, request_hash, created_at, updated_at, model_id, version_id, data_removed)
           SELECT gen_random_uuid(), 'anon:192.0.2.1', $3, 0, 'starting', '{}', '', 0, 0, false, false,
             now() - n * interval '1 ms', '', now(), now(), $1, $2, false FROM generate_series(1, $4) AS n
           RETURNING id""",
        paused.model_id, paused.id, name, many,
    )  # fmt: skip
    runs = await add(version, name)
    await rows("ANALYZE prediction")
    try:
        (row,) = await rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {queue._LIST_WAITING}", [name])
        (plan,) = json.loads(row["QUERY PLAN"]) if isinstance(row["QUERY PLAN"], str) else row["QUERY PLAN"]
        scans = [node for node in nodes(plan["Plan"]) if node.get("Relation Name") == "prediction"]
        read = [n["Actual Rows"] * n["Actual Loops"] + n.get("Rows Removed by Filter", 0) for n in scans]
        assert sum(read) < FEW_ROWS, scans
        assert [lease.id for lease in await claim(name, uuid4(), LEASE, 10)] == [runs.id]
    finally:
        await rows("DELETE FROM prediction WHERE queue = $1 RETURNING id", name)
        await rows("ANALYZE prediction")
