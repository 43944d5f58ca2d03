"""How PostgreSQL runs what runs all the time, where a user has 100 000 predictions: by index, reading few rows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from server.adapters.database import now, rows
from server.domain.accounts import Viewer
from server.domain.models import ALL_QUEUES
from server.live import live_lists
from server.queue import depths, recover
from server.queue import results as shared_results
from server.queue import storage as stored
from server.runtime import Runtime
from server.services import predictions
from server.services.predictions import PredictionCriteria
from server.tables import User, Version
from tests.integration.queue.store import add, row

MANY = 100_000
FEW_ROWS = 500


@pytest.fixture
async def owner(version: Version, database: str) -> UUID:
    """A user with many ended predictions, most of them old, of which every tenth shares its result."""
    user = await User.create(handle=f"u{uuid4().hex[:12]}", email=f"{uuid4().hex}@example.com")
    await rows(
        """INSERT INTO prediction (id, owner, user_id, queue, rank, status, input, logs, attempt, losses, alone, run_at,
             request_hash, created_at, updated_at, completed_at, model_id, version_id, data_removed, cache_key)
           SELECT gen_random_uuid(), 'user:' || $1::uuid::text, $1::uuid, 'custom', 0, 'succeeded', '{}', '', 1, 0,
             false, at, '', at, at, at, $2, $3, false, CASE WHEN n % 10 = 0 THEN 'key' || n END
           FROM (SELECT n, now() - n * interval '10 s' AS at FROM generate_series(1, $4) AS n) AS made""",
        user.id,
        version.model_id,
        version.id,
        MANY,
    )
    for _ in range(20):
        await add(version, "custom", user_id=user.id, owner=f"user:{user.id}", rung_at=None)
    await rows("ANALYZE prediction")
    return UUID(str(user.id))


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """A plan and everything below it."""
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]


async def ran(sql: str, *values: object) -> list[dict[str, Any]]:
    """The nodes of a statement that was run, with what each did."""
    found = (await rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *values))[0]["QUERY PLAN"]
    (plan,) = json.loads(found) if isinstance(found, str) else found
    return nodes(plan["Plan"])


async def test_what_runs_all_the_time_reads_few_rows(rt: Runtime, version: Version, owner: UUID) -> None:
    some = await add(version, "custom", cache_key="key10")
    statements: dict[str, tuple[str, list[object], str | tuple[str, ...]]] = {
        "a live list": (live_lists._CHANGED, [owner, 60.0], "prediction_changes"),
        "expired leases": (recover._EXPIRE_LEASES, [3], "prediction_l"),
        "lost doorbells": (recover._RING_AGAIN, [30, 33, list(ALL_QUEUES)], "prediction_"),
        "passed deadlines": (recover._ABORT_OVERDUE, [], "prediction_"),
        "old data": (shared_results._REMOVE_OLD_DATA, [float(MANY * 10 - 100), 100], "prediction_kept"),
        # Where there are few of them, the index of users is as good
        "old data without an account": (
            shared_results._REMOVE_ANONYMOUS_DATA,
            [60.0, 100],
            ("prediction_anonymous", "idx_prediction_user"),
        ),
        "ends that nobody counted": (stored._COUNT_ENDED, [100], "prediction_uncounted"),
        # Where next to nothing waits, the whole of another index is as good
        "what waits of an owner": (
            depths._WAITING,
            [f"user:{owner}", 10_000],
            ("prediction_waiting", "prediction_live_model"),
        ),
        "a shared result": (shared_results._FIND, ["key10", some.id, 86_400.0], "prediction_cache"),
        "a run to share": (shared_results._LEADER, ["key10", some.id, some.created_at], "prediction_"),
    }
    for what, (sql, values, index) in statements.items():
        found = await ran(sql, *values)
        scans = [node for node in found if node.get("Relation Name") == "prediction" and "Scan" in node["Node Type"]]
        assert "Seq Scan" not in {node["Node Type"] for node in scans}, what
        used = {node.get("Index Name", "") for node in found}
        assert any(name.startswith(index) for name in used), (what, used)
        read = sum(node["Actual Rows"] * node["Actual Loops"] + node.get("Rows Removed by Filter", 0) for node in scans)
        assert read <= FEW_ROWS, (what, read)
    for what in ("expired leases", "old data", "old data without an account", "ends that nobody counted"):
        sql, values, _ = statements[what]
        # The owners of what one portion removes are sorted, never the rows that it chooses from
        sorts = [node for node in await ran(sql, *values) if node["Node Type"] == "Sort"]
        assert all(node["Plans"][0]["Actual Rows"] <= 100 for node in sorts), what
    everybodys = await predictions.listing(Viewer(owner, is_admin=True), PredictionCriteria(everybody=True))
    newest = everybodys.order_by("-created_at", "-id").limit(21).sql(params_inline=True)
    assert sum(node["Actual Rows"] for node in await ran(newest) if "Scan" in node["Node Type"]) <= 21
    await rows("DELETE FROM prediction WHERE user_id = $1", owner)


@pytest.mark.slow
async def test_a_long_queue_that_was_rung_is_not_read_to_find_lost_doorbells(version: Version, owner: UUID) -> None:
    queue = "custom.cuda"
    await rows(
        """UPDATE prediction SET status = 'starting', completed_at = NULL, queue = $2, rung_at = now()
           WHERE user_id = $1 RETURNING id""",
        owner, queue,
    )  # fmt: skip
    lost = [await add(version, queue, rung_at=None), await add(version, queue, rung_at=now() - timedelta(minutes=1))]
    await rows("ANALYZE prediction")
    values = [30, 33, list(ALL_QUEUES)]
    found = await ran(recover._RING_AGAIN, *values)
    scans = [node for node in found if node.get("Relation Name") == "prediction" and "Scan" in node["Node Type"]]
    read = sum(node["Actual Rows"] * node["Actual Loops"] + node.get("Rows Removed by Filter", 0) for node in scans)
    assert read <= FEW_ROWS, read
    # EXPLAIN ran it: both were rung
    assert [(await row(each.id))["rung_at"] > now() - timedelta(seconds=30) for each in lost] == [True, True]
    assert await rows(recover._RING_AGAIN, *values) == []
    await rows("DELETE FROM prediction WHERE user_id = $1 OR queue = $2", owner, queue)
