"""How a worker gets predictions to run, and keeps them: claim and heartbeat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.adapters.database import from_json, rows


@dataclass(frozen=True)
class PredictionLease:
    """A prediction that is this worker's to run; `attempt` is the fencing token, `alone` asks for no neighbours."""

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
class LeaseState:
    """What a heartbeat learns about a prediction that is still ours: a cancel was requested, its deadline passed."""

    cancel: bool
    past_deadline: bool


@dataclass(frozen=True)
class WarmVersions:
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


NO_WARM_VERSIONS = WarmVersions()


async def claim(
    queue: str, worker_id: UUID, lease_seconds: float, limit: int, warm: WarmVersions = NO_WARM_VERSIONS
) -> list[PredictionLease]:
    """Up to `limit` waiting predictions of a queue, now leased to this worker.

    By rank and time; within the best waiting rank, what waited too long comes first, then what is warm here, then the
    rest, of which what is warm elsewhere only after a while.
    """
    common = (queue, worker_id, lease_seconds)
    claimed: list[dict[str, Any]] = []
    if warm.here:
        claimed += await rows(_CLAIM_STARVED, *common, limit, warm.starve_seconds)
        if len(claimed) < limit:
            claimed += await rows(_CLAIM_WARM, *common, limit - len(claimed), list(warm.here))
    if len(claimed) < limit:
        claimed += await rows(_CLAIM, *common, limit - len(claimed), list(warm.elsewhere), warm.wait_seconds)
    return [_lease(row) for row in claimed]


async def claim_hinted(
    prediction_ids: list[UUID],
    queue: str,
    worker_id: UUID,
    lease_seconds: float,
    warm: WarmVersions = NO_WARM_VERSIONS,
) -> list[PredictionLease]:
    """Waiting predictions by their ids, now leased to this worker; none that is to be left to a warm worker."""
    others = (list(warm.elsewhere), warm.wait_seconds)
    claimed = await rows(_CLAIM_HINTED, queue, worker_id, lease_seconds, prediction_ids, *others)
    return [_lease(row) for row in claimed]


def _lease(row: dict[str, Any]) -> PredictionLease:
    events = tuple(from_json(row["webhook_events"]) or ())
    return PredictionLease(**{**row, "input": from_json(row["input"]), "webhook_events": events})


async def queues_with_work(queues: tuple[str, ...]) -> list[str]:
    """Those of some queues in which a prediction waits now."""
    return [row["queue"] for row in await rows(_QUEUES_WITH_WORK, list(queues))]


async def heartbeat(worker_id: UUID, attempts: dict[UUID, int], lease_seconds: float) -> dict[UUID, LeaseState]:
    """Renew all of a worker's leases in one statement; a prediction that does not come back is no longer ours."""
    renewed = await rows(_HEARTBEAT, worker_id, list(attempts), list(attempts.values()), lease_seconds)
    return {row["id"]: LeaseState(row["cancel"], row["past_deadline"]) for row in renewed}


_RETURNING = """RETURNING p.id, p.attempt, p.owner, p.version_id, p.queue, p.input, p.alone, p.created_at,
  p.started_at, now() AS claimed_at, p.deadline_at, p.webhook_events, p.cache_key, p.run_at, p.traceparent"""
_LEASE_IT = """SET status = 'processing', attempt = p.attempt + 1, worker_id = $2, updated_at = now(),
  lease_until = now() + make_interval(secs => $3), started_at = coalesce(p.started_at, now())"""
_WAITING = """status = 'starting' AND queue = $1 AND run_at <= now()
  AND (deadline_at IS NULL OR deadline_at > now())"""
# EXISTS stops at the first row of each queue
_QUEUES_WITH_WORK = f"""
SELECT q.queue FROM unnest($1::text[]) WITH ORDINALITY AS q(queue, place) WHERE EXISTS (
  SELECT 1 FROM prediction WHERE {_WAITING.replace("queue = $1", "queue = q.queue")})
ORDER BY q.place
"""  # noqa: S608 - constants only
_MAY_TAKE = "(version_id <> ALL($5::uuid[]) OR run_at <= now() - make_interval(secs => $6))"
_OF_BEST_RANK = f"rank = (SELECT rank FROM prediction WHERE {_WAITING} ORDER BY rank, run_at LIMIT 1)"  # noqa: S608 - constants only
# Every claim locks with SKIP LOCKED, so that claimers never wait for each other and never get the same row, and reads
# in the order of a partial index up to its LIMIT, so that it costs the same however long the queue is.
# Within the best rank only: what starves there may go first, but not before a better rank
_CLAIM_STARVED = f"""
WITH c AS (
  SELECT id FROM prediction WHERE {_WAITING} AND {_OF_BEST_RANK} AND run_at <= now() - make_interval(secs => $5)
  ORDER BY rank, run_at LIMIT $4 FOR UPDATE SKIP LOCKED)
UPDATE prediction p {_LEASE_IT} FROM c WHERE p.id = c.id {_RETURNING}
"""  # noqa: S608 - constants only
# A walk of its own through each warm version's index, since no one index has many versions in order
_CLAIM_WARM = f"""
WITH c AS (
  SELECT w.id FROM unnest($5::uuid[]) AS v(version) CROSS JOIN LATERAL (
    SELECT id FROM prediction WHERE version_id = v.version AND {_WAITING} AND {_OF_BEST_RANK}
    ORDER BY rank, run_at LIMIT $4 FOR UPDATE SKIP LOCKED) w
  LIMIT $4)
UPDATE prediction p {_LEASE_IT} FROM c WHERE p.id = c.id {_RETURNING}
"""  # noqa: S608 - constants only
# What is warm elsewhere is skipped by version, as long as it has not waited for too long
_CLAIM = f"""
WITH c AS (
  SELECT id FROM prediction WHERE {_WAITING} AND {_MAY_TAKE} ORDER BY rank, run_at LIMIT $4 FOR UPDATE SKIP LOCKED)
UPDATE prediction p {_LEASE_IT} FROM c WHERE p.id = c.id {_RETURNING}
"""  # noqa: S608 - constants only
# By primary key: a bell names what it rings for, and most predictions are claimed without a look at the queue
_CLAIM_HINTED = f"""
WITH c AS (SELECT id FROM prediction WHERE id = ANY($4::uuid[]) AND {_WAITING} AND {_MAY_TAKE} FOR UPDATE SKIP LOCKED)
UPDATE prediction p {_LEASE_IT} FROM c WHERE p.id = c.id {_RETURNING}
"""  # noqa: S608 - constants only
# One statement for all leases of a worker, whose number must not cost it its leases. Whoever changes several rows locks
# them in the order of their ids, or two such statements might wait for each other
_HEARTBEAT = """
WITH h AS (SELECT * FROM unnest($2::uuid[], $3::int[]) AS h(id, attempt)),
ours AS (
  SELECT p.id FROM prediction p JOIN h ON p.id = h.id AND p.attempt = h.attempt
  WHERE p.worker_id = $1 AND p.status = 'processing' ORDER BY p.id FOR UPDATE OF p)
UPDATE prediction p SET lease_until = now() + make_interval(secs => $4) FROM ours
WHERE p.id = ours.id AND p.worker_id = $1 AND p.status = 'processing'
RETURNING p.id, p.cancel_requested_at IS NOT NULL AS cancel, coalesce(p.deadline_at < now(), false) AS past_deadline
"""
