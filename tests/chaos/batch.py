"""A batch in every seed: each item once, counts that add up, one message of its end."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any
from uuid import UUID

import asyncpg

from server.domain.ids import encode_id
from tests.chaos.audit import TERMINAL, histories
from tests.chaos.cluster import Cluster
from tests.chaos.hooks import Hooks

ITEMS = 100
LAST = 3
TEXT = "".join(f"{number} " for number in range(LAST))
END_SECONDS = 60.0
TOLD_SECONDS = 30.0
LEDGER = """
SELECT coalesce(sum(u.amount), 0) FROM prediction p JOIN usage u ON u.prediction_id = p.id WHERE p.batch_id = $1
"""
CREATE = """mutation ($input: CreateBatchInput!) { createBatch(input: $input) {
  __typename ... on Batch { id } ... on UserError { code message } } }"""


def new_batch(model: str, hook: str | None, key: str) -> dict[str, Any]:
    """The input of `createBatch`; every tenth item is invalid."""
    inputs = [{"last": LAST if number % 10 else "three", "delay": 0.01} for number in range(ITEMS)]
    webhook = {"webhook": {"url": hook}} if hook else {}
    return {"model": model, "inputs": inputs, "idempotencyKey": key, "maxConcurrency": 30, "priority": "LOW", **webhook}


async def problems_of(cluster: Cluster, hooks: Hooks, batch_id: UUID) -> list[str]:
    """What is wrong with a batch, once it had its time to end and to be told of."""
    deadline = time.monotonic() + END_SECONDS
    while True:
        async with cluster.database() as connection:
            batch = await connection.fetchrow("SELECT * FROM batch WHERE id = $1", batch_id)
            if batch["completed_at"] is not None or time.monotonic() > deadline:
                problems = await _row_problems(connection, batch)
                break
        await asyncio.sleep(0.2)
    deadline = time.monotonic() + TOLD_SECONDS
    while True:
        async with cluster.database() as connection:
            # A receiver that failed would be told again in five seconds and more
            await connection.execute("UPDATE batch_webhook SET next_at = now() WHERE state = 'pending'")
            state = await connection.fetchval("SELECT state FROM batch_webhook WHERE batch_id = $1", batch_id)
        if state in (None, "delivered") or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.2)
    told = hooks.told[encode_id("Batch", batch_id)]
    if state is not None and (state, {one.id for one in told}) != ("delivered", {f"msg_{batch_id.hex}"}):
        problems.append(f"its message is {state}, and came as {[one.id for one in told]}")
    return [f"batch {batch_id} {problem}" for problem in problems]


async def _row_problems(connection: asyncpg.Connection, batch: asyncpg.Record) -> list[str]:
    rows = await connection.fetch("SELECT * FROM prediction WHERE batch_id = $1", batch["id"])
    invalid = await connection.fetch("SELECT batch_index FROM batch_line WHERE batch_id = $1", batch["id"])
    places = Counter(row["batch_index"] for row in [*rows, *invalid])
    valid = ITEMS - ITEMS // 10
    counts = {name: batch[name] for name in ("total", "items", "ended", "succeeded", "invalid")}
    problems = []
    if batch["status"] != "completed":
        problems.append(f"stays {batch['status']} with {counts}, {batch['note']}")
    if counts != {"total": ITEMS, "items": valid, "ended": valid, "succeeded": valid, "invalid": ITEMS // 10}:
        problems.append(f"counts {counts}")
    if places != Counter(range(ITEMS)):
        problems.append(
            f"has the places {places - Counter(range(ITEMS))} twice, {Counter(range(ITEMS)) - places} never"
        )
    ledger = await connection.fetchval(LEDGER, batch["id"])
    if batch["amount"] != ledger:
        problems.append(f"costs {batch['amount']}, and its items {ledger}")
    problems += [f"has an item with {row['output']}" for row in rows if not str(row["output"]).endswith(f'{TEXT}"')]
    for row_id, history in (await histories(connection, [row["id"] for row in rows])).items():
        if sum(change.is_end for change in history) != 1 or any(change.was in TERMINAL for change in history):
            problems.append(f"has an item {row_id} that went {[(change.was, change.status) for change in history]}")
    return problems
