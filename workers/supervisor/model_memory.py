"""What administrators want in this worker's memory: versions loaded, unloaded and kept there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog

from server.adapters import metrics
from server.adapters.database import CONNECTION_ERRORS
from server.adapters.tasks import end, shared, wait_for_event
from server.adapters.vault import UnreadableSecretError
from server.domain.model_memory import MemoryAction
from server.queue import model_memory
from server.queue.model_memory import OpenRequest
from server.runtime import Runtime
from workers.contract.protocol import Failed, Forget, Load, Tried, VersionSpec
from workers.supervisor.attempt import Attempt, SharedLock
from workers.supervisor.probe import Probe
from workers.supervisor.runner_keeper import RunnerKeeper
from workers.supervisor.server_paths import ServerPaths
from workers.supervisor.snapshots import Snapshots, VersionUnavailableError
from workers.supervisor.variables import VariablesOfVersions

T = TypeVar("T")
logger = structlog.get_logger(__name__)

RETRY_SECONDS = 1.0
GONE_SECONDS = 5.0
DIED = "The model's process ended while it was loaded."


@dataclass(frozen=True)
class _Work:
    """A request that this worker is busy with."""

    request_id: UUID
    task: asyncio.Task[None]


@dataclass(frozen=True)
class MemoryContext:
    """What it takes to load a version; `attempts` are those that run here."""

    rt: Runtime
    keeper: RunnerKeeper
    snapshots: Snapshots
    variables: VariablesOfVersions
    runner_lock: SharedLock
    attempts: Callable[[], Iterable[Attempt]]
    paths: ServerPaths


class ModelMemory:
    """Does what is asked of this worker's memory, each version by itself; a newer request breaks off an older one."""

    def __init__(self, context: MemoryContext, worker_id: UUID) -> None:
        self._context = context
        self._worker_id = worker_id
        self._work: dict[UUID, _Work] = {}
        self._changed = asyncio.Event()

    def note_change(self) -> None:
        """The runner has loaded or unloaded something."""
        self._changed.set()

    async def look(self) -> None:
        """Begin what is asked for now.

        Raises:
            DATABASE_ERRORS: PostgreSQL is away.
        """
        keeper = self._context.keeper
        pinned = await model_memory.list_pinned()
        keeper.pin(frozenset(map(str, pinned)))
        if any(str(version) not in keeper.resident.versions for version in pinned):
            await model_memory.claim_pinned(self._worker_id)
        for request in await model_memory.list_open(self._worker_id):
            older = self._work.get(request.version_id)
            if older is not None and older.request_id == request.id:
                continue
            task = shared(self._do(request, older))
            work = self._work[request.version_id] = _Work(request.id, task)
            task.add_done_callback(partial(self._forget, request.version_id, work))

    async def close(self) -> None:
        """Break off what goes on; it ends with this worker."""
        await end(*(work.task for work in self._work.values()))

    def _forget(self, version_id: UUID, work: _Work, task: asyncio.Task[None]) -> None:
        if self._work.get(version_id) is work:
            del self._work[version_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            # The request stands, and is begun again
            logger.error("memory.not_noted", version=str(version_id), error=str(error))

    async def _do(self, request: OpenRequest, older: _Work | None) -> None:
        if older is not None:
            await end(older.task)
        log = logger.bind(version=str(request.version_id), action=request.action.value)
        reason: str | None
        try:
            await self._retry(partial(model_memory.begin, request.id))
            if request.action is MemoryAction.UNLOAD:
                await self._unload(request)
                reason = None
            else:
                reason = await self._load(request)
        except VersionUnavailableError as error:
            reason = error.failure.message
        except UnreadableSecretError:
            reason = "What its owner gave this model was sealed with another SECRET_KEY; they have to set it again."
        except Exception:
            log.exception("memory.broke")
            reason = "The worker failed; its log says why."
        if reason is None:
            log.info("memory.changed")
        else:
            reason = self._context.paths.hide(reason)
            log.warning("memory.unchanged", reason=reason)
        state = await self._retry(partial(model_memory.end, request.id, reason))
        metrics.MEMORY_REQUESTS.labels(request.action.value, state.value).inc()

    async def _load(self, request: OpenRequest) -> str | None:
        """Load a version, as a prediction would; why it cannot be."""
        context = self._context
        spec = await self._retry(lambda: context.snapshots.spec(request.version_id, lambda *_: None))
        if request.variable_changes and spec.code is not None:
            changes = request.variable_changes
            given = await self._retry(lambda: context.variables.of(request.version_id, changes))
            context.keeper.concealment.add(given.secrets.values())
            spec = replace(spec, variables=given.variables, secrets=given.secrets, variable_changes=given.changes)
        async with context.runner_lock.shared():
            return await self._run(spec)

    async def _run(self, spec: VersionSpec) -> str | None:
        keeper, seconds = self._context.keeper, self._context.rt.settings.prediction_seconds
        await keeper.client()
        run = Probe(spec.id, lambda *_: None)
        keeper.submit(run, Load(run.key, spec))
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(run.outcome)
        except TimeoutError:
            return f"It was not loaded within {seconds:g} seconds (PREDICTION_SECONDS)."
        finally:
            if not run.outcome.done():
                keeper.cancel(run)
        match run.answer:
            case Tried(refusal=refusal):
                return refusal
            case Failed(message=message):
                return message
        failure = run.outcome.result().failure
        return failure.message if failure else DIED

    async def _unload(self, request: OpenRequest) -> None:
        """Unload a version; done when what ran on it has ended, or when it is loaded anew for what came since."""
        context, key = self._context, request.version_id
        if request.is_adapter:
            # Its weights lie among those of its base: they may not go in the middle of a run with them
            while running := [each.outcome for each in context.attempts() if each.lease.version_id == key]:
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        running = [each.outcome for each in context.attempts() if each.lease.runs_on == key]
        context.keeper.send(Forget(str(key)))
        if running:
            await asyncio.wait(running)
        until = time.monotonic() + GONE_SECONDS
        while str(key) in context.keeper.resident.versions and (left := until - time.monotonic()) > 0:
            self._changed.clear()
            await wait_for_event(self._changed, left)

    async def _retry(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What needs the database, tried until that is back."""
        while True:
            try:
                return await ask()
            except CONNECTION_ERRORS as error:
                logger.warning("memory.waits", error=str(error))
                await asyncio.sleep(RETRY_SECONDS)
