"""What the rows say of the whole installation, for metrics: queues, runs, workers, deliveries."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from anyio.to_thread import run_sync
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from server.adapters.database import DATABASE_ERRORS, from_json, rows
from server.adapters.disk import disk_space
from server.domain.batches import BatchStatus
from server.domain.models import WAITS_FOR_ROOM, kind_queue
from server.queue.deletions import count_open
from server.queue.depths import MOST_COUNTED, count_paused, read_states
from server.runtime import Runtime
from server.tables.workers import ALIVE_SECONDS

logger = structlog.get_logger(__name__)

KEPT_SECONDS = 5.0
# Sizes and runs of models change slowly, and cost more to count
SIZES_KEPT_SECONDS = 60.0
# Models by name; the others are counted together
MOST_MODELS = 20
PATIENCE_SECONDS = 5.0


class Measures:
    """The families of metrics that come from PostgreSQL and Redis, read at most every KEPT_SECONDS."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._reading = asyncio.Lock()
        self._read_at = float("-inf")
        self._families: list[Metric] = []
        self._sizes_read_at = float("-inf")
        self._sizes: list[Metric] = []

    async def families(self) -> list[Metric]:
        """The metrics as they are now; where PostgreSQL does not answer, only that it does not."""
        async with self._reading:
            if time.monotonic() - self._read_at <= KEPT_SECONDS:
                return self._families
            up = GaugeMetricFamily("inference_up", "Whether PostgreSQL and Redis answer.", labels=("part",))
            up.add_metric(["redis"], float(await self._rt.event_log.ping()))
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    families = [*await _backlog(), *await _workers(), *await self._read_sizes()]
                up.add_metric(["database"], 1)
            except DATABASE_ERRORS as error:
                logger.warning("metrics.rows_unread", error=str(error))
                families = []
                up.add_metric(["database"], 0)
            self._families, self._read_at = [up, *families], time.monotonic()
            return self._families

    async def _read_sizes(self) -> list[Metric]:
        if time.monotonic() - self._sizes_read_at > SIZES_KEPT_SECONDS:
            folders = await run_sync(_free_bytes, self._rt.store_watch.folders)
            self._sizes, self._sizes_read_at = [*await _models(), *await _sizes(), folders], time.monotonic()
        return self._sizes


async def _models() -> list[Metric]:
    """Runs of the models that ran most, by name, and of all others together."""
    runs = CounterMetricFamily(
        "inference_model_runs",
        f"Predictions of the {MOST_MODELS} models that have most, and of all `other` ones.",
        labels=("model",),
    )
    for row in await rows(_RUNS, MOST_MODELS):
        runs.add_metric([row["slug"]], row["runs"])
    return [runs]


async def _sizes() -> list[Metric]:
    (row,) = await rows(_SIZES)
    database = GaugeMetricFamily("inference_database_bytes", "Size of the database.", value=row["database"])
    uploads = GaugeMetricFamily(
        "inference_upload_bytes", "Bytes of uploads that have not expired.", value=row["uploads"]
    )
    return [database, uploads]


def _free_bytes(folders: Mapping[str, Path]) -> Metric:
    """Measured on the machine of this process."""
    free = GaugeMetricFamily("inference_disk_free_bytes", "Free bytes of a folder's disk, here.", labels=("folder",))
    for name, folder in folders.items():
        if (space := disk_space(folder)) is not None:
            free.add_metric([name], space.free_bytes)
    return free


