"""The sweeper that every process runs: expired leases, lost doorbells, passed deadlines."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import structlog

from server.adapters.database import DATABASE_ERRORS, rows
from server.domain.models import ALL_QUEUES, PREPARE_QUEUE
from server.maintenance import retention, run_counts
from server.queue import deliveries
from server.queue.deliveries import completed
from server.runtime import Runtime
from server.services import sessions, uploads
from server.unit_of_work import UnitOfWork, send

logger = structlog.get_logger(__name__)

RING_AGAIN_SECONDS = 30
RINGS_PER_QUEUE = 33


async def sweep_for_ever(rt: Runtime) -> None:
    """Sweep every RECOVERY_SECONDS; an outage of PostgreSQL is logged and waited out."""
    while True:
        try:
            await sweep(rt)
        except DATABASE_ERRORS as error:
            logger.warning("recovery.failed", error=str(error))
        await asyncio.sleep(rt.settings.recovery_seconds)


async def sweep(rt: Runtime) -> None:
    """One round; safe to run anywhere at any time, since rows are taken with SKIP LOCKED."""
    work = UnitOfWork()
    for row in await rows(_EXPIRED, rt.settings.max_losses):
        logger.warning("recovery.lease_expired", prediction=str(row["id"]), attempt=row["attempt"], now=row["status"])
        _trace_lost(rt, row)
        work.ended(row)
    for row in await rows(_ABORT):
        work.ended(row)
    for row in await rows(_RING, RING_AGAIN_SECONDS, RINGS_PER_QUEUE, list(ALL_QUEUES)):
        work.ring(row["queue"], row["id"])
    await rows(_FORGET_WORKERS)
    for row in await rows(_UNPREPARED):
        work.ring(PREPARE_QUEUE, row["id"])
    await send(rt, work)
    await uploads.sweep(rt)
    await sessions.sweep()
    await deliveries.prune(rt.settings.webhook_retention_seconds)
    await retention.remove_old(rt)
    await run_counts.count()


def _trace_lost(rt: Runtime, row: dict[str, Any]) -> None:
    """The worker of an attempt that was lost cannot send its span any more."""
    ended = time.time()
    attributes = {"prediction.id": str(row["id"]), "attempt": row["attempt"], "queue": row["queue"]}
    rt.tracing.past("attempt", ended - row["seconds"], ended, attributes, row["traceparent"], "WORKER_LOST")


_EXPIRED = f"""
WITH x AS (
  SELECT id, updated_at FROM prediction WHERE status = 'processing' AND lease_until < now()
  ORDER BY lease_until LIMIT 100 FOR UPDATE SKIP LOCKED),
u AS (UPDATE prediction p SET
  losses = p.losses + 1, worker_id = NULL, lease_until = NULL, rung_at = NULL, updated_at = now(),
  run_at = now() + make_interval(secs => least(60, power(2, p.losses))),
  status = CASE WHEN cancel_requested_at IS NOT NULL THEN 'canceled'
                WHEN p.losses + 1 >= $1 THEN 'failed' ELSE 'starting' END,
  canceled_at = CASE WHEN cancel_requested_at IS NOT NULL THEN now() END,
  stop_seconds = CASE WHEN cancel_requested_at IS NOT NULL THEN extract(epoch FROM now() - cancel_requested_at) END,
  error_code = CASE WHEN cancel_requested_at IS NULL AND p.losses + 1 >= $1 THEN 'WORKER_LOST' END,
  error_message = CASE WHEN cancel_requested_at IS NULL AND p.losses + 1 >= $1
                  THEN 'The worker that ran this prediction was lost ' || (p.losses + 1) || ' times.' END,
  completed_at = CASE WHEN cancel_requested_at IS NOT NULL OR p.losses + 1 >= $1 THEN now() END
FROM x WHERE p.id = x.id RETURNING p.id, p.attempt, p.queue, p.status, p.owner, p.user_id, p.webhook_events,
  p.traceparent, extract(epoch FROM now() - x.updated_at)::float8 AS seconds),
d AS ({completed("u")})
SELECT id, attempt, queue, status, owner, webhook_events, traceparent, seconds FROM u
"""  # noqa: S608 - constants only
_ABORT = f"""
WITH x AS (
  SELECT id FROM prediction WHERE status = 'starting' AND deadline_at IS NOT NULL AND deadline_at < now()
    AND status IN ('starting', 'processing')
  LIMIT 100 FOR UPDATE SKIP LOCKED),
u AS (UPDATE prediction p SET status = 'aborted', error_code = 'DEADLINE_EXCEEDED', completed_at = now(),
  updated_at = now(), error_message = 'The deadline passed before the prediction ran.'
FROM x WHERE p.id = x.id RETURNING p.id, p.queue, p.status, p.owner, p.user_id, p.webhook_events),
d AS ({completed("u")})
SELECT id, queue, status, owner, webhook_events FROM u
"""  # noqa: S608 - constants only
# By the last ring, in the order of an index: who is first in a queue is for the claim to say
_RING = """
WITH q AS (SELECT unnest($3::text[]) AS queue),
n AS (
  SELECT w.id FROM q CROSS JOIN LATERAL (
    SELECT id FROM prediction WHERE status = 'starting' AND queue = q.queue AND run_at <= now() AND rung_at IS NULL
    LIMIT $2 FOR UPDATE SKIP LOCKED) w),
o AS (
  SELECT w.id FROM q CROSS JOIN LATERAL (
    SELECT id FROM prediction WHERE status = 'starting' AND queue = q.queue AND run_at <= now()
      AND rung_at < now() - make_interval(secs => $1)
    ORDER BY rung_at LIMIT $2 FOR UPDATE SKIP LOCKED) w)
UPDATE prediction p SET rung_at = now() WHERE p.id IN (SELECT id FROM n UNION ALL SELECT id FROM o)
RETURNING p.id, p.queue
"""
_FORGET_WORKERS = "DELETE FROM worker WHERE last_seen < now() - interval '1 hour' RETURNING id"
_UNPREPARED = """
SELECT id FROM version WHERE state = 'PREPARING' AND (lease_until IS NULL OR lease_until < now())
ORDER BY created_at LIMIT 4
"""
