"""What the rows say of the whole installation, for metrics: queues, runs, workers, deliveries."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from server.adapters.database import DATABASE_ERRORS, rows
from server.domain.models import kind_queue
from server.queue.depths import MOST_COUNTED, read_states
from server.runtime import Runtime
from server.tables.workers import ALIVE_SECONDS

logger = structlog.get_logger(__name__)

KEPT_SECONDS = 5.0
PATIENCE_SECONDS = 5.0


class Measures:
    """The families of metrics that come from PostgreSQL and Redis, read at most every KEPT_SECONDS."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._reading = asyncio.Lock()
        self._read_at = float("-inf")
        self._families: list[Metric] = []

    async def families(self) -> list[Metric]:
        """The metrics as they are now; where PostgreSQL does not answer, only that it does not."""
        async with self._reading:
            if time.monotonic() - self._read_at <= KEPT_SECONDS:
                return self._families
            up = GaugeMetricFamily("inference_up", "Whether PostgreSQL and Redis answer.", labels=("part",))
            up.add_metric(["redis"], float(await self._rt.event_log.ping()))
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    families = [*await _backlog(), *await _workers()]
                up.add_metric(["database"], 1)
            except DATABASE_ERRORS as error:
                logger.warning("metrics.rows_unread", error=str(error))
                families = []
                up.add_metric(["database"], 0)
            self._families, self._read_at = [up, *families], time.monotonic()
            return self._families


async def _workers() -> list[Metric]:
    workers = await rows(_WORKERS, ALIVE_SECONDS)
    alive = GaugeMetricFamily("inference_workers", "Workers with a recent heartbeat.", value=len(workers))
    families: list[Metric] = [alive]
    for column, name, meaning in _WORKER_METRICS:
        kind = CounterMetricFamily if column == "evictions" else GaugeMetricFamily
        family: Any = kind(name, meaning, labels=("worker", "host", "device"))
        for row in workers:
            if row[column] is not None:
                family.add_metric([str(row["id"]), row["host"], row["device"]], row[column])
        families.append(family)
    return families


async def _backlog() -> list[Metric]:
    """What waits: predictions by queue, and deliveries."""
    depth = GaugeMetricFamily(
        "inference_queue_depth", f"Predictions waiting, by queue; counted up to {MOST_COUNTED}.", labels=("queue",)
    )
    age = GaugeMetricFamily(
        "inference_queue_age_seconds", "How long the oldest prediction that could run has waited.", labels=("queue",)
    )
    running = GaugeMetricFamily("inference_predictions_running", "Predictions running, by kind.", labels=("kind",))
    running_by_kind: dict[str, int] = {}
    for state in await read_states():
        depth.add_metric([state.queue], state.depth)
        age.add_metric([state.queue], state.age_seconds)
        kind = kind_queue(state.queue)
        running_by_kind[kind] = running_by_kind.get(kind, 0) + state.running
    for kind, count in running_by_kind.items():
        running.add_metric([kind], count)
    (deliveries,) = await rows(_PENDING, MOST_COUNTED)
    pending = GaugeMetricFamily(
        "inference_webhooks_pending",
        f"Webhook deliveries to send, now or later; counted up to {MOST_COUNTED}.",
        value=deliveries["n"],
    )
    late = GaugeMetricFamily(
        "inference_webhooks_late_seconds", "How long the oldest due delivery has been due.", value=deliveries["late"]
    )
    return [depth, age, running, pending, late]


_WORKER_METRICS = (
    ("model_bytes", "inference_model_cache_bytes", "Bytes in use by loaded models."),
    ("budget_bytes", "inference_model_cache_limit_bytes", "Bytes that loaded models may use."),
    ("free_bytes", "inference_device_free_bytes", "Free bytes of the device."),
    ("loaded", "inference_models_loaded", "Model versions in memory."),
    ("in_flight", "inference_worker_predictions", "Predictions running on the worker."),
    ("evictions", "inference_model_evictions", "Models unloaded to make room, since the worker started."),
)
_WORKERS = """
SELECT id, host, device, model_bytes, budget_bytes, free_bytes, in_flight, evictions,
  jsonb_array_length(versions) AS loaded
FROM worker WHERE last_seen > now() - make_interval(secs => $1) ORDER BY started_at, id LIMIT 1000
"""
_PENDING = """
SELECT count(*) AS n, coalesce(greatest(extract(epoch FROM now() - min(next_at)), 0), 0)::float8 AS late FROM (
  SELECT next_at FROM webhook_delivery WHERE state = 'pending' ORDER BY next_at LIMIT $1) AS counted
"""
