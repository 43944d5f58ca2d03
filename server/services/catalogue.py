"""The catalogue: which workers live, and what they can run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.adapters.database import rows, to_json
from server.tables import Predictor

ALIVE_SECONDS = 45


@dataclass(frozen=True)
class WorkerInfo:
    """Who a worker is."""

    id: UUID
    host: str
    pid: int
    device: str


async def announce(worker: WorkerInfo, predictors: list[dict[str, Any]]) -> None:
    """Write a worker and what it can run."""
    for found in predictors:
        schemas = (to_json(found["input_schema"]), to_json(found["output_schema"]))
        await rows(_PREDICTOR, found["name"], found["kind"], *schemas, found["digest"])
    await rows(_WORKER, worker.id, worker.host, worker.pid, worker.device)


async def heartbeat(worker: WorkerInfo, names: list[str]) -> None:
    """Say that a worker and its predictors are still there."""
    await rows(_WORKER, worker.id, worker.host, worker.pid, worker.device)
    await rows("UPDATE predictor SET last_seen = now() WHERE name = ANY($1::text[]) RETURNING name", names)


async def leave(worker_id: UUID) -> None:
    """Forget a worker that stops."""
    await rows("DELETE FROM worker WHERE id = $1 RETURNING id", worker_id)


async def workers_alive() -> int:
    """How many workers sent a heartbeat lately."""
    (found,) = await rows(_ALIVE, ALIVE_SECONDS)
    return int(found["n"])


async def predictors() -> list[Predictor]:
    """All that workers ever announced, by name."""
    return await Predictor.all().order_by("name")


_ALIVE = "SELECT count(*) AS n FROM worker WHERE last_seen > now() - make_interval(secs => $1)"
_PREDICTOR = """
INSERT INTO predictor (name, kind, input_schema, output_schema, digest, last_seen)
VALUES ($1, $2, $3::jsonb, $4::jsonb, $5, now())
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, input_schema = excluded.input_schema,
  output_schema = excluded.output_schema, digest = excluded.digest, last_seen = now()
RETURNING name
"""
_WORKER = """
INSERT INTO worker (id, host, pid, device, started_at, last_seen) VALUES ($1, $2, $3, $4, now(), now())
ON CONFLICT (id) DO UPDATE SET last_seen = now() RETURNING id
"""
