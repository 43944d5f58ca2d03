"""The sweeper that every process runs: expired leases, lost doorbells, passed deadlines."""

from __future__ import annotations

import asyncio
import time

import structlog

from server.adapters import metrics
from server.adapters.database import DATABASE_ERRORS, rows
from server.domain.models import PREPARE_QUEUE, kind_queue
from server.maintenance import audit, retention, run_counts
from server.queue import batches, deliveries, durations, recover, roll_ups, storage, versions
from server.runtime import Runtime
from server.unit_of_work import UnitOfWork, send

logger = structlog.get_logger(__name__)

COUNTED_AT_ONCE = 1000
RECOUNT_SECONDS = 30.0
ROLL_UPS_AT_ONCE = 5


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
    for row in await recover.expire_leases(rt.settings.max_losses):
        logger.warning("recovery.lease_expired", prediction=str(row["id"]), attempt=row["attempt"], now=row["status"])
        metrics.LOSSES.labels(kind_queue(row["queue"]), "lease").inc()
        if row["status"] == "starting":
            metrics.RERUNS.labels(kind_queue(row["queue"]), "lease").inc()
        # The worker of an attempt that was lost cannot send its span any more
        ended = time.time()
        attributes = {"prediction.id": str(row["id"]), "attempt": row["attempt"], "queue": row["queue"]}
        rt.tracing.past("attempt", ended - row["seconds"], ended, attributes, row["traceparent"], "WORKER_LOST")
        work.announce_move(row)
    for row in await recover.abort_overdue():
        work.announce_move(row)
    for queue, prediction_id in await recover.ring_again():
        work.ring(queue, prediction_id)
    for version_id in await versions.list_unclaimed():
        work.ring(PREPARE_QUEUE, version_id)
    await send(rt, work)
    await rows("DELETE FROM worker WHERE last_seen < now() - interval '1 hour' RETURNING id")
    await retention.remove_expired_uploads(rt)
    await retention.remove_expired_sessions()
    if rt.settings.audit_days:
        await audit.forget_old(rt.settings.audit_days)
    await retention.remove_expired_links()
    await deliveries.prune(rt.settings.webhook_retention_seconds)
    await retention.remove_old(rt)
    await retention.remove_deleted(rt)
    for batch_id in await batches.recount(RECOUNT_SECONDS):
        logger.warning("batch.recounted", batch=str(batch_id))
    await run_counts.count()
    await durations.measure()
    for _ in range(ROLL_UPS_AT_ONCE):
        if not await roll_ups.add_lines():
            break
    await roll_ups.forget_old()
    await storage.count_ended(COUNTED_AT_ONCE)
