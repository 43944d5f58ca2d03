"""Models in the memory of workers, for administrators: loading one, unloading it, and having it stay there.

A worker learns of it by its heartbeat, which is asked for at once; `Worker` and `memory_request` say what came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tortoise.transactions import in_transaction

from server.adapters.database import now
from server.domain.accounts import Viewer
from server.domain.audit import AuditAction
from server.domain.model_memory import MemoryAction
from server.domain.models import DeviceClass, VersionState, parse_slug
from server.errors import ConflictError, NotFoundError, UnavailableError
from server.queue import model_memory
from server.runtime import Runtime
from server.services import audit, catalogue, models
from server.tables import Model, Version, Worker

REASONS_MAX = 3


@dataclass(frozen=True)
class _Placement:
    """A version, where it may run, and the bytes that it will fill as far as that is known."""

    version: Version
    device: DeviceClass
    needed_bytes: int

    @classmethod
    async def of(cls, version: Version) -> _Placement:
        base = await Version.get(id=version.base_id) if version.base_id else None
        loaded = base or version
        needed = sum((each.probe or {}).get("bytes", each.size_bytes or 0) for each in (version, base) if each)
        return cls(version, DeviceClass(loaded.options.get("device", DeviceClass.ANY)), needed)

    @property
    def key(self) -> str:
        return str(self.version.id)

    def problem(self, worker: Worker) -> str | None:
        """Why a worker cannot load it, as the end of a sentence; None where it can, or where that is not known."""
        kind = worker.device.partition(":")[0].upper()
        if worker.drained_at is not None:
            return "is drained"
        if self.device is not DeviceClass.ANY and self.device != kind:
            return f"has {worker.device}, and it runs on {self.device} only"
        most = worker.budget_bytes if worker.budget_bytes is not None else worker.total_bytes
        if most is not None and self.key not in worker.versions and self.needed_bytes > most - worker.pinned_bytes:
            left = max(0, most - worker.pinned_bytes)
            return f"has {left} bytes for it beside what is pinned, and it needs {self.needed_bytes}"
        return None

    def choose(self, workers: list[Worker]) -> Worker:
        """The worker that has it already, else one with the most room, if need be behind what is not pinned.

        Raises:
            UnavailableError: none can load it; the message says why.
        """
        problems = {worker.id: self.problem(worker) for worker in workers}
        able = [worker for worker in workers if problems[worker.id] is None]
        if not able:
            reasons = [f"{_name(worker)} {problems[worker.id]}" for worker in workers][:REASONS_MAX]
            raise UnavailableError(f"No worker can load it: {'; '.join(reasons) or 'none lives'}.")

        def order(worker: Worker) -> tuple[bool, bool, int]:
            budget = worker.budget_bytes or worker.total_bytes or 0
            free = budget - worker.model_bytes
            return self.key not in worker.versions, free < self.needed_bytes, -free

        return min(able, key=order)


async def warm(rt: Runtime, viewer: Viewer | None, slug: str, worker_id: UUID | None) -> Worker:
    """Have a worker load a model's newest READY version, or the named one; it goes again as any other does.

    Without a worker it is the one that has it already, or has the most room. No viewer is the operator at the command
    line. Doing it again is no error.

    Raises:
        ForbiddenError: the viewer is no admin, or an API key without the scope WRITE.
        NotFoundError: there is no such model or version, or no such worker lives.
        UnavailableError: the version is not READY, or no worker, or not this one, can load it.
    """
    async with in_transaction():
        model, number = await _find(viewer, slug, "warm models")
        version = await _ready_version(model, number)
        placement = await _Placement.of(version)
        worker = placement.choose(await catalogue.workers(None)) if worker_id is None else await _worker(worker_id)
        if (problem := placement.problem(worker)) is not None:
            raise UnavailableError(f"The worker {_name(worker)} {problem}.")
        await model_memory.request([worker.id], [version.id], MemoryAction.LOAD)
        after = {"version": version.number, "worker": _name(worker)}
        await audit.record(viewer, AuditAction.MODEL_WARMED, models.subject_of(model), after=after)
    await rt.event_log.ask_heartbeats()
    return worker


async def evict(rt: Runtime, viewer: Viewer | None, slug: str, worker_id: UUID | None) -> list[Worker]:
    """Have a worker, or all that have it, unload a model, or one version of it; which workers that are.

    What runs ends as it would, and its memory is given back then; what is claimed later loads the model again.

    Raises:
        ForbiddenError, NotFoundError: as in `warm`.
        ConflictError: it is pinned.
    """
    async with in_transaction():
        model, number = await _find(viewer, slug, "evict models")
        version = None if number is None else await _ready_version(model, number)
        pinned = await model_memory.list_pinned()
        versions = [version] if version else await Version.filter(model_id=model.id).only("id", "number")
        ids = [each.id for each in versions]
        if not pinned.isdisjoint(ids):
            raise ConflictError("It is pinned; unpin it first.")
        living = await catalogue.workers(None) if worker_id is None else [await _worker(worker_id)]
        loading = {row.id: {each.version_id for each in await model_memory.list_open(row.id)} for row in living}
        targets = [row for row in living if any(str(key) in row.versions or key in loading[row.id] for key in ids)]
        for row in targets:
            if any(str(key) in row.pinned for key in ids):
                raise ConflictError(f"PINNED_MODELS of the worker {_name(row)} keeps it.")
            present = [key for key in ids if str(key) in row.versions or key in loading[row.id]]
            await model_memory.request([row.id], present, MemoryAction.UNLOAD)
        if targets:
            after = {"version": version.number if version else None, "workers": [_name(row) for row in targets]}
            await audit.record(viewer, AuditAction.MODEL_EVICTED, models.subject_of(model), after=after)
    await rt.event_log.ask_heartbeats()
    return targets


async def pin(rt: Runtime, viewer: Viewer | None, slug: str) -> Model:
    """Have the newest READY version of a model stay in memory, and be loaded where no worker has it.

    Each worker that has it keeps it, and where none is left that has, another loads it. A pin that cannot be held is
    told: here where no worker has the room beside what is pinned already, later as `ModelMemory.pin_problem`.

    Raises:
        ForbiddenError, NotFoundError, UnavailableError: as in `warm`.
        BadUserInputError: the slug names a version.
    """
    async with in_transaction():
        model = await models.lock_for_admin(viewer, slug, "pin models")
        version = await _ready_version(model, None)
        placement, living = await _Placement.of(version), await catalogue.workers(None)
        worker = placement.choose(living)
        if model.pinned_at is None:
            model.pinned_at = now()
            await model.save(update_fields=["pinned_at"])
            subject, after = models.subject_of(model), {"pinned": True, "version": version.number}
            await audit.record(viewer, AuditAction.MODEL_PINNED, subject, {"pinned": False}, after)
        if not any(placement.key in row.versions and row.drained_at is None for row in living):
            await model_memory.request([worker.id], [version.id], MemoryAction.LOAD)
    await rt.event_log.ask_heartbeats()
    return model


async def unpin(rt: Runtime, viewer: Viewer | None, slug: str) -> Model:
    """Let a pinned model go from memory as any other does; raises as `pin`, but for UnavailableError."""
    async with in_transaction():
        model = await models.lock_for_admin(viewer, slug, "unpin models")
        if model.pinned_at is not None:
            model.pinned_at = None
            await model.save(update_fields=["pinned_at"])
            subject = models.subject_of(model)
            await audit.record(viewer, AuditAction.MODEL_UNPINNED, subject, {"pinned": True}, {"pinned": False})
    await rt.event_log.ask_heartbeats()
    return model


async def _find(viewer: Viewer | None, slug: str, act: str) -> tuple[Model, int | None]:
    """A model, and the number of the version that a slug names, if it does."""
    parsed = parse_slug(slug)
    name = f"{parsed.owner}/{parsed.name}" if parsed else slug
    return await models.lock_for_admin(viewer, name, act), parsed.number if parsed else None


async def _ready_version(model: Model, number: int | None) -> Version:
    query = Version.filter(model_id=model.id)
    if number is not None:
        version = await query.filter(number=number).first()
        if version is None:
            raise NotFoundError(f"There is no version {number} of this model.")
    else:
        version = await query.filter(state=VersionState.READY.value).order_by("-number").first()
    if version is None or version.state != VersionState.READY.value:
        raise UnavailableError("No version of it is READY." if version is None else f"It is {version.state}.")
    return version


async def _worker(worker_id: UUID) -> Worker:
    row = next((row for row in await catalogue.workers(None) if row.id == worker_id), None)
    if row is None:
        raise NotFoundError("There is no live worker with this id.")
    return row


def _name(worker: Worker) -> str:
    return f"{worker.host}:{worker.pid} ({worker.device})"
