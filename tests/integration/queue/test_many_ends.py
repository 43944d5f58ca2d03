"""Reports over a million predictions take about as long as over a thousand: they are read of roll-ups."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4

import asyncpg
import pytest
from tortoise.transactions import in_transaction

from server.adapters.database import now, rows
from server.domain.accounts import Viewer
from server.domain.usage import UsageGrouping
from server.embedded.servers import LocalServers
from server.queue import batches, experiments, prices, roll_ups, usage
from server.services import performance
from server.services.performance import PerformancePeriod
from server.tables import Batch, Model, Version
from tests.integration.queue import store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

MANY, FEW, ITEMS, PART = 1_000_000, 1000, 100_000, 50_000
DAYS, OWNERS = 30, 200
AMOUNT = Decimal("0.000000000123")
# On a machine that does much else; a look at a million rows takes several seconds
MOST_SECONDS, FLAT_SECONDS = 0.5, 0.2
ADD = """
WITH added AS (
  INSERT INTO prediction (id, owner, model_id, version_id, queue, rank, share, priority, status, input, logs, attempt,
    losses, alone, outside_runner, run_at, request_hash, data_removed, created_at, updated_at, completed_at, metrics,
    experiment_id, batch_id, batch_index)
  SELECT gen_random_uuid(), 'user:' || n % $5::int, $1, $2, 'custom', 0, '', 1,
    CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'succeeded' END, '{}', '', 1, 0, false, false, at, '', false, at, at, at,
    jsonb_build_object('queue_seconds', random(), 'predict_seconds', exp(3 * random()), 'total_seconds',
      exp(3 * random()) + 1, 'time_to_first_token_seconds', random(), 'tokens_per_second', 50 * random(),
      'output_tokens', n % 100), $6, CASE WHEN n <= $8::int THEN $7::uuid END, CASE WHEN n <= $8::int THEN n END
  FROM (SELECT n, $3::timestamptz + n * $4::float8 * interval '1 second' AS at
    FROM generate_series($9::int + 1, $9::int + $10::int) n) ends
  RETURNING id, owner, model_id, completed_at)
INSERT INTO usage (prediction_id, owner, predict_seconds, input_tokens, output_tokens, model_id, amount, charge,
  created_at)
SELECT id, owner, 1.5, 3, 5, model_id, 0.000000000123, '{"currency": "USD", "lines": []}', completed_at FROM added
"""

OUTCOMES = """
INSERT INTO outcome (id, prediction_id, name, value, experiment_id, version_id, created_at, updated_at)
SELECT gen_random_uuid(), id, 'thumb', (random() < 0.5)::int, experiment_id, version_id, now(), now() FROM prediction
WHERE experiment_id = ANY($1::uuid[])
"""


@dataclass(frozen=True)
class Ends:
    """A version of which many predictions ended and one of which few did, each in an experiment; the former's batch."""

    many: Version
    few: Version
    many_experiment: UUID
    few_experiment: UUID
    batch: Batch
    begin: datetime


@pytest.fixture(scope="module")
async def ends(schema_servers: LocalServers) -> AsyncIterator[Ends]:
    async with store.opened(schema_servers) as url, await asyncpg.create_pool(url, min_size=1, max_size=1) as filling:
        # They would take most of the time, and nothing looks at them here
        unused = """SELECT indexname FROM pg_indexes WHERE tablename = 'prediction' AND indexname NOT IN
          ('prediction_pkey', 'prediction_experiment', 'prediction_batch')"""
        for index in await rows(unused):
            await rows(f'ALTER TABLE prediction DROP CONSTRAINT IF EXISTS "{index["indexname"]}"')
            await rows(f'DROP INDEX IF EXISTS "{index["indexname"]}"')
        await rows("ALTER TABLE usage DISABLE TRIGGER USER")
        made = Ends(
            await store.add_version(), await store.add_version(), uuid4(), uuid4(), Batch(id=uuid4()),
            now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS),
        )  # fmt: skip
        for version, count, experiment, items in (
            (made.many, MANY, made.many_experiment, ITEMS), (made.few, FEW, made.few_experiment, 0),
        ):  # fmt: skip
            for part in range(0, count, PART):
                await filling.execute(ADD, version.model_id, version.id, made.begin, DAYS * 86_400 / (count + 1),
                           OWNERS, experiment, made.batch.id, items, part, min(PART, count))  # fmt: skip
        # Those that look for the prediction of each row would take most of the time
        await filling.execute("ALTER TABLE outcome DISABLE TRIGGER ALL, ENABLE TRIGGER outcome_insert")
        await filling.execute(OUTCOMES, [made.many_experiment, made.few_experiment])
        async with in_transaction():
            _, listing = await prices.add("USD", [], charges_failed=False, charges_canceled=True)
        owner_id = (await Model.get(id=made.many.model_id)).owner_id
        made.batch.update_from_dict(
            {"user_id": owner_id, "owner": "", "model_id": made.many.model_id, "version_id": made.many.id,
             "queue": "custom", "status": "processing", "request_hash": "", "price_list_id": listing.id,
             "total": 2 * ITEMS, "items": ITEMS, "created_at": made.begin, "updated_at": made.begin}
        )  # fmt: skip
        await made.batch.save(force_create=True)
        assert await batches.recount(0) == [made.batch.id]
        await filling.execute("VACUUM ANALYZE")
        began = time.monotonic()
        while await roll_ups.add_lines(0, 0):
            pass
        sys.stdout.write(f"\n{MANY + FEW} lines added in {time.monotonic() - began:.1f} s\n")
        yield made