async def _workers() -> list[Metric]:
    workers = await rows(_WORKERS, ALIVE_SECONDS)
    alive = GaugeMetricFamily("inference_workers", "Workers with a recent heartbeat.", value=len(workers))
    drained = GaugeMetricFamily(
        "inference_workers_drained",
        "Of the workers with a recent heartbeat, those that are drained.",
        value=sum(row["is_drained"] for row in workers),
    )
    pins = GaugeMetricFamily(
        "inference_models_pinned",
        "Pinned models: `held` in memory by a worker, or `missing` there.",
        labels=("state",),
    )
    (pinned,) = await rows(_PINS, ALIVE_SECONDS)
    for state in ("held", "missing"):
        pins.add_metric([state], pinned[state])
    families: list[Metric] = [alive, drained, pins]
    for column, name, meaning in _WORKER_METRICS:
        kind = CounterMetricFamily if column == "evictions" else GaugeMetricFamily
        # Not by worker: each start makes another, and would be a new series for ever
        family: Any = kind(name, meaning, labels=("host", "device"))
        sums: dict[tuple[str, str], int] = {}
        for row in workers:
            if row[column] is not None:
                place = (row["host"], row["device"])
                sums[place] = sums.get(place, 0) + row[column]
        for place, total in sums.items():
            family.add_metric(place, total)
        families.append(family)
    disks = GaugeMetricFamily(
        "inference_worker_disk_free_bytes",
        "Free bytes of the disk of a worker's folder, the least where workers share a host.",
        labels=("host", "folder"),
    )
    least: dict[tuple[str, str], int] = {}
    for row in workers:
        for folder, disk in from_json(row["disks"]).items():
            place = (row["host"], folder)
            least[place] = min(disk["free_bytes"], least.get(place, disk["free_bytes"]))
    for place, count in least.items():
        disks.add_metric(place, count)
    (preparing,) = await rows(_WITHOUT_ROOM, WAITS_FOR_ROOM)
    ready = sum(disk.get("waiting", 0) for row in workers for disk in from_json(row["disks"]).values())
    waiting = GaugeMetricFamily(
        "inference_models_waiting_for_disk",
        "Versions whose files wait for room below MODEL_CACHE_MAX_BYTES.",
        value=preparing["n"] + ready,
    )
    return [*families, disks, waiting]


async def _backlog() -> list[Metric]:
    """What waits: predictions by queue, and deliveries."""
    depth = GaugeMetricFamily(
        "inference_queue_depth", f"Predictions waiting, by queue; counted up to {MOST_COUNTED}.", labels=("queue",)
    )
    age = GaugeMetricFamily(
        "inference_queue_age_seconds", "How long the oldest prediction that could run has waited.", labels=("queue",)
    )
    paused = GaugeMetricFamily(
        "inference_queue_paused", "Of the predictions waiting, those of paused models, by queue.", labels=("queue",)
    )
    in_queue = GaugeMetricFamily(
        "inference_queue_running", "Predictions running, by the queue that they waited in.", labels=("queue",)
    )
    running = GaugeMetricFamily("inference_predictions_running", "Predictions running, by kind.", labels=("kind",))
    paused_by_queue = await count_paused()
    running_by_kind: dict[str, int] = {}
    for state in await read_states():
        depth.add_metric([state.queue], state.depth)
        age.add_metric([state.queue], state.age_seconds)
        paused.add_metric([state.queue], paused_by_queue.get(state.queue, 0))
        in_queue.add_metric([state.queue], state.running)
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
    deletions = GaugeMetricFamily(
        "inference_deletions_open",
        "Deletions that wait: `running` for the end of their prediction, `files` for their files to go.",
        labels=("step",),
    )
    for step, count in zip(("running", "files"), await count_open(), strict=True):
        deletions.add_metric([step], count)
    batches = GaugeMetricFamily("inference_batches", "Batches that have not ended, by status.", labels=("status",))
    live = {row["status"]: row for row in await rows(_BATCHES)}
    for status in (BatchStatus.STARTING, BatchStatus.PROCESSING):
        batches.add_metric([status.value], live[status.value]["n"] if status.value in live else 0)
    items = GaugeMetricFamily(
        "inference_batch_items",
        "Items of the batches that have not ended: `accepted` as predictions, and of these `ended`.",
        labels=("state",),
    )
    for name, column in (("accepted", "items"), ("ended", "ended")):
        items.add_metric([name], sum(row[column] for row in live.values()))
    (counts,) = await rows(_COUNTS)
    invitations = GaugeMetricFamily(
        "inference_invitations_open", "Invitations that can be accepted.", value=counts["invitations"]
    )
    mails = GaugeMetricFamily("inference_mails_waiting", "Mails to send, now or later.", value=counts["mails"])
    return [depth, age, paused, in_queue, running, pending, late, deletions, batches, items, invitations, mails]


