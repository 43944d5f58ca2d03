"""The migration of the sums that reports read, over what its predecessor had added up, and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from uuid import UUID, uuid4

import asyncpg
import pytest
from tortoise import connections

from server.adapters.database import now, rows, to_json
from server.domain.performance import Measure
from server.embedded.servers import LocalServers
from server.queue import experiments, prices, roll_ups
from server.tables import Batch, Model, Version
from server.tables.roll_ups import NONE
from tests.integration.queue import store

NAME = "migrations.models.44_20261130164000_report_sums"
DAY = datetime(2026, 3, 5, tzinfo=UTC)
PERIOD = """
INSERT INTO version_period (id, version_id, begin, is_day, experiment_id, currency, succeeded, failed, canceled,
  aborted, shared, amount, histograms)
VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, 3, 2, 1, 0, 4, 0.000000000123, $6::jsonb) RETURNING id
"""


@pytest.fixture
async def former(schema_servers: LocalServers) -> AsyncIterator[str]:
    """A database without that migration; its URL."""
    async with store.opened(schema_servers) as url:
        await run(url, await import_module(NAME).downgrade(connections.get("default")))
        yield url


async def run(url: str, script: str) -> None:
    """Run a script in one transaction, as a migration."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(script)
    finally:
        await connection.close()


async def test_what_was_added_up_stays(former: str) -> None:
    version, other = await store.add_version(), await store.add_version()
    experiment = uuid4()
    first, second = {"queue_seconds": {"0": 2, "300": 1}, "total_seconds": {"310": 3}}, {"queue_seconds": {"300": 3}}
    for hour in (0, 7):
        at = DAY.replace(hour=hour)
        await rows(PERIOD, version.id, at, False, UUID(NONE), "EUR", to_json(first))
        await rows(PERIOD, version.id, at, False, experiment, "EUR", to_json(second))
    await rows(PERIOD, version.id, DAY, True, UUID(NONE), "", to_json({}))
    await rows(PERIOD, version.id, DAY, True, experiment, "EUR", to_json(first))
    await rows(PERIOD, version.id, DAY.replace(day=9), True, experiment, "EUR", to_json(second))
    await rows(PERIOD, other.id, DAY, True, experiment, "USD", to_json(first))
    await rows("INSERT INTO roll_up (id, until) VALUES (1, $1) RETURNING id", DAY.replace(day=20))
    prediction = await store.add(version, status="succeeded", experiment_id=experiment)
    await rows(
        """INSERT INTO outcome (id, prediction_id, name, value, experiment_id, version_id, created_at, updated_at)
        VALUES (gen_random_uuid(), $1, 'score', 0.3, $2, $3, now(), now()) RETURNING id""",
        prediction.id, experiment, version.id,
    )  # fmt: skip
    listing = await prices.add("EUR", [], charges_failed=False, charges_canceled=True)
    batch = await add_batch(version, listing[1].id)
    await run(former, await import_module(NAME).upgrade(connections.get("default")))

    sums = await roll_ups.read_version(version.id, DAY, DAY.replace(day=6), by_day=False)
    assert [at.hour for at, _ in sums.points] == [0, 7]
    for _, point in sums.points:
        assert (point.ends.succeeded, point.ends.failed, point.ends.shared) == (6, 4, 8)
        assert counts_of(point) == {"queue_seconds": {0: 2, 300: 4}, "total_seconds": {310: 3}}
    (whole,) = sums.parts
    assert whole.ends.succeeded == 6
    assert counts_of(whole) == first_of(first)
    added = {each: (part, amount) for each, part, amount in await roll_ups.read_experiment(experiment, "EUR")}
    part, amount = added[version.id]
    # What is not added up yet is there too
    assert (part.ends.succeeded, amount) == (6 + 1, 2 * Decimal("0.000000000123"))
    assert counts_of(part) == {"queue_seconds": {0: 2, 300: 4}, "total_seconds": {310: 3}}
    assert added[other.id][1] == 0
    (outcome,) = await experiments.read_outcomes(experiment)
    assert (outcome["n"], outcome["mean"], outcome["hits"], outcome["is_rate"]) == (1, 0.3, 0, False)
    assert (await prices.costs_of_batches([batch.id]))[batch.id].amount == Decimal("0.25")
    # And once more, of what there is now
    await run(former, await import_module(NAME).downgrade(connections.get("default")))
    await run(former, await import_module(NAME).upgrade(connections.get("default")))
    assert (await experiments.read_outcomes(experiment)) == [outcome]


def counts_of(part: roll_ups.PeriodSum) -> dict[str, dict[int, int]]:
    """The histograms by measure, of those with any values."""
    return {
        measure.value: {bucket % 2048: count for bucket, count in zip(own.buckets, own.counts, strict=True)}
        for measure in Measure
        if (own := part.of_measure(measure)).buckets
    }


def first_of(written: dict[str, dict[str, int]]) -> dict[str, dict[int, int]]:
    """The same with the numbers of buckets as numbers."""
    return {name: {int(bucket): count for bucket, count in counts.items()} for name, counts in written.items()}


async def add_batch(version: Version, price_list: UUID) -> Batch:
    """A batch of the former form, of which an item was charged."""
    model = await Model.get(id=version.model_id)
    item = await store.add(version, status="succeeded")
    batch_id = uuid4()
    await rows(
        """INSERT INTO batch (id, user_id, owner, model_id, version_id, queue, status, request_hash, price_list_id,
          total, items, created_at, updated_at, all_or_nothing, is_checked, priority, ended, succeeded, failed,
          canceled, aborted, invalid, position, line, attempt, data_removed)
        VALUES ($1, $2, '', $3, $4, 'custom', 'processing', '', $5, 1, 1, $6, $6, false, true, 1, 0, 0, 0, 0, 0, 0, 0,
          0, 0, false) RETURNING id""",
        batch_id, model.owner_id, model.id, version.id, price_list, now(),
    )  # fmt: skip
    await rows("UPDATE prediction SET batch_id = $2, batch_index = 0 WHERE id = $1 RETURNING id", item.id, batch_id)
    await rows(
        """INSERT INTO usage (prediction_id, owner, predict_seconds, input_tokens, output_tokens, amount, created_at)
        VALUES ($1, '', 1, 1, 1, 0.25, now()) RETURNING prediction_id""",
        item.id,
    )
    return Batch(id=batch_id)