async def seconds(name: str, read: Callable[[], Awaitable[object]]) -> float:
    """The least of what it takes of a few times."""
    least = float("inf")
    for _ in range(4):
        began = time.perf_counter()
        await read()
        least = min(least, time.perf_counter() - began)
    sys.stdout.write(f"{name}: {least * 1000:.1f} ms\n")
    return least


def is_flat(few: float, many: float) -> bool:
    """Whether many take about as long as few, of which there are a thousandth: buckets of histograms fill up."""
    return many < 2 * few + FLAT_SECONDS


async def test_performance_is_flat(ends: Ends) -> None:
    viewer = Viewer(uuid4(), is_admin=True)
    for days in (1, 7, DAYS):
        period = PerformancePeriod(ends.begin + timedelta(days=DAYS - days), ends.begin + timedelta(days=DAYS))
        taken = []
        for version, count in ((ends.few, FEW * days // DAYS), (ends.many, MANY * days // DAYS)):
            model = await Model.get(id=version.model_id)
            report = await performance.of_version(viewer, model, version, period)
            assert report is not None
            assert report.ends is not None
            assert report.ends.runs == pytest.approx(count, abs=1)
            read = partial(performance.of_version, viewer, model, version, period)
            taken.append(await seconds(f"performance of {days} days, {count} predictions", read))
        assert is_flat(*taken)


async def test_results_of_an_experiment_are_flat(ends: Ends) -> None:
    taken = []
    for experiment, count in ((ends.few_experiment, FEW), (ends.many_experiment, MANY)):
        _, runs = await experiments.read_runs(experiment, "USD")
        (run,) = runs.values()
        assert (run.ended, run.cost) == (count, count * AMOUNT)
        read = partial(experiments.read_runs, experiment, "USD")
        taken.append(await seconds(f"results of an experiment, {count} predictions", read))
    assert is_flat(*taken)


async def test_usage_of_everybody_is_the_sum_of_the_lines(ends: Ends) -> None:
    period = (ends.begin, ends.begin + timedelta(days=DAYS))
    for grouping in UsageGrouping:
        total, *groups = await usage.read(None, *period, grouping, "USD", 1000)
        assert (total["predictions"], total["amount"]) == (MANY + FEW, (MANY + FEW) * AMOUNT)
        assert sum(group["seconds"] for group in groups) == total["seconds"] == (MANY + FEW) * Decimal("1.5")
        read = partial(usage.read, None, *period, grouping, "USD", 1000)
        assert await seconds(f"usage of everybody by {grouping}", read) < MOST_SECONDS


async def test_outcomes_of_an_experiment_are_flat(ends: Ends) -> None:
    taken = []
    for experiment, count in ((ends.few_experiment, FEW), (ends.many_experiment, MANY)):
        (outcome,) = await experiments.read_outcomes(experiment)
        (values,) = await rows(
            """SELECT count(*) AS n, avg(value) AS mean, var_samp(value) AS variance FROM outcome
            WHERE experiment_id = $1""",
            experiment,
        )
        assert (outcome["n"], values["n"]) == (count, count)
        for name in ("mean", "variance"):
            assert outcome[name] == pytest.approx(values[name])
        read = partial(experiments.read_outcomes, experiment)
        taken.append(await seconds(f"outcomes of an experiment, {count} predictions", read))
    assert is_flat(*taken)


async def test_the_cost_of_a_batch_takes_a_moment(ends: Ends) -> None:
    assert (await prices.costs_of_batches([ends.batch.id]))[ends.batch.id].amount == ITEMS * AMOUNT
    cost = partial(prices.costs_of_batches, [ends.batch.id])
    assert await seconds(f"cost of a batch of {ITEMS}", cost) < FLAT_SECONDS