_WORKER_METRICS = (
    ("model_bytes", "inference_model_cache_bytes", "Bytes in use by loaded models."),
    ("pinned_bytes", "inference_model_cache_pinned_bytes", "Of these, bytes of pinned models."),
    ("budget_bytes", "inference_model_cache_limit_bytes", "Bytes that loaded models may use."),
    ("free_bytes", "inference_device_free_bytes", "Free bytes of the device."),
    ("loaded", "inference_models_loaded", "Model versions in memory."),
    ("in_flight", "inference_worker_predictions", "Predictions running on the worker."),
    ("evictions", "inference_model_evictions", "Models unloaded to make room, since the worker started."),
)
_WITHOUT_ROOM = "SELECT count(*) AS n FROM version WHERE state = 'PREPARING' AND progress->>'phase' = $1"
_WORKERS = """
SELECT id, host, device, model_bytes, pinned_bytes, budget_bytes, free_bytes, in_flight, evictions, disks,
  drained_at IS NOT NULL AS is_drained, jsonb_array_length(versions) AS loaded
FROM worker WHERE last_seen > now() - make_interval(secs => $1) ORDER BY started_at, id LIMIT 1000
"""
_RUNS = """
WITH top AS (
  SELECT m.id, u.handle || '/' || m.name AS slug, m.runs FROM model m JOIN "user" u ON u.id = m.owner_id
  WHERE m.runs > 0 AND m.deleted_at IS NULL ORDER BY m.runs DESC, m.id LIMIT $1)
SELECT slug, runs FROM top UNION ALL
SELECT 'other', coalesce(sum(runs), 0)::bigint FROM model WHERE id NOT IN (SELECT id FROM top)
"""
_SIZES = """
SELECT pg_database_size(current_database()) AS database,
  (SELECT coalesce(sum(size_bytes), 0)::bigint FROM upload WHERE completed_at IS NOT NULL) AS uploads
"""
_PENDING = """
SELECT count(*) AS n, coalesce(greatest(extract(epoch FROM now() - min(next_at)), 0), 0)::float8 AS late FROM (
  (SELECT next_at FROM webhook_delivery WHERE state = 'pending' ORDER BY next_at LIMIT $1)
  UNION ALL (SELECT next_at FROM batch_webhook WHERE state = 'pending' ORDER BY next_at LIMIT $1)) AS counted
"""
_BATCHES = """
SELECT status, count(*) AS n, sum(items) AS items, sum(ended) AS ended FROM batch WHERE completed_at IS NULL
GROUP BY status
"""
_COUNTS = """
SELECT (SELECT count(*) FROM mail) AS mails, (
  SELECT count(*) FROM invitation
  WHERE accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()) AS invitations
"""
# A pin is held where a live worker has the newest READY version in memory
_PINS = """
SELECT count(*) FILTER (WHERE is_held) AS held, count(*) FILTER (WHERE NOT is_held) AS missing FROM (
  SELECT EXISTS (
    SELECT FROM worker w WHERE w.last_seen > now() - make_interval(secs => $1)
      AND w.versions @> jsonb_build_array((
        SELECT v.id FROM version v WHERE v.model_id = m.id AND v.state = 'READY' ORDER BY v.number DESC LIMIT 1))
    ) AS is_held
  FROM model m WHERE m.pinned_at IS NOT NULL AND m.deleted_at IS NULL) AS pins
"""
