"""Roll-ups: each line of the ledger is in them once, and what is read of them is what the rows say."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import quantiles
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from server.adapters.database import from_json, now, rows
from server.domain.accounts import Viewer
from server.domain.histograms import MOST_BUCKETS, RELATIVE_ERROR, bucket_sql, value_of
from server.domain.performance import Measure, PredictionEnds, RunPercentiles, VersionPerformance
from server.domain.usage import UsageGrouping
from server.queue import experiments, roll_ups, usage
from server.queue.erase import NOBODY, erase_owner
from server.services import performance
from server.services.performance import PerformancePeriod
from server.tables import Experiment, Model, UsageDay, Version, VersionPeriod
from tests.integration.queue import store

ADMIN = Viewer(uuid4(), is_admin=True)
HOUR = timedelta(hours=1)
# An hour of its own, long ago, in which nothing else of this database ended
LONG_AGO = datetime(2024, 3, 5, 10, tzinfo=UTC)
# Predictions that ended, with their lines: so many a second apart, of which every 10th failed, every 16th was canceled,
# every 13th shared its result, and every 4th is an experiment's
ADD = """
WITH added AS (
  INSERT INTO prediction (id, owner, model_id, version_id, queue, rank, share, priority, status, input, logs, attempt,
    losses, alone, outside_runner, run_at, request_hash, data_removed, created_at, updated_at, completed_at,
    canceled_at, metrics, experiment_id)
  SELECT gen_random_uuid(), $1, $2, $3, 'custom', 0, '', 1, status, '{}', '', 1, 0, false, false, at, '', false, at,
    at, at, CASE WHEN status = 'canceled' THEN at END,
    jsonb_build_object('queue_seconds', n % 97 * 0.013, 'predict_seconds', exp(n % 101 / 20.0), 'total_seconds',
      n % 97 * 0.013 + exp(n % 101 / 20.0), 'time_to_first_token_seconds', CASE WHEN n % 3 = 0 THEN 0.2 + n % 7 END,
      'tokens_per_second', CASE WHEN n % 3 = 0 THEN 10.0 + n % 50 END, 'cached', n % 13 = 0),
    CASE WHEN n % 4 = 0 THEN $7::uuid END
  FROM (SELECT n, $4::timestamptz + make_interval(secs => n * $6) AS at,
    CASE WHEN n % 10 = 0 THEN 'failed' WHEN n % 16 = 0 THEN 'canceled' ELSE 'succeeded' END AS status
    FROM generate_series(1, $5::int) n) ends
  RETURNING id, owner, model_id, completed_at, (metrics->>'predict_seconds')::float8 AS seconds)
INSERT INTO usage (prediction_id, owner, predict_seconds, input_tokens, output_tokens, model_id, key_id, amount, charge,
  created_at)
