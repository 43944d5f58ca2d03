"""Roll-ups: the lines of the ledger added up by hours and days, each once, and what reports read of them.

Every end of a prediction writes a line of the ledger in its own statement (`server.queue.ledger`), and lines stay. So
what is behind the mark of the one row of `roll_up` is added portion by portion, in the transaction that moves the mark:
whoever does it, and wherever it is interrupted, no line is left out and none is added twice.
"""

from __future__ import annotations

import asyncio
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise.transactions import in_transaction

from server.adapters.database import rows
from server.domain.histograms import SPAN, Histogram, add, bucket_sql
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


@dataclass(frozen=True)
class PeriodSum:
    """What is added up of some time: how predictions ended, and the histograms of all measures side by side."""

    ends: PredictionEnds
    histograms: Histogram

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> PeriodSum:
        """That of a row with the columns of a roll-up, of which the arrays are as PostgreSQL sends them."""
        counts = (row[name] for name in ("succeeded", "failed", "canceled", "aborted", "shared"))
        return cls(PredictionEnds(*counts), Histogram(_numbers(row["buckets"]), _numbers(row["counts"])))

    @classmethod
    def add(cls, parts: Sequence[PeriodSum]) -> PeriodSum:
        """What is added up of all parts; of many it takes a moment."""
        ends = sum((each.ends for each in parts), PredictionEnds())
        return cls(ends, add(each.histograms for each in parts))

    def of_measure(self, measure: Measure) -> Histogram:
        """The histogram of one measure."""
        return self.histograms.of_measure(_NUMBERS[measure])


def _numbers(sent: bytes) -> array[int]:
    """The numbers of an int4[], of what array_send() gives: five words or more of a head, then a size before each.

    The driver would make each of them an object by itself, which takes most of the time where there are many.
    """
    words = array("I", sent)
    if sys.byteorder == "little":
        words.byteswap()
    return words[6::2]


@dataclass(frozen=True)
class VersionSums:
    """What is added up of a version: all `parts` of a time, whole days where there are, and the points of its series.

    `until` is when the last of what ended is in it, None where nothing is added up.
    """

    until: datetime | None
    parts: Sequence[PeriodSum]
    points: Sequence[tuple[datetime, PeriodSum]]


async def read_version(version_id: UUID, begin: datetime, end: datetime, *, by_day: bool) -> VersionSums:
    """What is added up of a version in whole hours or days (UTC), with a point for each in which anything ended."""
    # Days are added up already: of a time that hours divide, only those before and behind its whole days are left
    first, last = (begin, end) if by_day else day_bounds(begin, end)
    periods = await rows(_READ, version_id, begin, begin if by_day else end, first, last)
    if not periods:
        mark = await rows("SELECT until FROM roll_up WHERE id = 1")
        return VersionSums(mark[0]["until"] if mark else None, (), ())
    sums = [(row["is_day"], row["begin"], PeriodSum.of_row(row)) for row in periods]
    parts = [each for is_day, at, each in sums if is_day or not first <= at < last]
    return VersionSums(periods[0]["until"], parts, [(at, each) for is_day, at, each in sums if is_day is by_day])


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
        added = await rows(_READ_EXPERIMENT, experiment_id)
        added += await rows(_READ_REST, experiment_id, until)
    return await asyncio.to_thread(_add_by_version, added, currency)


def _add_by_version(added: Iterable[Mapping[str, Any]], currency: str) -> list[tuple[UUID, PeriodSum, Decimal]]:
    parts: dict[UUID, list[PeriodSum]] = {}
    amounts: dict[UUID, Decimal] = {}
    for row in added:
        parts.setdefault(row["version_id"], []).append(PeriodSum.of_row(row))
        if row["currency"] == currency:
            amounts[row["version_id"]] = amounts.get(row["version_id"], Decimal(0)) + row["amount"]
    return [(each, PeriodSum.add(sums), amounts.get(each, Decimal(0))) for each, sums in parts.items()]


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
_NUMBERS = {measure: number for number, measure in enumerate(Measure)}
_MEASURES = ", ".join(f"({number}, metrics->'{measure.value}')" for measure, number in _NUMBERS.items())


