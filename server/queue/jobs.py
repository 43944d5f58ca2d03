"""Predictions as workers see them: claim, heartbeat, finish, hand back. Every write is fenced by `attempt`.

Text that comes here is storable (`server.domain.storable`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from server.adapters.batches import Batches
from server.adapters.database import CONNECTION_ERRORS, from_json, rows, to_json
from server.domain.predictions import Failure, PredictionStatus
from server.queue.deliveries import completed

MAX_ERROR_MESSAGE = 4000


@dataclass(frozen=True)
class Claim:
    """A prediction that this worker holds; `attempt` is the fencing token, `alone` asks for no neighbours."""

    id: UUID
    attempt: int
    owner: str
    version_id: UUID
    queue: str
    input: dict[str, Any]
    alone: bool
    created_at: datetime
    started_at: datetime
    claimed_at: datetime
    deadline_at: datetime | None
    webhook_events: tuple[str, ...] = ()
    cache_key: str | None = None
    run_at: datetime | None = None
    traceparent: str | None = None


@dataclass(frozen=True)
class Held:
    """What a heartbeat brings back of a prediction that is still ours."""

    cancel: bool
    past_deadline: bool


@dataclass(frozen=True)
class Result:
    """How a run ended, and what it made; `files` are those of this attempt."""

    status: PredictionStatus
    output: Any = None
    files: list[dict[str, Any]] = field(default_factory=list)
    failure: Failure | None = None
    logs: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Warmth:
    """Which versions are in the memory of this worker (`here`), and which only in that of others (`elsewhere`).

    A version that is elsewhere is left to those workers for `wait_seconds`; one that waited `starve_seconds` goes
    before what is warm here.
    """

    here: tuple[UUID, ...] = ()
    elsewhere: tuple[UUID, ...] = ()
    wait_seconds: float = 2.0

    @property
    def starve_seconds(self) -> float:
        """How long warm predictions may go first."""
        return 5 * self.wait_seconds + 5


NOTHING_WARM = Warmth()


async def claim(
    queue: str, worker_id: UUID, lease_seconds: float, limit: int, warmth: Warmth = NOTHING_WARM
) -> list[Claim]:
    """Up to `limit` waiting predictions of a queue, now leased to this worker.

    By rank and time; within the best waiting rank, what waited too long comes first, then what is warm here, then the
    rest, of which what is warm elsewhere only after a while.
    """
    common = (queue, worker_id, lease_seconds)
    found: list[dict[str, Any]] = []
    if warmth.here:
        found += await rows(_CLAIM_STARVED, *common, limit, warmth.starve_seconds)
        if len(found) < limit:
            found += await rows(_CLAIM_WARM, *common, limit - len(found), list(warmth.here))
    if len(found) < limit:
        found += await rows(_CLAIM, *common, limit - len(found), list(warmth.elsewhere), warmth.wait_seconds)
    return [_claim(row) for row in found]


async def waiting(queues: tuple[str, ...]) -> list[str]:
    """Those of some queues in which a prediction waits now."""
    found = await rows(_WAITING_QUEUES, list(queues))
    return [row["queue"] for row in found]


async def claim_hinted(
    prediction_ids: list[UUID], queue: str, worker_id: UUID, lease_seconds: float, warmth: Warmth = NOTHING_WARM
) -> list[Claim]:
    """Waiting predictions by their ids, now leased to this worker; none that is to be left to a warm worker."""
    left = (list(warmth.elsewhere), warmth.wait_seconds)
    found = await rows(_CLAIM_HINTED, queue, worker_id, lease_seconds, prediction_ids, *left)
    return [_claim(row) for row in found]


def _claim(row: dict[str, Any]) -> Claim:
    told = tuple(from_json(row["webhook_events"]) or ())
    return Claim(**{**row, "input": from_json(row["input"]), "webhook_events": told})


async def heartbeat(worker_id: UUID, held: dict[UUID, int], lease_seconds: float) -> dict[UUID, Held]:
    """Renew all of a worker's leases in one statement; a prediction that does not come back is no longer ours."""
    found = await rows(_HEARTBEAT, worker_id, list(held), list(held.values()), lease_seconds)
    return {row["id"]: Held(row["cancel"], row["past_deadline"]) for row in found}


