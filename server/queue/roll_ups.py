"""Roll-ups: the lines of the ledger added up by hours and days, each once, and what reports read of them.

Every end of a prediction writes a line of the ledger in its own statement (`server.queue.ledger`), and lines stay. So
what is behind the mark of the one row of `roll_up` is added portion by portion, in the transaction that moves the mark:
whoever does it, and wherever it is interrupted, no line is left out and none is added twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise.transactions import in_transaction

from server.adapters.database import from_json, rows
from server.domain.histograms import Histogram, add, bucket_sql
from server.domain.performance import MOST_EXACT, PARTS, Measure, PredictionEnds, RunPercentiles
from server.tables.roll_ups import NONE

LATE_SECONDS = 5.0
"""How old a line is at least before it is added."""
EVERY_SECONDS = 5.0
LINES_AT_ONCE = 5000
KEPT_DAYS = 400
"""How long the hours and days of versions stay."""
FORGOTTEN_AT_ONCE = 1000


async def add_lines(late_seconds: float = LATE_SECONDS, every_seconds: float = EVERY_SECONDS) -> bool:
    """Add a portion of what was not added; whether more is due. Safe to run anywhere at any time."""
    await rows(_BEGIN)
    async with in_transaction():
        locked = await rows(_LOCK, late_seconds + every_seconds)
        if not locked:
            return False
        # In a statement before that which reads the lines, so that it sees the lines of all that is not named here
        (limit,) = await rows(_LIMIT, late_seconds)
        since, limit = locked[0]["until"], limit["until"]
        if limit <= since:
            return False
        (mark,) = await rows(_ADD, since, limit, LINES_AT_ONCE)
        return bool(mark["until"] < limit)


async def forget_old() -> None:
    """Remove hours and days of versions in time; those of the ledger stay, as that does."""
    await rows(_FORGET, KEPT_DAYS, FORGOTTEN_AT_ONCE)


async def erase_owner(owner: str, nobody: str) -> None:
    """Put the days of an owner under another name, within a transaction that takes the owner's name from the ledger."""
    await rows(_BEGIN)
    # Whoever adds lines has read names that are taken away now
    await rows("SELECT until FROM roll_up WHERE id = 1 FOR UPDATE")
    await rows(_ERASE_OWNER, owner, nobody)


class PeriodSum:
    """What is added up of hours or days: how predictions ended, and histograms by measure."""

    def __init__(self, added: Sequence[Mapping[str, Any]]) -> None:
        counts = ("succeeded", "failed", "canceled", "aborted", "shared")
        self.ends = PredictionEnds(*(sum(row[name] for row in added) for name in counts))
        parts = [from_json(row["histograms"]) for row in added]
        self.histograms: dict[Measure, Histogram] = {
            measure: {
                int(bucket): count for bucket, count in add(part.get(measure.value, {}) for part in parts).items()
            }
            for measure in Measure
        }


async def read_version(
    version_id: UUID, begin: datetime, end: datetime, *, by_day: bool
) -> tuple[datetime | None, list[tuple[datetime, PeriodSum]]]:
    """Until when what ended is added up, None if nothing is, and the sums of hours or days (UTC) with any, in order."""
    periods = await rows(_READ, version_id, begin, end, by_day)
    if not periods:
        mark = await rows("SELECT until FROM roll_up WHERE id = 1")
        return (mark[0]["until"] if mark else None), []
    return periods[0]["until"], await asyncio.to_thread(_sums, periods, "begin")


def _sums(periods: Iterable[Mapping[str, Any]], key: str) -> list[tuple[Any, PeriodSum]]:
    """Sums by a key, in the order in which its values come; of many periods it takes a moment."""
    by_key: dict[Any, list[Mapping[str, Any]]] = {}
    for period in periods:
        by_key.setdefault(period[key], []).append(period)
    return [(value, PeriodSum(added)) for value, added in by_key.items()]


