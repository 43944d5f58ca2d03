"""The view that autoscalers read: what waits and runs, and that it costs little however much waits."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from server.adapters.database import now, rows
from server.domain.models import ALL_QUEUES
from server.tables import Batch, Model, Prediction, Version, WebhookDelivery
from tests.integration.queue import store

MANY = 200_000
VERSIONS = 20
PRESSURE = "SELECT queue, waiting, running, oldest_seconds FROM queue_pressure"


async def pressure() -> dict[str, dict[str, Any]]:
    return {row["queue"]: row for row in await rows(PRESSURE)}


async def test_every_queue_has_its_row(database: str) -> None:
    assert set(await pressure()) == {*ALL_QUEUES, "prepare", "webhooks", "batches"}


async def test_what_waits_and_what_runs(version: Version) -> None:
    before = (await pressure())["image.cuda"]
    for seconds in (300, 20):
        await store.add(version, "image.cuda", run_at=now() - timedelta(seconds=seconds))
    # It was tried, and may run again in an hour
    await store.add(version, "image.cuda", run_at=now() + timedelta(hours=1))
    await store.add(version, "image.cuda", status="processing")
    after = (await pressure())["image.cuda"]
    assert after["waiting"] == before["waiting"] + 2
    assert after["running"] == before["running"] + 1
    assert 300 <= after["oldest_seconds"] < 400
    await Prediction.filter(version_id=version.id).delete()


async def test_what_waits_of_a_paused_model_asks_for_no_worker(version: Version) -> None:
    before = await pressure()
    await store.add(version, "image.cuda", run_at=now() - timedelta(hours=1))
    await Model.filter(id=version.model_id).update(paused_at=now())
    assert (await pressure())["image.cuda"] == before["image.cuda"]
    await Model.filter(id=version.model_id).update(paused_at=None)
    assert (await pressure())["image.cuda"]["waiting"] == before["image.cuda"]["waiting"] + 1
    await Prediction.filter(version_id=version.id).delete()


async def test_versions_that_are_prepared_need_a_worker_too(version: Version) -> None:
    before = (await pressure())["prepare"]
    await Version.filter(id=version.id).update(state="PREPARING", created_at=now() - timedelta(seconds=100))
    waiting = (await pressure())["prepare"]
    assert (waiting["waiting"], waiting["running"]) == (before["waiting"] + 1, before["running"])
    assert waiting["oldest_seconds"] >= 100
    await Version.filter(id=version.id).update(lease_until=now() + timedelta(minutes=1), worker_id=uuid4(), attempt=1)
    running = (await pressure())["prepare"]
    assert (running["waiting"], running["running"]) == (before["waiting"], before["running"] + 1)
    await Version.filter(id=version.id).update(state="READY", lease_until=None, worker_id=None)


async def test_webhooks_that_are_due_need_a_worker_too(version: Version) -> None:
    prediction, at = await store.add(version, "image.cuda"), now()
    before = (await pressure())["webhooks"]["waiting"]
    for seconds, event in ((60, "start"), (-3600, "completed")):
        await WebhookDelivery.create(
            id=uuid4(), prediction_id=prediction.id, user_id=uuid4(), event=event, state="pending", noted=1, sent=0,
            tries=0, attempts=[], next_at=at - timedelta(seconds=seconds), created_at=at, updated_at=at,
        )  # fmt: skip
    row = (await pressure())["webhooks"]
    assert row["waiting"] == before + 1
    assert row["oldest_seconds"] >= 59
    await prediction.delete()


async def test_batches_of_which_nothing_waits_need_a_worker_too(version: Version) -> None:
    before, at, model = (await pressure())["batches"], now(), await version.model
    batch = await Batch.create(
        id=uuid4(), user_id=model.owner_id, owner=f"user:{model.owner_id}", model_id=model.id, version_id=version.id,
        queue="custom", status="starting", inputs=[{}], total=3, request_hash="", created_at=at, updated_at=at,
    )  # fmt: skip

    async def change(**fields: Any) -> tuple[int, int]:
        await Batch.filter(id=batch.id).update(**fields)
        row = (await pressure())["batches"]
        return row["waiting"] - before["waiting"], row["running"] - before["running"]

    assert await change() == (1, 0)
    # Its items ask for workers themselves
    assert await change(items=3) == (0, 0)
    assert await change(items=0, lease_until=at + timedelta(minutes=1), attempt=1) == (0, 1)
    assert await change(lease_until=None, pause_until=at + timedelta(minutes=1)) == (0, 0)
    # APIs read these
    assert await change(pause_until=None, endpoint="/v1/chat/completions", upload_id=uuid4(), inputs=None) == (0, 0)
    await batch.delete()


async def test_who_reads_the_view_alone_needs_no_right_on_the_tables(database: str) -> None:
    await rows("DROP ROLE IF EXISTS scaler")
    await rows("CREATE ROLE scaler")
    try:
        await rows("GRANT SELECT ON queue_pressure TO scaler")
        (can,) = await rows(
            "SELECT has_table_privilege('scaler', 'queue_pressure', 'SELECT') AS view, "
            "has_table_privilege('scaler', 'prediction', 'SELECT') AS rows"
        )
        assert can == {"view": True, "rows": False}
    finally:
        await rows("REVOKE SELECT ON queue_pressure FROM scaler")
        await rows("DROP ROLE scaler")


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_what_waits_is_read_up_to_a_bound_of_each_version(version: Version) -> None:
    versions = [version, *[await store.add_version() for _ in range(VERSIONS - 1)]]
    for each in versions:
        await rows(
            """INSERT INTO prediction (id, owner, queue, rank, share, status, input, logs, attempt, losses, alone,
                 run_at, request_hash, created_at, updated_at, model_id, version_id, data_removed)
               SELECT gen_random_uuid(), 'address:::1', 'custom', n, '', 'starting', '{}', '', 0, 0, false,
                 now() - interval '1 hour', '', now(), now(), $1, $2, false FROM generate_series(1, $3) n
               RETURNING 1""",
            each.model_id, each.id, MANY // VERSIONS,
        )  # fmt: skip
    try:
        await rows("ANALYZE prediction")
        assert (await pressure())["custom"]["waiting"] == VERSIONS * 5000
        explained = (await rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {PRESSURE}"))[0]["QUERY PLAN"]
        (plan,) = json.loads(explained) if isinstance(explained, str) else explained
        scans = [node for node in nodes(plan["Plan"]) if node.get("Relation Name") == "prediction"]
        assert scans
        assert "Seq Scan" not in {node["Node Type"] for node in scans}
        read = sum(node["Actual Rows"] * node["Actual Loops"] for node in scans)
        assert read <= VERSIONS * 5000 + 10 * VERSIONS, read
    finally:
        await rows("DELETE FROM prediction WHERE owner = 'address:::1' RETURNING 1")


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """A plan and everything below it."""
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]
