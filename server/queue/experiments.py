"""Statements of experiments: begin and end, results, what a guardrail counts, and the message about its breach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from server.adapters.database import from_json, insert_all, rows, to_json
from server.domain.batches import BatchWebhookState
from server.domain.experiments import MOST_OUTCOMES, Breach, ExperimentEnd, GuardrailCounts, Percentiles, RunSum
from server.domain.histograms import percentiles
from server.domain.performance import MOST_EXACT, Measure
from server.queue import roll_ups
from server.queue.messages import message_statements
from server.queue.roll_ups import PeriodSum
from server.tables import Experiment, Outcome

LATE_SECONDS = 3
"""How old an end is before a guardrail counts it, so that none is still being written that belongs before it."""
KEPT_ATTEMPTS = 10


@dataclass(frozen=True)
class ExperimentWebhookLease:
    """The message about a breach that this process sends for now; `attempt` is the fencing token."""

    experiment_id: UUID
    attempt: int
    user_id: UUID
    url: str
    tries: int
    attempts: list[dict[str, Any]]

    @property
    def message_id(self) -> str:
        """The `webhook-id`, the same for every try."""
        return f"msg_{self.experiment_id.hex}"


async def begin(row: Experiment) -> None:
    """Insert an experiment, in the transaction that sets the traffic of its model."""
    await insert_all([row], [{"created_at": 0.0, "counted_until": 0.0}])


async def add_webhook(experiment_id: UUID, user_id: UUID, url: str) -> None:
    """Note whom to tell where a guardrail ends an experiment."""
    await rows(_ADD_WEBHOOK, experiment_id, user_id, url, BatchWebhookState.WAITING.value)


async def end(model_id: UUID, reason: ExperimentEnd) -> bool:
    """End the experiment of a model, whose row is locked; False where none runs."""
    return bool(await rows(_END, model_id, reason.value))


async def end_by_guardrail(experiment_id: UUID, breach: Breach) -> bool:
    """End an experiment and make its message due, in the transaction that returns the traffic; False if it has ended.

    The row of its model is locked.
    """
    if not await rows(_END_BY_GUARDRAIL, experiment_id, to_json(breach.row())):
        return False
    await rows(_NOTIFY, experiment_id)
    return True


async def list_guarded() -> list[UUID]:
    """Experiments that run under a guardrail and have not been looked at for a while."""
    return [row["id"] for row in await rows(_LIST_GUARDED, LATE_SECONDS)]


async def count_for_guardrail(experiment_id: UUID) -> Mapping[UUID, GuardrailCounts] | None:
    """Add what ended since the last look, in a transaction; all counts by version, None where another process looks."""
    locked = await rows(_LOCK_COUNTS, experiment_id)
    if not locked:
        return None
    counts = {UUID(key): GuardrailCounts(*value) for key, value in from_json(locked[0]["counts"]).items()}
    limit = locked[0]["max_p95_seconds"]
    (mark,) = await rows("SELECT now() - make_interval(secs => $1) AS until", LATE_SECONDS)
    for row in await rows(_COUNT_ENDED, experiment_id, locked[0]["counted_until"], mark["until"], limit):
        old = counts.get(row["version_id"], GuardrailCounts())
        counts[row["version_id"]] = GuardrailCounts(
            old.ended + row["ended"], old.failed + row["failed"], old.slow + row["slow"]
        )
    stored = {str(key): [each.ended, each.failed, each.slow] for key, each in counts.items()}
    await rows(_SET_COUNTS, experiment_id, to_json(stored), mark["until"])
    return counts


async def read_runs(experiment_id: UUID, currency: str) -> tuple[bool, dict[UUID, RunSum]]:
    """Sums of the runs by version, and whether they are of each row; of more than MOST_EXACT they are of roll-ups."""
    (ends,) = await rows(_COUNT_ENDS, experiment_id, MOST_EXACT + 1)
    if ends["n"] <= MOST_EXACT:
        return True, {row["version_id"]: _run_sum(row) for row in await rows(_READ_RUNS, experiment_id, currency)}
    sums = await roll_ups.read_experiment(experiment_id, currency)
    return False, {version_id: _rolled_up(each, amount) for version_id, each, amount in sums}


def _run_sum(row: Mapping[str, Any]) -> RunSum:
    times = (Percentiles(*(row[name] or (None, None))) for name in ("queue", "first_token", "total"))
    return RunSum(row["ended"], row["failed"], row["amount"], *times)


def _rolled_up(each: PeriodSum, amount: Decimal) -> RunSum:
    measures = (Measure.QUEUE_SECONDS, Measure.FIRST_TOKEN_SECONDS, Measure.TOTAL_SECONDS)
    times = (Percentiles(*percentiles(each.of_measure(measure), (0.5, 0.95))) for measure in measures)
    return RunSum(each.ends.runs, each.ends.failed, amount, *times)


async def read_outcomes(experiment_id: UUID) -> list[dict[str, Any]]:
    """Of each version and name: version_id, name, n, mean, variance, hits (values of 1), is_rate (of all versions).

    Of the names with the most values, MOST_OUTCOMES.
    """
    return await rows(_READ_OUTCOMES, experiment_id, MOST_OUTCOMES)


async def record_outcome(row: Outcome) -> Outcome | None:
    """Write an outcome in place of one of that name; None where the prediction has too many, or is gone."""
    written = await rows(
        _RECORD_OUTCOME, uuid4(), row.prediction_id, row.name, row.value, row.experiment_id, row.version_id,
        MOST_OUTCOMES,
    )  # fmt: skip
    for each in written:
        row.id, row.created_at, row.updated_at = each["id"], each["created_at"], each["updated_at"]
    return row if written else None


async def claim_webhooks(limit: int, lease_seconds: float, busy_users: Sequence[UUID]) -> list[ExperimentWebhookLease]:
    """Messages about breaches that are due, now leased; none of users with much in hand."""
    due = await rows(_MESSAGES.claim, limit, lease_seconds, list(busy_users))
    return [ExperimentWebhookLease(**{**row, "attempts": from_json(row["attempts"])}) for row in due]


async def seconds_to_next_webhook(busy_users: Sequence[UUID]) -> float | None:
    """Until a message is due that nobody leases; None where none is pending."""
    due = await rows(_MESSAGES.next_wait, list(busy_users))
    return float(due[0]["wait"]) if due else None


async def record_webhook(
    lease: ExperimentWebhookLease, state: BatchWebhookState, wait_seconds: float, attempt: dict[str, Any] | None
) -> bool:
    """Write what became of a message, or that it waits without a try; False when somebody else has it by now."""
    attempts = [*lease.attempts, attempt][-KEPT_ATTEMPTS:] if attempt else lease.attempts
    values = (state.value, wait_seconds, to_json(attempts), 1 if attempt else 0)
    return bool(await rows(_MESSAGES.record, lease.experiment_id, lease.attempt, *values))


_ADD_WEBHOOK = """
INSERT INTO experiment_webhook (experiment_id, user_id, url, state, tries, attempts, attempt, created_at, updated_at)
VALUES ($1, $2, $3, $4, 0, '[]', 0, now(), now()) RETURNING experiment_id
"""
_END = """
UPDATE experiment SET ended_at = now(), end_reason = $2 WHERE model_id = $1 AND ended_at IS NULL RETURNING id
"""
_END_BY_GUARDRAIL = """
UPDATE experiment SET ended_at = now(), end_reason = 'GUARDRAIL', breach = $2::jsonb
WHERE id = $1 AND ended_at IS NULL RETURNING id
"""
_NOTIFY = """
UPDATE experiment_webhook SET state = 'pending', next_at = now(), updated_at = now()
WHERE experiment_id = $1 AND state = 'waiting' RETURNING experiment_id
"""
_IS_GUARDED = "e.ended_at IS NULL AND (e.max_error_rate IS NOT NULL OR e.max_p95_seconds IS NOT NULL)"
# The mark is LATE_SECONDS behind the look that set it
_LIST_GUARDED = f"""
SELECT e.id FROM experiment e WHERE {_IS_GUARDED} AND e.counted_until < now() - make_interval(secs => $1 + 1)
ORDER BY e.counted_until LIMIT 100
"""  # noqa: S608 - constants only
_LOCK_COUNTS = f"""
SELECT e.counts, e.counted_until, e.max_p95_seconds FROM experiment e
WHERE e.id = $1 AND {_IS_GUARDED} FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - constants only
# What was shared with an equal prediction was no run
_RAN = "p.status IN ('succeeded', 'failed') AND coalesce(p.metrics->>'cached', 'false') <> 'true'"
_COUNT_ENDED = f"""
SELECT p.version_id, count(*)::int AS ended, (count(*) FILTER (WHERE p.status = 'failed'))::int AS failed,
  (count(*) FILTER (WHERE p.status = 'succeeded' AND (p.metrics->>'total_seconds')::float8 > $4::float8))::int AS slow
FROM prediction p WHERE p.experiment_id = $1 AND p.completed_at > $2 AND p.completed_at <= $3 AND {_RAN}
GROUP BY p.version_id
"""  # noqa: S608 - constants only
_SET_COUNTS = """
UPDATE experiment SET counts = $2::jsonb, counted_until = greatest(counted_until, $3) WHERE id = $1 RETURNING id
"""
_PARTS = "percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY (p.metrics->>'{name}')::float8)"
_TIMES = ", ".join(
    f"{_PARTS.format(name=name)} FILTER (WHERE p.status = 'succeeded') AS {column}"
    for name, column in (
        ("queue_seconds", "queue"),
        ("time_to_first_token_seconds", "first_token"),
        ("total_seconds", "total"),
    )
)
_COUNT_ENDS = """
SELECT count(*) AS n FROM (
  SELECT FROM prediction WHERE experiment_id = $1 AND completed_at IS NOT NULL LIMIT $2) p
"""
_READ_RUNS = f"""
SELECT p.version_id, count(*)::int AS ended, (count(*) FILTER (WHERE p.status = 'failed'))::int AS failed, {_TIMES},
  coalesce(sum(u.amount) FILTER (WHERE u.charge->>'currency' = $2), 0) AS amount
FROM prediction p LEFT JOIN usage u ON u.prediction_id = p.id
WHERE p.experiment_id = $1 AND p.completed_at IS NOT NULL AND {_RAN} GROUP BY p.version_id
"""  # noqa: S608 - constants only
# All of it exact but the last division: of the squares of large values little is left where they hardly differ. What is
# nearer to 0 than any float is an error of PostgreSQL's, where it is not rounded
_READ_OUTCOMES = """
WITH sums AS (
  SELECT version_id, name, sum(entries) AS n, sum(hits) AS hits, sum(binaries) AS binaries, sum(total) AS total,
    sum(squares) AS squares
  FROM outcome_sum WHERE experiment_id = $1 GROUP BY version_id, name),
names AS (
  SELECT name, sum(n) = sum(binaries) AS is_rate FROM sums GROUP BY name ORDER BY sum(n) DESC, name LIMIT $2)
SELECT s.version_id, s.name, s.n::int AS n, round(s.total / s.n, 300)::float8 AS mean, s.hits::int AS hits,
  names.is_rate, round(CASE WHEN s.n > 1 THEN (s.n * s.squares - s.total * s.total) / (s.n * (s.n - 1)) ELSE 0 END, 300)
    ::float8 AS variance
FROM sums s JOIN names ON names.name = s.name ORDER BY s.name
"""
_RECORD_OUTCOME = """
INSERT INTO outcome (id, prediction_id, name, value, experiment_id, version_id, created_at, updated_at)
SELECT $1::uuid, p.id, $3::varchar, $4::float8, $5::uuid, $6::uuid, now(), now() FROM prediction p WHERE p.id = $2
  AND (SELECT count(*) FROM outcome WHERE prediction_id = $2 AND name <> $3::varchar) < $7
ON CONFLICT (prediction_id, name) DO UPDATE SET value = excluded.value, updated_at = now()
RETURNING id, created_at, updated_at
"""
_MESSAGES = message_statements(
    "experiment_webhook", "experiment_id", "w.experiment_id, w.attempt, w.user_id, w.url, w.tries, w.attempts"
)