async def finish(job: Claim, result: Result) -> bool:
    """End a prediction, in one statement with others; False when it was not ours any more: its files must go.

    A lost reply of an earlier try counts as True: the row is terminal and carries this attempt and its worker, whom
    everybody else who ends a row removes from it.
    """
    if await _FINISHES.ask((job, result)):
        return True
    sql = "SELECT status FROM prediction WHERE id = $1 AND attempt = $2 AND worker_id IS NOT NULL"
    found = await rows(sql, job.id, job.attempt)
    return bool(found) and PredictionStatus(found[0]["status"]).is_terminal


async def _finish(ends: Sequence[tuple[Claim, Result]]) -> list[bool | BaseException]:
    try:
        return list(await _finish_all(ends))
    except CONNECTION_ERRORS:
        raise
    except Exception:
        if len(ends) == 1:
            raise
    # The output of one of them cannot be stored, which is no concern of the others
    return [await _finish_alone(end) for end in ends]


async def _finish_alone(end: tuple[Claim, Result]) -> bool | BaseException:
    try:
        return (await _finish_all([end]))[0]
    except Exception as error:
        return error


async def _finish_all(ends: Sequence[tuple[Claim, Result]]) -> list[bool]:
    values = zip(*(_ending(job, result) for job, result in ends), strict=True)
    ended = {(row["id"], row["attempt"]) for row in await rows(_FINISH, *map(list, values))}
    return [(job.id, job.attempt) in ended for job, _ in ends]


def _ending(job: Claim, result: Result) -> tuple[Any, ...]:
    failure = result.failure
    return (
        job.id,
        job.attempt,
        result.status.value,
        to_json(result.output) if result.output is not None else None,
        to_json(result.files),
        failure.code.value if failure else None,
        failure.message[:MAX_ERROR_MESSAGE] if failure else None,
        result.logs,
        to_json(result.metrics),
        float(result.metrics.get("predict_seconds") or 0),
        int(result.metrics.get("input_tokens") or 0),
        int(result.metrics.get("output_tokens") or 0),
    )


async def hand_back(job: Claim, *, delay_seconds: float = 0, lost: bool = False, alone: bool = False) -> bool:
    """Let another attempt run it; `lost` counts a loss, which a hand-back at shutdown is not."""
    return bool(await rows(_HAND_BACK, job.id, job.attempt, delay_seconds, 1 if lost else 0, alone))


async def losses(prediction_id: UUID) -> int:
    """How many workers or runners died under it."""
    found = await rows("SELECT losses FROM prediction WHERE id = $1", prediction_id)
    return int(found[0]["losses"]) if found else 0


_RETURNING = """RETURNING p.id, p.attempt, p.owner, p.version_id, p.queue, p.input, p.alone, p.created_at,
  p.started_at, now() AS claimed_at, p.deadline_at, p.webhook_events, p.cache_key, p.run_at, p.traceparent"""
_SET = """SET status = 'processing', attempt = p.attempt + 1, worker_id = $2, updated_at = now(),
  lease_until = now() + make_interval(secs => $3), started_at = coalesce(p.started_at, now())"""
_WAITING = """status = 'starting' AND queue = $1 AND run_at <= now()
  AND (deadline_at IS NULL OR deadline_at > now())"""
