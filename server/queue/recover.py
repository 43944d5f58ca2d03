"""What nobody works on although somebody should: expired leases, passed deadlines, lost doorbells.

Every process may run these at any time: rows that another process has locked are skipped, and are its business.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from server.adapters.database import rows
from server.domain.models import ALL_QUEUES
from server.queue.batches import tallied
from server.queue.deliveries import completed
from server.queue.ledger import unused

RING_AGAIN_SECONDS = 30
RINGS_PER_QUEUE = 33
# A prediction whose workers were lost so often is a suspect wherever it was: its inputs may be what kills them
INNOCENT_ATTEMPTS = 10


async def expire_leases(max_losses: int) -> list[dict[str, Any]]:
    """Take predictions from workers that stopped renewing: they wait again, or end after a cancel or `max_losses`.

    What was in the runner of one worker waits to run in two halves, each without other neighbours, and a half that is
    lost again in halves of its own; only what was alone counts a loss.

    Their rows as an outbox takes them, with `attempt`, `traceparent` and the `seconds` that the attempt took.
    """
    return await rows(_EXPIRE_LEASES, max_losses)


async def give_back_unknown(worker_id: UUID, known: Collection[UUID], seconds: float) -> list[UUID]:
    """Let wait again what a worker claimed in the last `seconds` and does not know, for a lost answer; their ids."""
    return [row["id"] for row in await rows(_GIVE_BACK_UNKNOWN, worker_id, list(known), seconds)]


async def abort_overdue() -> list[dict[str, Any]]:
    """End predictions whose deadline passed before they ran; their rows as an outbox takes them."""
    return await rows(_ABORT_OVERDUE)


async def ring_again() -> list[tuple[str, UUID]]:
    """Queue and id of waiting predictions whose doorbell is due: it never rang, or rang long ago for nothing."""
    due = await rows(_RING_AGAIN, RING_AGAIN_SECONDS, RINGS_PER_QUEUE, list(ALL_QUEUES))
    return [(row["queue"], row["id"]) for row in due]


# Only the oldest hundred, by the index of leases, so that a mass failure is worked off in short transactions; the
# attempt stays, which fences the lost worker together with worker_id: its finish finds no `processing` row.
# Why a worker was lost nobody knows: the machine may be gone, or one of its predictions took all of it down. What was
# not in its runner had no part in it, unless that happened again and again; the others run in halves without other
# neighbours from now on, so that few losses find the one among many, and one that was alone counts a loss
_EXPIRE_LEASES = f"""
WITH expired AS (
  SELECT id, worker_id, queue, updated_at, inside, charged, losses + charged::int AS losses
  FROM prediction, LATERAL (SELECT NOT outside_runner OR attempt > {INNOCENT_ATTEMPTS} AS inside) suspicion,
    LATERAL (SELECT inside AND alone AND suspect_group IS NULL AS charged) charge
  WHERE status = 'processing' AND lease_until < now()
  ORDER BY lease_until LIMIT 100 FOR UPDATE OF prediction SKIP LOCKED),
suspects AS (
  SELECT id, worker_id, queue, 2 * (row_number() OVER w - 1) / count(*) OVER (PARTITION BY worker_id, queue) AS half
  FROM expired WHERE inside WINDOW w AS (PARTITION BY worker_id, queue ORDER BY id)),
halves AS (
  SELECT id, CASE WHEN count(*) OVER h > 1 THEN first_value(id) OVER (h ORDER BY id) END AS suspect_group
  FROM suspects WINDOW h AS (PARTITION BY worker_id, queue, half)),