async def read_exact(
    version_id: UUID, begin: datetime, end: datetime, until: datetime
) -> tuple[int, dict[Measure, RunPercentiles]] | None:
    """Of what a version ended from `begin` until before `end`, and until `until`: how many succeeded, and how fast.

    None where more than MOST_EXACT of all versions ended then.
    """
    (ends,) = await rows(_COUNT_LINES, begin, end, until, MOST_EXACT + 1)
    if ends["n"] > MOST_EXACT:
        return None
    (exact,) = await rows(_READ_EXACT, version_id, begin, end, until)
    return exact["succeeded"], {measure: RunPercentiles(*(exact[measure.value] or ())) for measure in Measure}


async def read_experiment(experiment_id: UUID, currency: str) -> list[tuple[UUID, PeriodSum, Decimal]]:
    """Sums of each version of an experiment, with what its runs are charged; what is not added up yet is in them."""
    async with in_transaction():
        # The mark is as old as what is read by it, and known before the statements behind it are planned
        await rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        mark = await rows("SELECT until FROM roll_up WHERE id = 1")
        until = mark[0]["until"] if mark else datetime.min.replace(tzinfo=UTC)
        periods = await rows(_READ_EXPERIMENT, experiment_id)
        periods += await rows(_READ_REST, experiment_id, until)
    amounts: dict[UUID, Decimal] = {}
    for period in periods:
        if period["currency"] == currency:
            amounts[period["version_id"]] = amounts.get(period["version_id"], Decimal(0)) + period["amount"]
    sums = await asyncio.to_thread(_sums, periods, "version_id")
    return [(version_id, each, amounts.get(version_id, Decimal(0))) for version_id, each in sums]