_WAITING_QUEUES = f"""
SELECT q.queue FROM unnest($1::text[]) WITH ORDINALITY AS q(queue, place) WHERE EXISTS (
  SELECT 1 FROM prediction WHERE {_WAITING.replace("queue = $1", "queue = q.queue")})
ORDER BY q.place
"""  # noqa: S608 - constants only
_LEFT = "(version_id <> ALL($5::uuid[]) OR run_at <= now() - make_interval(secs => $6))"
_BEST = f"rank = (SELECT rank FROM prediction WHERE {_WAITING} ORDER BY rank, run_at LIMIT 1)"  # noqa: S608 - constants only
_CLAIM_STARVED = f"""
WITH c AS (
  SELECT id FROM prediction WHERE {_WAITING} AND {_BEST} AND run_at <= now() - make_interval(secs => $5)
  ORDER BY rank, run_at LIMIT $4 FOR UPDATE SKIP LOCKED)
UPDATE prediction p {_SET} FROM c WHERE p.id = c.id {_RETURNING}
"""  # noqa: S608 - constants only
_CLAIM_WARM = f"""
WITH c AS (
  SELECT w.id FROM unnest($5::uuid[]) AS v(version) CROSS JOIN LATERAL (
    SELECT id FROM prediction WHERE version_id = v.version AND {_WAITING} AND {_BEST}
    ORDER BY rank, run_at LIMIT $4 FOR UPDATE SKIP LOCKED) w
  LIMIT $4)
UPDATE prediction p {_SET} FROM c WHERE p.id = c.id {_RETURNING}
"""  # noqa: S608 - constants only
_CLAIM = f"""
WITH c AS (
  SELECT id FROM prediction WHERE {_WAITING} AND {_LEFT} ORDER BY rank, run_at LIMIT $4 FOR UPDATE SKIP LOCKED)
UPDATE prediction p {_SET} FROM c WHERE p.id = c.id {_RETURNING}
"""  # noqa: S608 - constants only
_CLAIM_HINTED = f"""
WITH c AS (SELECT id FROM prediction WHERE id = ANY($4::uuid[]) AND {_WAITING} AND {_LEFT} FOR UPDATE SKIP LOCKED)
UPDATE prediction p {_SET} FROM c WHERE p.id = c.id {_RETURNING}
"""  # noqa: S608 - constants only
# Whoever changes several rows locks them in the order of their ids, or two such statements might wait for each other
_HEARTBEAT = """
WITH h AS (SELECT * FROM unnest($2::uuid[], $3::int[]) AS h(id, attempt)),
m AS (
  SELECT p.id FROM prediction p JOIN h ON p.id = h.id AND p.attempt = h.attempt
  WHERE p.worker_id = $1 AND p.status = 'processing' ORDER BY p.id FOR UPDATE OF p)
UPDATE prediction p SET lease_until = now() + make_interval(secs => $4) FROM m
WHERE p.id = m.id AND p.worker_id = $1 AND p.status = 'processing'
RETURNING p.id, p.cancel_requested_at IS NOT NULL AS cancel, coalesce(p.deadline_at < now(), false) AS past_deadline
"""
_FINISH = f"""
WITH f AS (
  SELECT * FROM unnest($1::uuid[], $2::int[], $3::varchar[], $4::jsonb[], $5::jsonb[], $6::varchar[], $7::text[],
    $8::text[], $9::jsonb[], $10::float8[], $11::int[], $12::int[])
  AS f(id, attempt, status, output, files, error_code, error_message, logs, metrics, seconds, tokens_in, tokens_out)),
m AS (
  SELECT p.id FROM prediction p JOIN f ON p.id = f.id AND p.attempt = f.attempt
  WHERE p.status = 'processing' ORDER BY p.id FOR UPDATE OF p),
u AS (
  UPDATE prediction p SET status = f.status, output = f.output, files = f.files, error_code = f.error_code,
    error_message = f.error_message, logs = f.logs, metrics = f.metrics, lease_until = NULL, completed_at = now(),
    updated_at = now(), canceled_at = CASE WHEN f.status = 'canceled' THEN now() END,
    stop_seconds = CASE WHEN f.status = 'canceled' THEN extract(epoch FROM now() - p.cancel_requested_at) END
  FROM f JOIN m ON m.id = f.id WHERE p.id = f.id AND p.attempt = f.attempt AND p.status = 'processing'
  RETURNING p.id, p.attempt, p.owner, p.user_id, p.status, p.webhook_events, f.seconds, f.tokens_in, f.tokens_out),
l AS (
  INSERT INTO usage (prediction_id, owner, predict_seconds, input_tokens, output_tokens, created_at)
  SELECT id, owner, seconds, tokens_in, tokens_out, now() FROM u ON CONFLICT (prediction_id) DO NOTHING),
d AS ({completed("u")})
SELECT id, attempt FROM u
"""  # noqa: S608 - constants only
_HAND_BACK = """
UPDATE prediction SET status = 'starting', worker_id = NULL, lease_until = NULL, rung_at = NULL, updated_at = now(),
  run_at = now() + make_interval(secs => $3), losses = losses + $4, alone = alone OR $5
WHERE id = $1 AND attempt = $2 AND status = 'processing' RETURNING id
"""
_FINISHES: Batches[tuple[Claim, Result], bool] = Batches(_finish)