SELECT id, owner, seconds, 3, 5, model_id, $8, 0.000000000123, '{"currency": "EUR"}', completed_at FROM added
"""


async def add(
    version: Version, begin: datetime, count: int, *, owner: str = "anon:test", apart: float = 1.0,
    experiment: UUID | None = None, key: UUID | None = None,
) -> None:  # fmt: skip
    await rows(f"{ADD} RETURNING prediction_id", owner, version.model_id, version.id, begin, count, apart, experiment,
               key)  # fmt: skip


async def add_all() -> None:
    """Add what is there, as if nothing was added yet."""
    for table in ("version_period", "experiment_sum", "usage_day"):
        await rows(f"DELETE FROM {table} RETURNING id")  # noqa: S608 - constants only
    await rows("DELETE FROM roll_up RETURNING id")
    await add_rest()


async def add_rest() -> None:
    while await roll_ups.add_lines(0, 0):
        pass


async def read(version: Version, begin: datetime = LONG_AGO, hours: int = 1) -> VersionPerformance:
    report = await performance.of_version(
        ADMIN, await Model.get(id=version.model_id), version, PerformancePeriod(begin, begin + hours * HOUR)
    )
    assert report is not None
    return report


async def raw(version: Version, begin: datetime, end: datetime) -> tuple[PredictionEnds, dict[Measure, list[float]]]:
    """How the rows of a version say that they ended, and the values of those that succeeded."""
    ends = dict.fromkeys(("succeeded", "failed", "canceled", "aborted", "shared"), 0)
    values: dict[Measure, list[float]] = {measure: [] for measure in Measure}
    query = "SELECT status, metrics FROM prediction WHERE version_id = $1 AND completed_at >= $2 AND completed_at < $3"
    for row in await rows(query, version.id, begin, end):
        metrics = from_json(row["metrics"])
        is_shared = metrics.get("cached") is True
        ends["shared" if is_shared else row["status"]] += 1
        if row["status"] == "succeeded" and not is_shared:
            for measure in Measure:
                if metrics.get(measure.value) is not None:
                    values[measure].append(metrics[measure.value])
    return PredictionEnds(**ends), values


def percentiles(values: Sequence[float]) -> RunPercentiles:
    if len(values) < 2:
        return RunPercentiles(*(values * 3))
    cuts = quantiles(values, n=100, method="inclusive")
    return RunPercentiles(cuts[49], cuts[94], cuts[98])


def near(expected: RunPercentiles, relative: float) -> Any:
    return RunPercentiles(
        *(
            None if value is None else pytest.approx(value, rel=relative, abs=0.001)
            for value in (expected.p50, expected.p95, expected.p99)
        )
    )


async def test_performance_is_that_of_the_rows(version: Version) -> None:
    # Three hours, an hour apart from what is read, with what ends at their bounds
    await add(version, LONG_AGO - timedelta(seconds=10), 1200, apart=10.0)
    await add_all()
    for hours in (1, 2, 4):
        report = await read(version, hours=hours)
        end = LONG_AGO + hours * HOUR
        ends, values = await raw(version, LONG_AGO, end)
        assert (report.begin, report.end, report.is_exact) == (LONG_AGO, end, True)
        assert report.ends == ends
        assert report.success_rate == pytest.approx(ends.succeeded / (ends.succeeded + ends.failed))
        for measure in Measure:
            assert report.speeds[measure] == near(percentiles(values[measure]), 1e-9), measure
        for point in report.series:
            ends, values = await raw(version, point.begin, point.begin + HOUR)
            assert point.ends == ends
            for measure in Measure:
                assert point.speeds[measure] == near(percentiles(values[measure]), RELATIVE_ERROR + 1e-6), measure
    assert [point.begin for point in report.series] == [LONG_AGO + hour * HOUR for hour in range(4)]


async def test_of_many_predictions_percentiles_are_within_the_error(
    version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roll_ups, "MOST_EXACT", 999)
    begin = LONG_AGO + timedelta(days=30)
    await add(version, begin, 999, apart=0.1)
    await add_all()
    assert (await read(version, begin)).is_exact
    await add(version, begin, 1)
    await add_all()
    report = await read(version, begin)
    ends, values = await raw(version, begin, begin + HOUR)
    assert (report.is_exact, report.ends) == (False, ends)
    for measure in Measure:
        assert report.speeds[measure] == near(percentiles(values[measure]), RELATIVE_ERROR + 1e-6), measure


async def test_a_long_time_is_a_series_of_days(version: Version) -> None:
    begin = LONG_AGO + timedelta(days=60)
    await add(version, begin, 50, apart=3 * 3600.0)
    await add_all()
    report = await read(version, begin, hours=24 * 10)
    assert [point.begin.hour for point in report.series] == [0] * 7
    assert report.ends == sum((point.ends for point in report.series), PredictionEnds())


async def test_whole_days_of_a_time_are_read_as_days(version: Version) -> None:
    """However many ended, and whatever experiment chose the version: what is read are so many rows of bounded size."""
    begin = LONG_AGO + timedelta(days=240)
    other = await store.add_version()
    for experiment in (None, uuid4()):
        await add(version, begin, 2500, apart=300.0, experiment=experiment)
    await add(other, begin - timedelta(minutes=50), 7 * 24, apart=3600.0)
    await add_all()
    for hours in (24 * 7, 24 * 6 + 5, 14, 13, 1):
        end = begin + hours * HOUR
        sums = {each: await roll_ups.read_version(each.id, begin, end, by_day=False) for each in (version, other)}
        # 14 hours are left of the day at whose 10th hour it begins
        whole = max(0, (hours - 14) // 24)
        for each, read_sums in sums.items():
            assert len(read_sums.points) == hours, each.id
            assert len(read_sums.parts) == hours - 23 * whole
            for part in read_sums.parts:
                assert len(part.histograms.buckets) <= len(Measure) * (MOST_BUCKETS + 1)
        report = await read(version, begin, hours)
        ends, values = await raw(version, begin, end)
        assert report.ends == ends == sum((point.ends for point in report.series), PredictionEnds())
        histograms = roll_ups.PeriodSum.add(sums[version].parts)
        for measure in Measure:
            counted = sum(histograms.of_measure(measure).counts)
            assert (
                counted
                == len(values[measure])
                == sum(sum(point.of_measure(measure).counts) for _, point in sums[version].points)
            )
    first, last = roll_ups.day_bounds(begin, begin + timedelta(days=7))
    plans = [await plan_of(roll_ups._READ, each.id, begin, begin + timedelta(days=7), first, last)
             for each in (version, other)]  # fmt: skip
    for each in plans:
        assert each.keys() == {"version_period", "roll_up"}
        assert each["version_period"] == 7 * 24 + 6


async def plan_of(sql: str, *values: object) -> dict[str, int]:
    """How many rows of which table a statement reads."""
    read_rows: dict[str, int] = {}
    (answer,) = await rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *values)
    nodes = [from_json(answer["QUERY PLAN"])[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        if "Relation Name" in node:
            count = node["Actual Rows"] * node["Actual Loops"]
            read_rows[node["Relation Name"]] = read_rows.get(node["Relation Name"], 0) + round(count)
        nodes += node.get("Plans", [])
    return read_rows


async def test_nothing_that_ended_is_nothing(version: Version) -> None:
    await add_all()
    report = await read(version, now() - 2 * HOUR, hours=1)
    assert (report.ends, report.success_rate, report.series, report.is_exact) == (PredictionEnds(), None, (), True)
    assert set(report.speeds.values()) == {RunPercentiles()}


async def test_what_was_deleted_stays_counted(version: Version) -> None:
    begin = LONG_AGO + timedelta(days=90)
    await add(version, begin, 100)
    await add_all()
    before = await read(version, begin)
    await rows("DELETE FROM prediction WHERE version_id = $1 RETURNING id", version.id)
    after = await read(version, begin)
    assert (before.is_exact, after.is_exact) == (True, False)
    assert after.ends == before.ends
    for measure in Measure:
        assert after.speeds[measure] == near(before.speeds[measure], RELATIVE_ERROR + 1e-6)


async def test_each_line_is_added_once_by_however_many(version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    """Portion by portion, each in a transaction that moves the mark."""
    monkeypatch.setattr(roll_ups, "LINES_AT_ONCE", 7)
    begin = LONG_AGO + timedelta(days=120)
    await add_all()
    await rows("UPDATE roll_up SET until = $1 RETURNING id", begin - HOUR)
    await rows("DELETE FROM version_period WHERE begin >= date_trunc('day', $1, 'UTC') RETURNING id", begin - HOUR)
    await add(version, begin, 100, apart=0.0)
    await add(version, begin + timedelta(minutes=1), 40)
    for _ in range(30):
        await asyncio.gather(*(roll_ups.add_lines(0, 0) for _ in range(4)))
    await add_rest()
    assert (await read(version, begin)).ends == (await raw(version, begin, begin + HOUR))[0]


async def test_what_is_interrupted_is_not_added(version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = LONG_AGO + timedelta(days=150)
    await add(version, begin, 30)
    await add_all()
    await rows("UPDATE roll_up SET until = $1 RETURNING id", begin - HOUR)
    await rows("DELETE FROM version_period WHERE begin >= date_trunc('day', $1, 'UTC') RETURNING id", begin - HOUR)
    statement = roll_ups._ADD
    # The rows of hours and days are written, and the mark is not
    monkeypatch.setattr(roll_ups, "_ADD", statement.replace("RETURNING r.until", "RETURNING 1 / (r.id - 1) AS until"))
    with pytest.raises(Exception, match="division by zero"):
        await roll_ups.add_lines(0, 0)
    monkeypatch.setattr(roll_ups, "_ADD", statement)
    await add_rest()
    assert (await read(version, begin)).ends == (await raw(version, begin, begin + HOUR))[0]


async def test_a_line_that_is_committed_late_is_added(version: Version, database: str) -> None:
    """Of a transaction that began before the mark would have passed it."""
    prediction = await store.add(version, status="succeeded", metrics={"total_seconds": 1.0})
    await add_all()
    connection = await asyncpg.connect(database)
    try:
        transaction = connection.transaction()
        await transaction.start()
        began = await connection.fetchval("SELECT now()")
        for _ in range(3):
            await add_rest()
        assert (await rows("SELECT until FROM roll_up"))[0]["until"] < began
        await connection.execute(
            """INSERT INTO usage (prediction_id, owner, predict_seconds, input_tokens, output_tokens, created_at)
            VALUES ($1, 'anon:late', 1, 1, 1, now())""",
            prediction.id,
        )
        await add_rest()
        await transaction.commit()
    finally:
        await connection.close()
    await add_rest()
    assert await UsageDay.filter(owner="anon:late").count() == 1
    assert (await VersionPeriod.get(version_id=version.id, is_day=False)).succeeded == 1


@pytest.mark.parametrize(
    "metrics", [None, {}, {"total_seconds": "fast"}, {"total_seconds": -1, "queue_seconds": 1e300}, {"cached": "x"},
                {"total_seconds": [1]}],
)  # fmt: skip
async def test_odd_measurements_keep_nothing_from_being_added(version: Version, metrics: Any) -> None:
    prediction = await store.add(version, status="succeeded", metrics=metrics)
    await rows(
        """INSERT INTO usage (prediction_id, owner, predict_seconds, input_tokens, output_tokens, created_at)
        VALUES ($1, 'anon:odd', 'NaN', 1, 1, now()) RETURNING prediction_id""",
        prediction.id,
    )
    await add_all()
    assert (await VersionPeriod.get(version_id=version.id, is_day=False)).succeeded == 1


async def test_buckets_of_the_database_are_those_of_the_histograms() -> None:
    values = [0.0, 0.0005, 0.001, 0.00101, *(10 ** (power / 7) for power in range(-20, 62))]
    query = f"SELECT value, {bucket_sql('value')} AS bucket FROM unnest($1::float8[]) v(value)"  # noqa: S608
    for row in await rows(query, values):
        assert value_of(row["bucket"]) == pytest.approx(row["value"], rel=RELATIVE_ERROR + 1e-9, abs=0.001)


async def test_results_of_a_large_experiment_are_of_roll_ups_and_of_what_is_not_in_them(
    version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiments, "MOST_EXACT", 999)
    other = await Version.create(
        model_id=version.model_id, number=2, state="READY", source_type="predictor", source_ref="echo",
        predictor="echo", input_schema={}, output_schema={}, info={},
    )  # fmt: skip
    experiment = Experiment(
        id=uuid4(), model_id=version.model_id, name="", shares=[], baseline=version.id, counts={}, created_at=now(),
        counted_until=now(),
    )  # fmt: skip
    await experiment.save(force_create=True)
    begin = LONG_AGO + timedelta(days=180)
    for each, count in ((version, 3000), (other, 1240)):
        await add(each, begin, count, apart=5.0, experiment=experiment.id)
    # Every fourth is the experiment's
    exact = {row["version_id"]: row for row in await rows(experiments._READ_RUNS, experiment.id, "EUR")}
    await add_all()
    # Half of it was added, the rest is read row by row
    for until in (None, begin + HOUR):
        if until is not None:
            for table in ("version_period", "experiment_sum", "roll_up"):
                await rows(f"DELETE FROM {table} RETURNING id")  # noqa: S608 - constants only
            await rows("INSERT INTO roll_up (id, until) VALUES (1, '2000-01-01T00:00:00Z') RETURNING id")
            await rows(roll_ups._ADD, datetime(2000, 1, 1, tzinfo=UTC), until, 1_000_000)
        is_exact, runs = await experiments.read_runs(experiment.id, "EUR")
        assert (is_exact, set(runs)) == (False, {version.id, other.id})
        for version_id, run in runs.items():
            row = exact[version_id]
            assert (run.ended, run.failed, run.cost) == (row["ended"], row["failed"], row["amount"])
            assert run.cost == run.ended * Decimal("0.000000000123")
            for times, column in (
                (run.queue_seconds, "queue"), (run.first_token_seconds, "first_token"), (run.total_seconds, "total"),
            ):  # fmt: skip
                assert times.p50 == pytest.approx(row[column][0], rel=RELATIVE_ERROR + 1e-6, abs=0.001)
                assert times.p95 == pytest.approx(row[column][1], rel=RELATIVE_ERROR + 1e-6, abs=0.001)


async def raw_usage(owner: str | None, begin: datetime, end: datetime, key: str) -> dict[str | None, tuple[Any, ...]]:
    found = await rows(
        f"""SELECT {key} AS key, count(*) AS n, sum(round(predict_seconds::numeric, 6)) AS seconds,
          sum(input_tokens) AS tokens, sum(amount) FILTER (WHERE charge->>'currency' = 'EUR') AS amount FROM usage
        WHERE created_at >= $1 AND created_at < $2 AND ($3::text IS NULL OR owner = $3) GROUP BY 1""",  # noqa: S608 - constants only
        begin, end, owner,
    )  # fmt: skip
    return {row["key"]: (row["n"], row["seconds"], row["tokens"], row["amount"] or 0) for row in found}


async def test_usage_is_the_sum_of_the_lines_whatever_the_time(version: Version) -> None:
    await rows("DELETE FROM usage RETURNING prediction_id")
    owner, key = f"user:{uuid4()}", uuid4()
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    for name, days in ((owner, 6), (f"user:{uuid4()}", 5)):
        await add(version, today - timedelta(days=days), 60, apart=days * 86_400 / 59, owner=name, key=key)
    chance = random.Random(7)
    await add_all()
    for until in (None, now(), today - timedelta(days=2), today - timedelta(days=3, hours=5), None):
        # As if the rest was not added yet
        if until is not None:
            await rows("UPDATE roll_up SET until = '2000-01-01T00:00:00Z' RETURNING id")
            await rows("DELETE FROM usage_day RETURNING id")
            mark = await rows("SELECT max(created_at) AS at FROM usage WHERE created_at <= $1", until)
            await rows(roll_ups._ADD, datetime(2000, 1, 1, tzinfo=UTC), mark[0]["at"], 1_000_000)
        times = [today - timedelta(days=chance.randint(0, 8)) + chance.choice((0, 1)) * timedelta(
            seconds=chance.uniform(0, 86_400)) for _ in range(24)]  # fmt: skip
        for begin, end in zip(times[::2], times[1::2], strict=True):
            first, last = min(begin, end), max(begin, end) + timedelta(seconds=1)
            for asked in (owner, None):
                for grouping, column in (
                    (UsageGrouping.DAY, "to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')"),
                    (UsageGrouping.USER, "substr(owner, 6)"), (UsageGrouping.MODEL, "model_id::text"),
                    (UsageGrouping.KEY, "key_id::text"),
                ):  # fmt: skip
                    total, *groups = await usage.read(asked, first, last, grouping, "EUR", 100)
                    expected = await raw_usage(asked, first, last, column)
                    assert {
                        row["key"]: (row["predictions"], row["seconds"], row["input_tokens"], row["amount"])
                        for row in groups
                    } == expected, (first, last, asked, grouping, until)
                    assert total["predictions"] == sum(each[0] for each in expected.values())


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (datetime(9999, 12, 31, 12, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)),
        (datetime(1, 1, 1, 1, tzinfo=UTC), datetime(1, 1, 1, 2, tzinfo=UTC)),
    ],
)
async def test_the_ends_of_time(version: Version, begin: datetime, end: datetime) -> None:
    total, *groups = await usage.read(None, begin, end, UsageGrouping.DAY, "EUR", 10)
    assert (total["predictions"], groups) == (0, [])


async def test_an_owner_who_is_erased_leaves_their_days_to_nobody(version: Version) -> None:
    owner, day = f"user:{uuid4()}", LONG_AGO + timedelta(days=210)
    await rows("DELETE FROM usage WHERE owner = $1 RETURNING prediction_id", NOBODY)
    await add(version, day, 20, owner=owner)
    await add(version, day, 10, owner=NOBODY)
    await add_all()
    before = await usage.read(None, day, day + HOUR, UsageGrouping.DAY, "EUR", 10)
    await erase_owner(owner)
    assert not await UsageDay.exists(owner=owner)
    assert (await UsageDay.get(owner=NOBODY)).predictions == 30
    assert await usage.read(None, day, day + HOUR, UsageGrouping.DAY, "EUR", 10) == before


async def test_hours_go_in_time(version: Version) -> None:
    old, new = now() - timedelta(days=roll_ups.KEPT_DAYS + 1), now() - timedelta(days=roll_ups.KEPT_DAYS - 1)
    for begin in (old, new):
        await add(version, begin, 1)
    await add_all()
    await roll_ups.forget_old()
    periods = await VersionPeriod.filter(version_id=version.id)
    assert [period.begin.date() for period in periods] == [new.date()] * 2
