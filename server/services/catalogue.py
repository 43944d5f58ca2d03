"""The catalogue: which workers live, and what they can run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from tortoise.transactions import in_transaction

from server.adapters.database import columns, from_json, from_row, rows, to_json
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction, Subject, SubjectType
from server.domain.models import WAITS_FOR_ROOM, Engine, NewVersion
from server.errors import ForbiddenError, NotFoundError, Violation
from server.runtime import Runtime
from server.services import audit
from server.tables import Predictor, Worker
from server.tables.predictions import WAITING_OF_VERSION
from server.tables.workers import ALIVE_SECONDS


@dataclass(frozen=True)
class WorkerInfo:
    """The identity of a worker."""

    id: UUID
    host: str
    pid: int
    device: str


@dataclass(frozen=True)
class OtherWorkers:
    """How many other workers live, and the versions in their memory."""

    count: int = 0
    versions: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class WorkerDisk:
    """The room on the disk of a worker's folder; `is_low`: less than the MIN_FREE_DISK_BYTES of that worker.

    `waiting` READY versions find no room for their files below MODEL_CACHE_MAX_BYTES, which models in use fill.
    """

    free_bytes: int
    total_bytes: int
    is_low: bool
    waiting: int = 0


@dataclass(frozen=True)
class WorkerState:
    """What a heartbeat says of a worker; `versions` are in its memory, and memory is in bytes.

    `walls`, `broken_predictors`, `disks`, `capacity` and `pinned` are as in `tables.Worker`.
    """

    versions: tuple[str, ...] = ()
    model_bytes: int = 0
    budget_bytes: int | None = None
    evictions: int = 0
    in_flight: int = 0
    device_name: str = ""
    total_bytes: int | None = None
    free_bytes: int | None = None
    walls: Mapping[str, str] = field(default_factory=dict)
    broken_predictors: Mapping[str, str] = field(default_factory=dict)
    disks: Mapping[str, WorkerDisk] = field(default_factory=dict)
    capacity: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    pinned: tuple[str, ...] = ()
    pinned_bytes: int = 0


@dataclass(frozen=True)
class HeartbeatAnswer:
    """What a worker learns by its heartbeat: the versions in its memory that are deleted, and whether it is drained."""

    deleted: frozenset[str]
    is_drained: bool


@dataclass(frozen=True)
class WorkersSummary:
    """The living workers: how many; how many lack a wall, could not load a predictor, or have an almost full disk.

    `versions_without_room` wait for room on the disk: new ones, and READY ones whose files went to make room.
    `versions_without_engine` have something that waits for an engine that no worker has.
    """

    alive: int = 0
    without_a_wall: int = 0
    with_broken_predictors: int = 0
    with_a_low_disk: int = 0
    versions_without_room: int = 0
    versions_without_engine: int = 0


IDLE = WorkerState()


async def announce(worker: WorkerInfo, predictors: list[dict[str, Any]], state: WorkerState = IDLE) -> None:
    """Write down a worker and the predictors that it can run."""
    for each in predictors:
        schemas = (to_json(each["input_schema"]), to_json(each["output_schema"]))
        await rows(_PREDICTOR, each["name"], each["kind"], *schemas, each["digest"])
    await _write(worker, state)


async def _write(worker: WorkerInfo, state: WorkerState) -> bool:
    """Write a worker's row; whether it is drained."""
    memory = (state.device_name[:200], state.total_bytes, state.free_bytes, state.model_bytes, state.budget_bytes)
    load = (to_json(list(state.versions)), state.in_flight, state.evictions)
    disks = {folder: asdict(disk) for folder, disk in state.disks.items()}
    facts = (to_json(dict(state.walls)), to_json(dict(state.broken_predictors)), to_json(disks))
    more = (to_json(dict(state.capacity)), to_json(list(state.pinned)), state.pinned_bytes)
    (row,) = await rows(_WORKER, worker.id, worker.host, worker.pid, worker.device, *memory, *load, *facts, *more)
    return bool(row["is_drained"])