taken AS (UPDATE prediction p SET
  losses = e.losses, alone = p.alone OR e.inside,
  suspect_group = CASE WHEN e.inside THEN e.suspect_group ELSE p.suspect_group END,
  worker_id = NULL, lease_until = NULL, rung_at = NULL, updated_at = now(),
  run_at = now() + CASE WHEN e.inside THEN make_interval(secs => least(60, power(2, greatest(e.losses - 1, 0))))
                        ELSE interval '0' END,
  status = CASE WHEN cancel_requested_at IS NOT NULL THEN 'canceled'
                WHEN e.charged AND e.losses >= $1 THEN 'failed' ELSE 'starting' END,
  canceled_at = CASE WHEN cancel_requested_at IS NOT NULL THEN now() END,
  stop_seconds = CASE WHEN cancel_requested_at IS NOT NULL THEN extract(epoch FROM now() - cancel_requested_at) END,
  error_code = CASE WHEN cancel_requested_at IS NULL AND e.charged AND e.losses >= $1 THEN 'WORKER_LOST' END,
  error_message = CASE WHEN cancel_requested_at IS NULL AND e.charged AND e.losses >= $1
                  THEN 'The worker that ran this prediction alone was lost ' || e.losses || ' times.' END,
  completed_at = CASE WHEN cancel_requested_at IS NOT NULL OR (e.charged AND e.losses >= $1) THEN now() END
FROM (SELECT expired.*, suspect_group FROM expired LEFT JOIN halves USING (id)) e WHERE p.id = e.id
RETURNING p.id, p.attempt, p.queue, p.status, p.owner, p.user_id, p.webhook_events, p.traceparent, p.batch_id,
  p.model_id, p.key_id, p.price_list_id, extract(epoch FROM now() - e.updated_at)::float8 AS seconds),
ledger AS ({unused("taken")}),
deliveries AS ({completed("taken")}),
{tallied("taken")}
SELECT id, attempt, queue, status, owner, webhook_events, traceparent, seconds FROM taken
"""  # noqa: S608 - constants only
# No loss and no suspicion: it never reached a runner. What is older than the lost answer is for the sweep
_GIVE_BACK_UNKNOWN = """
UPDATE prediction SET status = 'starting', worker_id = NULL, lease_until = NULL, rung_at = NULL, updated_at = now()
WHERE worker_id = $1 AND status = 'processing' AND id <> ALL($2::uuid[])
  AND updated_at > now() - make_interval(secs => $3) RETURNING id
"""
# Only what waits: a run is ended by its worker, which sees the deadline at its next heartbeat and keeps what was made
_ABORT_OVERDUE = f"""
WITH overdue AS (
  SELECT id FROM prediction WHERE status = 'starting' AND deadline_at IS NOT NULL AND deadline_at < now()
  LIMIT 100 FOR UPDATE SKIP LOCKED),
aborted AS (
  UPDATE prediction p SET status = 'aborted', error_code = 'DEADLINE_EXCEEDED', completed_at = now(),
    updated_at = now(), error_message = 'The deadline passed before the prediction ran.'
  FROM overdue WHERE p.id = overdue.id RETURNING p.id, p.queue, p.status, p.owner, p.user_id, p.webhook_events,
    p.batch_id, p.model_id, p.key_id, p.price_list_id),
ledger AS ({unused("aborted")}),
deliveries AS ({completed("aborted")}),
{tallied("aborted")}
SELECT id, queue, status, owner, webhook_events FROM aborted
"""  # noqa: S608 - constants only
# By the last ring, in the order of an index: who is first in a queue is for the claim to say
_RING_AGAIN = """
WITH q AS (SELECT unnest($3::text[]) AS queue),
never AS (
  SELECT w.id FROM q CROSS JOIN LATERAL (
    SELECT id FROM prediction WHERE status = 'starting' AND queue = q.queue AND run_at <= now() AND rung_at IS NULL
    LIMIT $2 FOR UPDATE SKIP LOCKED) w),
long_ago AS (
  SELECT w.id FROM q CROSS JOIN LATERAL (
    SELECT id FROM prediction WHERE status = 'starting' AND queue = q.queue AND run_at <= now()
      AND rung_at < now() - make_interval(secs => $1)
    ORDER BY rung_at LIMIT $2 FOR UPDATE SKIP LOCKED) w)
UPDATE prediction p SET rung_at = now() WHERE p.id IN (SELECT id FROM never UNION ALL SELECT id FROM long_ago)
RETURNING p.id, p.queue
"""