def _histograms(key: str, runs: str) -> str:
    """The SELECT of histograms by a key, as arrays in the order of the buckets."""
    # What a model reports may be anything: `bounded_number` raises no error, or the mark could not pass
    return f"""
SELECT {key}, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(n ORDER BY bucket) AS counts FROM (
  SELECT {key}, m.number * {SPAN} + {bucket_sql("b.value")} AS bucket, count(*)::int AS n
  FROM {runs} r CROSS JOIN LATERAL (VALUES {_MEASURES}) m(number, value)
  CROSS JOIN LATERAL (SELECT bounded_number(m.value, 1000000000)::float8 AS value) b
  WHERE r.status = 'succeeded' AND NOT r.is_shared AND jsonb_typeof(m.value) = 'number'
  GROUP BY {key}, bucket) c GROUP BY {key}"""  # noqa: S608 - constants only


def _added(table: str, *more: str) -> str:
    """The part of an upsert that adds a row to the one there is."""
    columns = ("succeeded", "failed", "canceled", "aborted", "shared", *more)
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns)
    return f"""{sums}, (buckets, counts) = (
    SELECT coalesce(array_agg(bucket ORDER BY bucket), '{{}}'), coalesce(array_agg(n ORDER BY bucket), '{{}}') FROM (
      SELECT bucket, sum(n)::int AS n FROM (
        SELECT * FROM unnest({table}.buckets, {table}.counts)
        UNION ALL SELECT * FROM unnest(excluded.buckets, excluded.counts)) b(bucket, n)
      GROUP BY bucket) s)"""  # noqa: S608 - constants only


_PERIOD = "version_id, is_day, begin"
_CHOICE = "experiment_id, version_id, currency"
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
    p.version_id, p.experiment_id, p.status, p.metrics, {_IS_SHARED} AS is_shared
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
histograms AS ({_histograms(_PERIOD, "runs")}),
counted AS (SELECT {_PERIOD}, {_COUNTS} FROM runs GROUP BY {_PERIOD}),
periods AS (
  INSERT INTO version_period (id, {_PERIOD}, succeeded, failed, canceled, aborted, shared, buckets, counts)
  SELECT gen_random_uuid(), {_PERIOD}, succeeded, failed, canceled, aborted, shared, coalesce(buckets, '{{}}'),
    coalesce(counts, '{{}}')
  FROM counted LEFT JOIN histograms USING ({_PERIOD})
  ON CONFLICT ({_PERIOD}) DO UPDATE SET {_added("version_period")}),
choices AS (SELECT * FROM lines WHERE version_id IS NOT NULL AND experiment_id IS NOT NULL),
histograms_of_choices AS ({_histograms(_CHOICE, "choices")}),
counted_choices AS (SELECT {_CHOICE}, {_COUNTS} FROM choices GROUP BY {_CHOICE}),
experiments AS (
  INSERT INTO experiment_sum (id, {_CHOICE}, succeeded, failed, canceled, aborted, shared, amount, buckets, counts)
  SELECT gen_random_uuid(), {_CHOICE}, succeeded, failed, canceled, aborted, shared, amount, coalesce(buckets, '{{}}'),
    coalesce(counts, '{{}}')
  FROM counted_choices LEFT JOIN histograms_of_choices USING ({_CHOICE})
  ON CONFLICT ({_CHOICE}) DO UPDATE SET {_added("experiment_sum", "amount")})
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
SELECT p.is_day, p.begin, p.succeeded, p.failed, p.canceled, p.aborted, p.shared, array_send(p.buckets) AS buckets,
  array_send(p.counts) AS counts, r.until
FROM version_period p, roll_up r
WHERE r.id = 1 AND p.version_id = $1 AND (
  (NOT p.is_day AND p.begin >= $2 AND p.begin < $3) OR (p.is_day AND p.begin >= $4 AND p.begin < $5))
ORDER BY p.is_day, p.begin
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
SELECT version_id, currency, succeeded, failed, canceled, aborted, shared, amount, array_send(buckets) AS buckets,
  array_send(counts) AS counts
FROM experiment_sum WHERE experiment_id = $1
"""
# What ended since the mark, by the index of the experiment's ends
_READ_REST = f"""
WITH runs AS MATERIALIZED (
  SELECT p.version_id, p.status, p.metrics, {_IS_SHARED} AS is_shared, u.charge->>'currency' AS currency, u.amount
  FROM prediction p LEFT JOIN usage u ON u.prediction_id = p.id
  WHERE p.experiment_id = $1 AND p.completed_at > $2),
histograms AS ({_histograms("version_id", "runs")})
SELECT version_id, currency, {_COUNTS}, array_send('{{}}'::int[]) AS buckets, array_send('{{}}'::int[]) AS counts
FROM runs GROUP BY version_id, currency
UNION ALL
SELECT version_id, '', 0, 0, 0, 0, 0, 0, array_send(buckets), array_send(counts) FROM histograms
"""  # noqa: S608 - constants only