async def heartbeat(worker: WorkerInfo, names: list[str], state: WorkerState = IDLE) -> HeartbeatAnswer:
    """Say that a worker and its predictors are still there."""
    is_drained = await _write(worker, state)
    await rows("UPDATE predictor SET last_seen = now() WHERE name = ANY($1::text[]) RETURNING name", names)
    deleted = await rows(_DELETED, list(state.versions)) if state.versions else []
    return HeartbeatAnswer(frozenset(str(row["id"]) for row in deleted), is_drained)


async def drain(rt: Runtime, viewer: Viewer | None, worker_id: UUID, *, resume: bool = False) -> Worker:
    """Let a worker claim nothing more, or again: what runs there goes on, and the rest is for the others.

    It holds as long as the worker's process: one that is started anew claims. No viewer is the operator at the command
    line. Doing it again is no error.

    Raises:
        ForbiddenError: the viewer is no admin, or an API key without the scope WRITE.
        NotFoundError: no such worker lives.
    """
    if viewer is not None:
        viewer.administer(Scope.WRITE, "drain workers")
    async with in_transaction():
        living = await rows(_LOCK_LIVING, worker_id, ALIVE_SECONDS)
        if not living:
            raise NotFoundError("There is no live worker with this id.")
        if living[0]["is_drained"] is resume:
            await rows(_DRAIN, worker_id, resume)
            action = AuditAction.WORKER_RESUMED if resume else AuditAction.WORKER_DRAINED
            subject = Subject(SubjectType.WORKER, worker_id, living[0]["name"])
            await audit.record(viewer, action, subject, {"drained": resume}, {"drained": not resume})
    await rt.event_log.ask_heartbeats()
    return await Worker.get(id=worker_id)


async def leave(worker_id: UUID) -> None:
    """Forget a worker that stops."""
    await rows("DELETE FROM worker WHERE id = $1 RETURNING id", worker_id)


async def others(worker_id: UUID) -> OtherWorkers:
    """The other living workers."""
    workers = await rows(_OTHERS, ALIVE_SECONDS, worker_id)
    versions = frozenset(UUID(version) for row in workers for version in from_json(row["versions"]))
    return OtherWorkers(len(workers), versions)


async def workers(viewer: Viewer | None) -> list[Worker]:
    """The living workers, the oldest first; no viewer is the operator at the command line.

    Raises:
        ForbiddenError: the viewer is no admin.
    """
    if viewer is not None and not viewer.is_admin:
        raise ForbiddenError("Only administrators may see the workers.")
    # By PostgreSQL's clock, which wrote `last_seen`
    living = await rows(_LIVING, ALIVE_SECONDS)
    return [from_row(Worker, row) for row in living]


async def workers_alive() -> int:
    """How many workers sent a heartbeat lately."""
    (row,) = await rows(_ALIVE, ALIVE_SECONDS)
    return int(row["n"])


async def devices() -> set[str]:
    """The kinds of devices of living workers, such as cpu and cuda."""
    return {row["device"] for row in await rows(_DEVICES, ALIVE_SECONDS)}


async def engine_violations(new: NewVersion) -> list[Violation]:
    """What is wrong with the engine of a new version: no living worker has it, so nobody could prepare it."""
    if new.engine is not Engine.VLLM or (await rows(_VLLM_WORKERS, ALIVE_SECONDS))[0]["n"]:
        return []
    rule = "No worker has vLLM now: start one from an environment with vLLM, or leave the engine out."
    return [Violation("/engine", rule, "engine")]


async def summary() -> WorkersSummary:
    """What is to be said of the workers that sent a heartbeat lately."""
    (row,) = await rows(_SUMMARY, ALIVE_SECONDS, WAITS_FOR_ROOM)
    return WorkersSummary(**{name: int(count) for name, count in row.items()})


async def predictors() -> list[Predictor]:
    """All predictors that workers ever announced, by name."""
    return await Predictor.all().order_by("name")


