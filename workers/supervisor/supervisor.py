"""The supervisor: one asyncio loop that claims, renews, cancels and finishes; it never touches a model itself."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, suppress
from typing import Any
from uuid import UUID, uuid4

import structlog
from structlog.contextvars import bind_contextvars

from server.adapters.database import DATABASE_ERRORS
from server.adapters.tasks import end, wait_for_event
from server.adapters.tracing import trace_id
from server.adapters.wakeups import DELIVER, EVERYBODY, LOOK
from server.domain.accounts import USER_OWNER
from server.domain.models import PREPARE_QUEUE, kind_queue, queues_of
from server.maintenance import recovery, retention
from server.queue.claim import PredictionLease, WarmVersions, heartbeat
from server.runtime import Runtime
from server.services import catalogue
from server.services.catalogue import Others, WorkerInfo, WorkerState
from workers.contract.protocol import Forget
from workers.supervisor.attempt import DEADLINE_PASSED, Attempt, AttemptContext, SharedLock
from workers.supervisor.claim_loop import ClaimLoop
from workers.supervisor.deliveries import Deliverer
from workers.supervisor.demand import Demand
from workers.supervisor.inputs import InputFiles
from workers.supervisor.preparer import Preparer
from workers.supervisor.run_output import CANCELED, HANDED_BACK, LEASE_LOST
from workers.supervisor.runner_client import RunnerOptions
from workers.supervisor.runner_keeper import RunnerKeeper
from workers.supervisor.sharing import Sharing
from workers.supervisor.snapshots import Snapshots

logger = structlog.get_logger(__name__)

CLAIM_SECONDS = 5.0


class Supervisor:
    """Runs what it claims, each prediction as a task, until it is told to stop."""

    def __init__(
        self, rt: Runtime, options: RunnerOptions, listen: Callable[[Iterable[str]], None] = lambda _: None
    ) -> None:
        self._rt = rt
        self._listen = listen
        self.worker_id = uuid4()
        self._keeper = RunnerKeeper(rt.settings, options)
        self._preparer = Preparer(rt, self._keeper, self.worker_id)
        self._attempts: dict[UUID, Attempt] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._prepare_wake = asyncio.Event()
        self._beat_wake = asyncio.Event()
        self._others = Others()
        self._keeper.on_resident = self._beat_wake.set
        self._inputs = InputFiles(rt)
        self._deliverer = Deliverer(rt)
        self._demand = Demand(rt.event_log, self._attempts)
        self._claim_loop = ClaimLoop(rt, self.worker_id, self._warmth, self._running, self._start, self._has_others)
        self._sharing = Sharing(rt, self._claim_loop.freed)
        self._context = AttemptContext(
            rt,
            self._keeper,
            Snapshots(rt),
            self._inputs,
            self._sharing,
            SharedLock(),
            streams=self._attempts.__len__,
            deliver=self._deliverer.look,
        )

    def wake(self, queue: str, *hints: str) -> None:
        """A doorbell: look for work; hints may name rows that just came."""
        if queue == PREPARE_QUEUE:
            self._prepare_wake.set()
            return
        self._claim_loop.ring(queue, *hints)

    async def run(self, stop: asyncio.Event) -> None:
        """Everything, until `stop`; then running work gets its grace time and the rest is handed back."""
        async with AsyncExitStack() as stack:
            self._inputs.open()
            stack.callback(self._inputs.close)
            keeper = asyncio.create_task(self._keeper.run())
            stack.push_async_callback(end, keeper)
            info = await self._announce()
            loops = [
                self._guard("claims", self._claim_loop.run()),
                self._guard("heartbeat", self._beat_for_ever(info)),
                self._guard("cancels", self._hear_cancels()),
                self._guard("previews", self._demand.run()),
                self._guard("prepare", self._prepare_for_ever()),
                self._guard("deliveries", self._deliverer.run()),
                self._guard("recovery", recovery.sweep_for_ever(self._rt)),
                self._guard("files", retention.sweep_files_for_ever(self._rt)),
            ]
            tasks = [asyncio.create_task(loop) for loop in loops]
            for task in tasks[1:]:
                stack.push_async_callback(end, task)
            await stop.wait()
            await self._stop_claiming(tasks[0])
            await self._drain()
            await self._deliverer.stop()
        with suppress(*DATABASE_ERRORS):
            await catalogue.leave(self.worker_id)

    async def _guard(self, name: str, loop: Coroutine[Any, Any, None]) -> None:
        """A loop that ends takes the process with it: half a worker would look alive and do nothing."""
        try:
            await loop
        except asyncio.CancelledError:
            raise
        except BaseException:
            logger.exception("supervisor.loop_died", loop=name)
            os._exit(70)

    async def _announce(self) -> WorkerInfo:
        client = await self._keeper.client()
        info = WorkerInfo(self.worker_id, socket.gethostname()[:255], os.getpid(), client.ready.device)
        while True:
            try:
                await catalogue.announce(info, client.ready.predictors)
                break
            except DATABASE_ERRORS as error:
                logger.warning("worker.not_announced", error=str(error))
                await asyncio.sleep(1)
        self._claim_loop.queues = queues_of(info.device)
        self._listen(self._claim_loop.queues)
        logger.info("worker.ready", worker=str(self.worker_id), device=info.device)
        return info

    def _has_others(self) -> bool:
        return self._others.count > 0

    def _running(self, kind: str) -> int:
        held = {key for key, attempt in self._attempts.items() if kind_queue(attempt.lease.queue) == kind}
        return len(held) - self._sharing.spared(held)

    async def _stop_claiming(self, claims: asyncio.Task[None]) -> None:
        """Let a claim that is on its way come back: canceled, its rows would be ours and nobody would know."""
        self._claim_loop.stop()
        await asyncio.wait({claims}, timeout=CLAIM_SECONDS)
        await end(claims)

    def _start(self, lease: PredictionLease) -> None:
        attempt = Attempt(self._context, lease)
        if (older := self._attempts.get(lease.id)) is not None:
            # We slept past our lease, and took our own prediction back before a heartbeat told us that it was lost
            older.stop(LEASE_LOST)
        self._attempts[lease.id] = attempt
        self._demand.look()
        task = asyncio.create_task(self._run(attempt))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, attempt: Attempt) -> None:
        lease = attempt.lease
        ids: dict[str, Any] = {"prediction": str(lease.id), "attempt": lease.attempt}
        if lease.owner.startswith(USER_OWNER):
            ids["user"] = lease.owner.removeprefix(USER_OWNER)
        if lease.traceparent is not None:
            ids["trace"] = trace_id(lease.traceparent)
        bind_contextvars(**ids)
        try:
            await attempt.run()
        except Exception:
            # The lease runs out and recovery counts a loss, so that what always breaks here ends as WORKER_LOST
            logger.exception("attempt.broke", prediction=str(lease.id), attempt=lease.attempt)
        finally:
            if self._attempts.get(lease.id) is attempt:
                del self._attempts[lease.id]
            self._claim_loop.freed(lease.queue)

    async def _beat_for_ever(self, info: WorkerInfo) -> None:
        settings = self._rt.settings
        while True:
            began = time.monotonic()
            try:
                await self._beat()
                # Not through client(): leases are renewed while a dead runner is started again
                deleted = await catalogue.heartbeat(info, self._keeper.names, self._state())
                # One that still runs is told about later; it would be loaded again for the next of its predictions
                in_use = {str(attempt.lease.version_id) for attempt in self._attempts.values()}
                for version in deleted - in_use:
                    self._context.snapshots.forget(UUID(version))
                    self._keeper.send(Forget(version))
                    logger.info("version.forgotten", version=version)
                self._others = await catalogue.others(self.worker_id)
            except DATABASE_ERRORS as error:
                logger.warning("heartbeat.failed", error=str(error))
            wait = settings.heartbeat_seconds - (time.monotonic() - began)
            await wait_for_event(self._beat_wake, max(0.05, wait))
            self._beat_wake.clear()

    def _state(self) -> WorkerState:
        held, ready = self._keeper.resident, self._keeper.ready
        return WorkerState(
            tuple(held.versions), held.bytes, held.budget_bytes, held.evictions, len(self._attempts),
            ready.device_name if ready else "", ready.total_bytes if ready else None, held.free_bytes,
        )  # fmt: skip

    def _warmth(self) -> WarmVersions:
        here = tuple(UUID(version) for version in reversed(self._keeper.resident.versions))
        elsewhere = tuple(self._others.versions.difference(here))
        return WarmVersions(here, elsewhere, self._rt.settings.warm_wait_seconds)

    async def _beat(self) -> None:
        held = {key: attempt.lease.attempt for key, attempt in self._attempts.items()}
        if not held:
            return
        mine = await heartbeat(self.worker_id, held, self._rt.settings.lease_seconds)
        for key, number in held.items():
            attempt = self._attempts.get(key)
            if attempt is None or attempt.lease.attempt != number:
                continue
            if key not in mine:
                attempt.stop(LEASE_LOST)
            elif mine[key].cancel:
                attempt.stop(CANCELED)
            elif mine[key].past_deadline:
                attempt.stop(DEADLINE_PASSED)

    async def _hear_cancels(self) -> None:
        async with self._rt.wakeups.listen() as changed:
            async for wakeup in changed:
                held = _id(wakeup.prediction_id) in self._attempts
                if wakeup.prediction_id == LOOK:
                    self._claim_loop.look()
                elif wakeup.prediction_id == DELIVER:
                    self._deliverer.look()
                elif wakeup == EVERYBODY or (held and wakeup.row):
                    self._beat_wake.set()
                    self._sharing.changed(wakeup.prediction_id)
                elif wakeup.row:
                    self._sharing.changed(wakeup.prediction_id)
                elif held:
                    self._demand.look()

    async def _prepare_for_ever(self) -> None:
        while True:
            self._prepare_wake.clear()
            try:
                while await self._preparer.run_next():
                    pass
            except DATABASE_ERRORS as error:
                logger.warning("prepare.failed", error=str(error))
            await wait_for_event(self._prepare_wake, self._rt.settings.claim_poll_seconds)

    async def _drain(self) -> None:
        """Let running work end within the grace time, then hand the rest back."""
        if self._tasks:
            logger.info("worker.draining", running=len(self._tasks))
            await asyncio.wait(self._tasks, timeout=self._rt.settings.shutdown_grace_seconds)
        for attempt in list(self._attempts.values()):
            attempt.stop(HANDED_BACK)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=10)


def _id(text: str | None) -> UUID | None:
    """The id that a wake-up names, if it names one."""
    with suppress(ValueError):
        return UUID(text) if text else None
    return None
