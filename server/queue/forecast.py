"""What a forecast of a queue goes by: what waits and runs in it, its versions, and the workers that serve it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.adapters.database import from_json, rows
from server.domain.forecast import MOST_COUNTED, ForecastVersion, QueueSnapshot
from server.domain.models import kind_queue, queues_of
from server.queue.claim import RUNS
from server.queue.shares import MAX_RANK
from server.queue.versions import ENVIRONMENT_OF_VERSION
from server.tables.workers import ALIVE_SECONDS


@dataclass(frozen=True)
class WaitingPrediction:
    """A waiting prediction, its queue, and what holds it back.

    That its model is paused, a limit of its owner, or the time of its next try.
    """

    id: UUID
    queue: str
    is_paused: bool
    is_held: bool
    is_delayed: bool


async def read_waiting(ids: Sequence[UUID]) -> list[WaitingPrediction]:
    """Those of some predictions that wait."""
    return [WaitingPrediction(**row) for row in await rows(_WAITING, list(ids))]


async def read_snapshots(queues: Sequence[str]) -> dict[str, QueueSnapshot]:
    """Queues as they are now."""
    waiting: dict[str, list[tuple[UUID, UUID]]] = {queue: [] for queue in queues}
    running: dict[str, list[tuple[UUID, float]]] = {queue: [] for queue in queues}
    for row in await rows(_AHEAD, list(queues), MOST_COUNTED):
        waiting[row["queue"]].append((row["id"], row["version_id"]))
    for row in await rows(_RUNNING, list(queues)):
        running[row["queue"]].append((row["version_id"], row["seconds"]))
    workers = [
        (queues_of(row["device"]), from_json(row["capacity"]), set(from_json(row["versions"])))
        for row in await rows(_WORKERS, ALIVE_SECONDS)
    ]
    ids = {version_id for each in waiting.values() for _, version_id in each}
    ids |= {version_id for each in running.values() for version_id, _ in each}
    versions = await rows(_VERSIONS, list(ids))
    snapshots = {}
    for queue in queues:
        serving = [(capacity, loaded) for served, capacity, loaded in workers if queue in served]
        slots = sum(int(capacity.get("slots", {}).get(kind_queue(queue), 0)) for capacity, _ in serving)
        known = {row["id"]: _version(row, serving) for row in versions}
        snapshots[queue] = QueueSnapshot(waiting[queue], running[queue], known, slots)
    return snapshots


def _version(row: dict[str, Any], workers: Sequence[tuple[dict[str, Any], set[str]]]) -> ForecastVersion:
    """What is known of a version, where these workers can run it."""
    runs_on = row["base_id"] or row["id"]
    rooms = [capacity["at_once"][row["predictor"]] for capacity, _ in workers
             if capacity.get("at_once", {}).get(row["predictor"])]  # fmt: skip
    return ForecastVersion(
        tuple(from_json(row["recent_seconds"])),
        row["expected_seconds"],
        sum(rooms) if rooms else None,
        any(str(runs_on) in loaded for _, loaded in workers),
        runs_on,
    )


_WAITING = f"""
SELECT p.id, p.queue, NOT {RUNS} AS is_paused, p.rank = {MAX_RANK} AS is_held,
  p.run_at > now() OR p.alone AS is_delayed
FROM prediction p WHERE p.id = ANY($1::uuid[]) AND p.status = 'starting'
"""  # noqa: S608 - constants only
# In the order of the index of claims; what waits of paused models runs before nobody
_AHEAD = f"""
SELECT q.queue, a.id, a.version_id FROM unnest($1::text[]) AS q(queue) CROSS JOIN LATERAL (
  SELECT id, version_id, rank, run_at FROM prediction p
  WHERE queue = q.queue AND status = 'starting' AND rank < {MAX_RANK} AND run_at <= now() AND NOT alone
    AND (SELECT o.paused_at IS NULL FROM model o WHERE o.id = p.model_id)
  ORDER BY rank, run_at LIMIT $2) a
"""  # noqa: S608 - constants only
# A drained worker takes nothing more: neither its slots nor what runs in them count
_RUNNING = """
SELECT queue, version_id, extract(epoch FROM now() - updated_at)::float8 AS seconds FROM prediction p
WHERE queue = ANY($1::text[]) AND status = 'processing'
  AND NOT EXISTS (SELECT FROM worker w WHERE w.id = p.worker_id AND w.drained_at IS NOT NULL)
"""
_WORKERS = """
SELECT device, capacity, versions FROM worker
WHERE last_seen > now() - make_interval(secs => $1) AND drained_at IS NULL
"""
_VERSIONS = f"""
SELECT m.id, {ENVIRONMENT_OF_VERSION} AS predictor, m.base_id, m.recent_seconds, m.expected_seconds FROM version m
WHERE m.id = ANY($1::uuid[])
"""  # noqa: S608 - constants only