_HAS_VLLM = "(capacity->'at_once'->>'text+VLLM')::int > 0"
_VLLM_WORKERS = f"""
SELECT count(*) AS n FROM worker WHERE last_seen > now() - make_interval(secs => $1) AND {_HAS_VLLM}
"""  # noqa: S608 - constants only
_LIVING = f"""
SELECT {columns(Worker)} FROM worker WHERE last_seen > now() - make_interval(secs => $1) ORDER BY started_at, id
"""  # noqa: S608 - names only
_DEVICES = "SELECT DISTINCT device FROM worker WHERE last_seen > now() - make_interval(secs => $1)"
_ALIVE = "SELECT count(*) AS n FROM worker WHERE last_seen > now() - make_interval(secs => $1)"
# A worker that says nothing of its walls is of an older release, or has yet to send its first heartbeat
_SUMMARY = f"""
SELECT count(*) AS alive,
  count(*) FILTER (WHERE EXISTS (SELECT FROM jsonb_each_text(walls) wall WHERE wall.value <> '')) AS without_a_wall,
  count(*) FILTER (WHERE broken_predictors <> '{{}}'::jsonb) AS with_broken_predictors,
  count(*) FILTER (WHERE EXISTS (
    SELECT FROM jsonb_each(disks) disk WHERE (disk.value->>'is_low')::boolean)) AS with_a_low_disk,
  coalesce(sum((SELECT sum((disk.value->>'waiting')::int) FROM jsonb_each(disks) disk)), 0)
    + (SELECT count(*) FROM version WHERE state = 'PREPARING' AND progress->>'phase' = $2) AS versions_without_room,
  CASE WHEN count(*) FILTER (WHERE {_HAS_VLLM}) > 0 THEN 0 ELSE (
    SELECT count(*) FROM version m WHERE m.options->>'engine' = 'VLLM' AND (m.state = 'PREPARING' OR EXISTS (
      SELECT FROM prediction WHERE version_id = m.id AND {WAITING_OF_VERSION}))) END AS versions_without_engine
FROM worker WHERE last_seen > now() - make_interval(secs => $1)
"""  # noqa: S608 - constants only
_OTHERS = """
SELECT versions FROM worker WHERE last_seen > now() - make_interval(secs => $1) AND id <> $2 AND drained_at IS NULL
"""
_LOCK_LIVING = """
SELECT host || ':' || pid || ' (' || device || ')' AS name, drained_at IS NOT NULL AS is_drained FROM worker
WHERE id = $1 AND last_seen > now() - make_interval(secs => $2) FOR UPDATE
"""
_DRAIN = "UPDATE worker SET drained_at = CASE WHEN $2::bool THEN NULL ELSE now() END WHERE id = $1 RETURNING id"
_DELETED = """
SELECT loaded.id FROM unnest($1::uuid[]) AS loaded(id) LEFT JOIN version v ON v.id = loaded.id
LEFT JOIN model m ON m.id = v.model_id WHERE m.id IS NULL OR m.deleted_at IS NOT NULL
"""
_PREDICTOR = """
INSERT INTO predictor (name, kind, input_schema, output_schema, digest, last_seen)
VALUES ($1, $2, $3::jsonb, $4::jsonb, $5, now())
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, input_schema = excluded.input_schema,
  output_schema = excluded.output_schema, digest = excluded.digest, last_seen = now()
RETURNING name
"""
_WORKER = """
INSERT INTO worker (id, host, pid, device, device_name, total_bytes, free_bytes, model_bytes, budget_bytes, versions,
  in_flight, evictions, walls, broken_predictors, disks, capacity, pinned, pinned_bytes, started_at, last_seen)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13::jsonb, $14::jsonb, $15::jsonb, $16::jsonb,
  $17::jsonb, $18,
  now(), now())
ON CONFLICT (id) DO UPDATE SET last_seen = now(), device = excluded.device, device_name = excluded.device_name,
  total_bytes = excluded.total_bytes, free_bytes = excluded.free_bytes, model_bytes = excluded.model_bytes,
  budget_bytes = excluded.budget_bytes, versions = excluded.versions, in_flight = excluded.in_flight,
  evictions = excluded.evictions, walls = excluded.walls, broken_predictors = excluded.broken_predictors,
  disks = excluded.disks, capacity = excluded.capacity, pinned = excluded.pinned, pinned_bytes = excluded.pinned_bytes
RETURNING drained_at IS NOT NULL AS is_drained
"""