def day_bounds(begin: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The first midnight from `begin` on, or `end` where none is before it, and the last one until `end`; in UTC."""
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    first = begin
    if midnight != begin:
        first = midnight + timedelta(days=1) if end - midnight > timedelta(days=1) else end
    return first, end.replace(hour=0, minute=0, second=0, microsecond=0)


_BEGIN = """
INSERT INTO roll_up (id, until) VALUES (1, '0001-01-01T00:00:00Z') ON CONFLICT (id) DO NOTHING RETURNING id
"""
_LOCK = """
SELECT until FROM roll_up WHERE id = 1 AND until < now() - make_interval(secs => $1) FOR UPDATE SKIP LOCKED
"""
# A line has the time when its transaction began, and is seen once that has ended: what may write lines of before is not
# passed. What runs for an hour, such as a dump, writes none
_LIMIT = """
SELECT greatest(now() - interval '1 hour', least(now() - make_interval(secs => $1), (
  SELECT min(xact_start) - interval '1 millisecond' FROM pg_stat_activity
  WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()))) AS until
"""
_KEY = "version_id, is_day, begin, experiment_id, currency"
_MEASURES = ", ".join(f"('{measure.value}', metrics->'{measure.value}')" for measure in Measure)
# What a model reports may be anything: `bounded_number` raises no error, or the mark could not pass
_BUCKETS = f"""
SELECT {{key}}, m.name, {bucket_sql("b.value")} AS bucket, count(*) AS n
FROM {{runs}} r CROSS JOIN LATERAL (VALUES {_MEASURES}) m(name, value)
CROSS JOIN LATERAL (SELECT bounded_number(m.value, 1000000000)::float8 AS value) b
WHERE r.status = 'succeeded' AND NOT r.is_shared AND jsonb_typeof(m.value) = 'number'
GROUP BY {{key}}, m.name, bucket"""  # noqa: S608 - constants only
_SECONDS = "CASE WHEN {} BETWEEN 0 AND 1e9 THEN round({}::numeric, 6) ELSE 0 END"
_COUNTS = """count(*) FILTER (WHERE status = 'succeeded' AND NOT is_shared) AS succeeded,
    count(*) FILTER (WHERE status = 'failed' AND NOT is_shared) AS failed,
    count(*) FILTER (WHERE status = 'canceled' AND NOT is_shared) AS canceled,
    count(*) FILTER (WHERE status = 'aborted' AND NOT is_shared) AS aborted,
    count(*) FILTER (WHERE is_shared) AS shared,
    coalesce(sum(amount) FILTER (WHERE status IN ('succeeded', 'failed') AND NOT is_shared), 0) AS amount"""
_IS_SHARED = "coalesce(p.metrics->>'cached', 'false') = 'true'"
# A portion ends where a line does, with all lines of the same time
_ADD = f"""
WITH portion AS (
  SELECT coalesce((
    SELECT created_at FROM usage WHERE created_at > $1::timestamptz AND created_at <= $2::timestamptz
    ORDER BY created_at OFFSET $3::int - 1 LIMIT 1), $2::timestamptz) AS until),
lines AS MATERIALIZED (
  SELECT u.owner, u.created_at, coalesce(u.model_id, '{NONE}') AS model_id, coalesce(u.key_id, '{NONE}') AS key_id,
    coalesce(u.charge->>'currency', '') AS currency, coalesce(u.amount, 0) AS amount,
    {_SECONDS.format("u.predict_seconds", "u.predict_seconds")} AS seconds, u.input_tokens, u.output_tokens,
    p.version_id, coalesce(p.experiment_id, '{NONE}') AS experiment_id, p.status, p.metrics, {_IS_SHARED} AS is_shared
  FROM portion, usage u LEFT JOIN prediction p ON p.id = u.prediction_id
  WHERE u.created_at > $1::timestamptz AND u.created_at <= portion.until),
days AS (
  INSERT INTO usage_day (id, owner, day, model_id, key_id, currency, predictions, seconds, input_tokens, output_tokens,
    amount)
  SELECT gen_random_uuid(), owner, (created_at AT TIME ZONE 'UTC')::date, model_id, key_id, currency, count(*),
    sum(seconds), sum(input_tokens), sum(output_tokens), sum(amount)
  FROM lines GROUP BY 2, 3, 4, 5, 6
  ON CONFLICT (owner, day, model_id, key_id, currency) DO UPDATE SET
    predictions = usage_day.predictions + excluded.predictions, seconds = usage_day.seconds + excluded.seconds,
    input_tokens = usage_day.input_tokens + excluded.input_tokens,
    output_tokens = usage_day.output_tokens + excluded.output_tokens, amount = usage_day.amount + excluded.amount),
runs AS (
  SELECT *, date_trunc(CASE WHEN is_day THEN 'day' ELSE 'hour' END, created_at, 'UTC') AS begin
  FROM lines, (VALUES (false), (true)) d(is_day) WHERE version_id IS NOT NULL),
buckets AS ({_BUCKETS.format(key=_KEY, runs="runs")}),
measures AS (
  SELECT {_KEY}, jsonb_object_agg(name, counts) AS histograms FROM (
    SELECT {_KEY}, name, jsonb_object_agg(bucket, n) AS counts FROM buckets GROUP BY {_KEY}, name) c GROUP BY {_KEY}),
counted AS (SELECT {_KEY}, {_COUNTS} FROM runs GROUP BY {_KEY}),
periods AS (
  INSERT INTO version_period (id, {_KEY}, succeeded, failed, canceled, aborted, shared, amount, histograms)
  SELECT gen_random_uuid(), {_KEY}, succeeded, failed, canceled, aborted, shared, amount, coalesce(histograms, '{{}}')
  FROM counted LEFT JOIN measures USING ({_KEY})
  ON CONFLICT ({_KEY}) DO UPDATE SET succeeded = version_period.succeeded + excluded.succeeded,
    failed = version_period.failed + excluded.failed, canceled = version_period.canceled + excluded.canceled,
    aborted = version_period.aborted + excluded.aborted, shared = version_period.shared + excluded.shared,
    amount = version_period.amount + excluded.amount,
    histograms = add_histograms(version_period.histograms, excluded.histograms))
UPDATE roll_up r SET until = portion.until FROM portion WHERE r.id = 1 RETURNING r.until
"""  # noqa: S608 - constants only
_FORGET = """
DELETE FROM version_period WHERE id IN (
  SELECT id FROM version_period WHERE begin < now() - make_interval(days => $1) ORDER BY begin LIMIT $2) RETURNING id
"""
_ERASE_OWNER = """
WITH gone AS (DELETE FROM usage_day WHERE owner = $1 RETURNING *)
INSERT INTO usage_day (id, owner, day, model_id, key_id, currency, predictions, seconds, input_tokens, output_tokens,
  amount)
SELECT gen_random_uuid(), $2, day, model_id, key_id, currency, predictions, seconds, input_tokens, output_tokens, amount
FROM gone
ON CONFLICT (owner, day, model_id, key_id, currency) DO UPDATE SET
  predictions = usage_day.predictions + excluded.predictions, seconds = usage_day.seconds + excluded.seconds,
  input_tokens = usage_day.input_tokens + excluded.input_tokens,
  output_tokens = usage_day.output_tokens + excluded.output_tokens, amount = usage_day.amount + excluded.amount
RETURNING id
"""
_READ = """
SELECT p.begin, p.succeeded, p.failed, p.canceled, p.aborted, p.shared, p.histograms, r.until
FROM version_period p, roll_up r
WHERE r.id = 1 AND p.version_id = $1 AND p.begin >= $2 AND p.begin < $3 AND p.is_day = $4 ORDER BY p.begin
"""
_COUNT_LINES = """
SELECT count(*) AS n FROM (
  SELECT FROM usage WHERE created_at >= $1 AND created_at < $2 AND created_at <= $3 LIMIT $4) u
"""
_EXACT = ", ".join(
    f"""percentile_cont(ARRAY[{", ".join(map(str, PARTS))}]) WITHIN GROUP (
    ORDER BY bounded_number(metrics->'{measure.value}', 1000000000)::float8)
    FILTER (WHERE jsonb_typeof(metrics->'{measure.value}') = 'number') AS {measure.value}"""
    for measure in Measure
)
# Only of lines of its model: those of an older release name none
_READ_EXACT = f"""
SELECT count(*)::int AS succeeded, {_EXACT}
FROM usage u JOIN prediction p ON p.id = u.prediction_id
WHERE u.created_at >= $2 AND u.created_at < $3 AND u.created_at <= $4
  AND (u.model_id IS NULL OR u.model_id = (SELECT model_id FROM version WHERE id = $1))
  AND p.version_id = $1 AND p.status = 'succeeded' AND NOT {_IS_SHARED}
"""  # noqa: S608 - constants only
_READ_EXPERIMENT = """
SELECT version_id, currency, succeeded, failed, canceled, aborted, shared, amount, histograms FROM version_period
WHERE experiment_id = $1 AND is_day
"""
# What ended since the mark, by the index of the experiment's ends
_READ_REST = f"""
WITH runs AS MATERIALIZED (
  SELECT p.version_id, p.status, p.metrics, {_IS_SHARED} AS is_shared, u.charge->>'currency' AS currency, u.amount
  FROM prediction p LEFT JOIN usage u ON u.prediction_id = p.id
  WHERE p.experiment_id = $1 AND p.completed_at > $2),
buckets AS ({_BUCKETS.format(key="version_id", runs="runs")})
SELECT version_id, currency, {_COUNTS}, '{{}}'::jsonb AS histograms FROM runs GROUP BY version_id, currency
UNION ALL
SELECT version_id, '', 0, 0, 0, 0, 0, 0, jsonb_build_object(name, jsonb_object_agg(bucket, n)) FROM buckets
GROUP BY version_id, name
"""  # noqa: S608 - constants only
