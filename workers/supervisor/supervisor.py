"""The supervisor: one asyncio loop that claims, renews, cancels and finishes; it never touches a model itself."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import structlog
from structlog.contextvars import bind_contextvars

from server.adapters import metrics
from server.adapters.database import DATABASE_ERRORS
from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.tasks import end, wait_for_event
from server.adapters.tracing import trace_id
from server.adapters.wakeups import BEAT, DELIVER, EVERYBODY, LOOK
from server.domain.accounts import USER_OWNER
from server.domain.models import PREPARE_QUEUE, QUEUES, kind_queue, queues_of
from server.maintenance import recovery, retention
from server.queue.claim import PredictionLease, Room, WarmVersions, enter_runner, heartbeat
from server.queue.versions import list_foreign
from server.runtime import Runtime
from server.services import batch_items, catalogue, experiments, limits, versions
from server.services.catalogue import OtherWorkers, WorkerDisk, WorkerInfo, WorkerState
from server.settings import Settings
from workers.contract.policy import Policy, walls_of
from workers.contract.protocol import Forget
from workers.supervisor.attempt import DEADLINE_PASSED, Attempt, AttemptContext, SharedLock
from workers.supervisor.claim_loop import ClaimLoop, Occupancy
from workers.supervisor.configurations import root_of
from workers.supervisor.demand import Demand
from workers.supervisor.inputs import InputFiles
from workers.supervisor.inspector import Inspector
from workers.supervisor.memory_bound import bound_memory
from workers.supervisor.model_memory import MemoryContext, ModelMemory
from workers.supervisor.preparer import Preparer
from workers.supervisor.run_output import CANCELED, HANDED_BACK, LEASE_LOST
from workers.supervisor.runner_client import RunnerOptions
from workers.supervisor.runner_keeper import RunnerKeeper
from workers.supervisor.runner_user import choose_user, open_to
from workers.supervisor.server_paths import ServerPaths
from workers.supervisor.sharing import Sharing
from workers.supervisor.snapshots import Snapshots
from workers.supervisor.variables import VariablesOfVersions
from workers.supervisor.webhooks import Deliverer

logger = structlog.get_logger(__name__)

CLAIM_SECONDS = 5.0
HAND_BACK_SECONDS = 10.0
LEAVE_SECONDS = 2.0
LIVE_MARGIN_SECONDS = 60.0
"""As long as a statement may take: heartbeats that wait for PostgreSQL are no reason to start anew."""
SHORTEST_PAUSE_SECONDS = 0.05
MOST = 1_000_000
TELL_OUTSIDE_SECONDS = 0.5
"""After which the row of a prediction that is not in the runner says so; most are by then."""


def runner_policy(settings: Settings, inputs: InputFiles) -> Policy:
    """What this worker's runner may do on its machine.

    Raises:
        SettingsError: RUNNER_USER cannot be.
    """
    # What is not there when the walls are raised stays out of reach
    settings.model_cache_dir.mkdir(parents=True, exist_ok=True)
    runner = choose_user(settings)
    if runner.user is not None:
        inputs.group = runner.group
        open_to(runner.group, settings.model_cache_dir, read=True)
    configurations = [root] if (root := root_of(settings)) else []
    models = [settings.model_cache_dir, *([settings.model_root.expanduser()] if settings.model_root else [])]
    return Policy(
        str(inputs.scratch),
        models=tuple(str(folder.resolve()) for folder in models),
        inputs=(str(inputs.folder),),
        readable=tuple(map(str, (*settings.runner_readable, *configurations))),
        writable=tuple(map(str, settings.runner_writable)),
        hidden=(str(settings.data_dir), str(settings.storage_dir)),
        user=runner.user,
        group=runner.group,
        no_user=runner.reason,
        needs_user=runner.is_needed,
        network=settings.runner_network,
        memory_bytes=settings.runner_memory_bytes,
        file_bytes=settings.runner_file_bytes,
    )


class Supervisor:
    """Runs what it claims, each prediction as a task, until it is to stop."""

    def __init__(
        self, rt: Runtime, options: RunnerOptions, listen: Callable[[Iterable[str]], None] = lambda _: None
    ) -> None:
        self._rt = rt
        self._listen = listen
        self.worker_id = uuid4()
        self._inputs = InputFiles(rt)
        if rt.settings.contain_runner:
            policy = runner_policy(rt.settings, self._inputs)
            bound = bound_memory(policy.memory_bytes) if policy.memory_bytes else None
            if bound:
                # A limit of the process would count what a GPU's driver maps, too
                policy = replace(policy, memory_bytes=None)
            options = replace(options, policy=policy, memory_bound=bound)
        self._keeper = RunnerKeeper(rt.settings, options)
        self._inspector = Inspector(options, rt.settings)
        runner_lock = SharedLock()
        self._preparer = Preparer(rt, self._keeper, self._inspector, self.worker_id, runner_lock)
        self._attempts: dict[UUID, Attempt] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._heartbeat_due = asyncio.Event()
        self._heartbeat_lock = asyncio.Lock()
        self._beat_tried_at: float | None = None
        self._beat_at: float | None = None
        self._is_stopping = False
        self._others = OtherWorkers()
        self._foreign: frozenset[UUID] = frozenset()
        """Versions of other code than this worker's, which is left to others while there are some."""
        self._catalogue_changed = asyncio.Event()
        self._batch_due = asyncio.Event()
        self._share_due = asyncio.Event()
        self._keeper.on_ready = self._catalogue_changed.set
        self._deliverer = Deliverer(rt)
        self._demand = Demand(rt.event_log, self._attempts)
        self._claim_loop = ClaimLoop(
            rt, self.worker_id, self._warm_versions, self._occupancy, self._start, self._attempts.keys,
            lambda: self._others.count > 0,
        )  # fmt: skip
        self._sharing = Sharing(rt, self._claim_loop.note_free_slot)
        self._context = AttemptContext(
            rt,
            self._keeper,
            Snapshots(rt, lambda version: version in self._keeper.resident.versions),
            VariablesOfVersions(rt),
            self._inputs,
            self._sharing,
            runner_lock,
            streams=self._attempts.__len__,
            deliver=self._deliverer.look,
            enter_runner=self._enter_runner,
            paths=(paths := ServerPaths(rt.settings)),
        )
        memory = MemoryContext(
            *(rt, self._keeper, self._context.snapshots, self._context.variables, runner_lock),
            attempts=self._attempts.values,
            paths=paths,
        )
        self._memory = ModelMemory(memory, self.worker_id)
        self._keeper.on_resident = self._note_memory

    def wake(self, queue: str, *hints: str) -> None:
        """A doorbell: look for work; hints may name rows that just came."""
        if queue == PREPARE_QUEUE:
            self._preparer.look()
        else:
            self._claim_loop.ring(queue, *hints)

    def is_live(self) -> bool:
        """Whether heartbeats go on, whatever comes of them; before the first there is nothing to renew."""
        patience = max(self._rt.settings.lease_seconds, 3 * self._rt.settings.heartbeat_seconds) + LIVE_MARGIN_SECONDS
        return self._beat_tried_at is None or time.monotonic() - self._beat_tried_at < patience

    def problems(self) -> list[str]:
        """Why this worker takes no work now, in words; none where it does."""
        patience = max(self._rt.settings.lease_seconds, 3 * self._rt.settings.heartbeat_seconds)
        problems = []
        if self._is_stopping:
            problems.append("it stops")
        if not self._keeper.is_up:
            problems.append("its model process is not up")
        if self._beat_at is None or time.monotonic() - self._beat_at > patience:
            problems.append("PostgreSQL does not take its heartbeats")
        if self._claim_loop.is_drained:
            problems.append("it is drained")
        if not self._claim_loop.is_well:
            problems.append("it does not claim")
        return problems

    async def run(self, stop: asyncio.Event) -> None:
        """Everything, until `stop`; then running work gets its grace time and the rest is handed back."""
        async with AsyncExitStack() as stack:
            self._inputs.open()
            stack.callback(self._inputs.close)
            stack.callback(self._inspector.close)
            keeper = asyncio.create_task(self._keeper.run())
            stack.push_async_callback(end, keeper)
            announcement, stopping = asyncio.create_task(self._announce()), asyncio.create_task(stop.wait())
            stack.push_async_callback(end, announcement, stopping)
            # A runner that cannot start is waited for, but not at the end
            await asyncio.wait({announcement, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not announcement.done():
                self._is_stopping = True
                logger.info("worker.stopped", why="before its runner was up")
                return
            info = announcement.result()
            stack.push_async_callback(self._memory.close)
            claims = asyncio.create_task(self._guard("claims", self._claim_loop.run()))
            for name, loop in (
                ("heartbeat", self._send_heartbeats(info)),
                ("cancels", self._hear_wakeups()),
                ("catalogue", self._publish_changes(info)),
                ("previews", self._demand.run()),
                ("prepare", self._preparer.run()),
                ("deliveries", self._deliverer.run()),
                ("batches", batch_items.work_for_ever(self._rt, self._batch_due)),
                ("guardrails", experiments.guard_for_ever(self._rt)),
                ("limits", limits.release_for_ever(self._rt, self._share_due)),
                ("recovery", recovery.sweep_for_ever(self._rt)),
                ("stores", self._rt.store_watch.run()),
                ("lag", metrics.measure_lag()),
                ("files", retention.sweep_files_for_ever(self._rt)),
            ):
                stack.push_async_callback(end, asyncio.create_task(self._guard(name, loop)))
            await stop.wait()
            self._is_stopping = True
            self._claim_loop.stop()
            # A claim that is on its way comes back: canceled, its rows would be ours and nobody would know
            await asyncio.wait({claims}, timeout=CLAIM_SECONDS)
            await end(claims)
            if self._tasks:
                logger.info("worker.draining", running=len(self._tasks))
                await asyncio.wait(self._tasks, timeout=self._rt.settings.shutdown_grace_seconds)
            for attempt in list(self._attempts.values()):
                attempt.stop(HANDED_BACK)
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=HAND_BACK_SECONDS)
            await self._deliverer.stop()
            # Bells that came here meanwhile rang for nothing
            with suppress(*REDIS_ERRORS):
                await self._rt.event_log.wake_workers()
        with suppress(*DATABASE_ERRORS, TimeoutError):
            async with asyncio.timeout(LEAVE_SECONDS):
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
                await catalogue.announce(info, client.ready.predictors, self._state())
                break
            except DATABASE_ERRORS as error:
                logger.warning("worker.not_announced", error=str(error))
                await asyncio.sleep(1)
        self._claim_loop.queues = queues_of(info.device)
        self._listen(self._claim_loop.queues)
        logger.info("worker.ready", worker=str(self.worker_id), device=info.device)
        return info

    def _occupancy(self) -> Occupancy:
        """What runs here; one that only waits for an equal prediction takes no slot."""
        waiting = self._sharing.waiting
        leases = [attempt.lease for key, attempt in self._attempts.items() if key not in waiting]
        kinds = Counter(kind_queue(lease.queue) for lease in leases)
        when_idle = Room(self._keeper.at_once, dict.fromkeys(self._foreign, MOST))
        room = when_idle.less(lease.runs_on for lease in leases)
        return Occupancy(kinds, room, any(lease.alone for lease in leases), when_idle)

    def _warm_versions(self) -> WarmVersions:
        here = tuple(UUID(version) for version in reversed(self._keeper.resident.versions))
        elsewhere = tuple(self._others.versions.difference(here))
        return WarmVersions(here, elsewhere, self._rt.settings.warm_wait_seconds)

    def _start(self, lease: PredictionLease) -> None:
        attempt = Attempt(self._context, lease)
        if (older := self._attempts.get(lease.id)) is not None:
            # We slept past our lease, and took our own prediction back before a heartbeat could say that it was lost
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

        def tell_outside() -> None:
            if attempt.is_outside:
                self._heartbeat_due.set()

        timer = asyncio.get_running_loop().call_later(TELL_OUTSIDE_SECONDS, tell_outside)
        try:
            await attempt.run()
        except Exception:
            # The lease runs out, and recovery takes it for one that was in the runner, so that what always breaks here
            # ends as WORKER_LOST
            logger.exception("attempt.broke", prediction=str(lease.id), attempt=lease.attempt)
            with suppress(*DATABASE_ERRORS):
                await enter_runner(lease.id, lease.attempt)
        finally:
            timer.cancel()
            if self._attempts.get(lease.id) is attempt:
                del self._attempts[lease.id]
            if self._claim_loop.is_drained and not self._attempts:
                # Somebody waits to hear that nothing runs here any more
                self._heartbeat_due.set()
            self._claim_loop.note_free_slot(lease.queue, alone=lease.alone)
            if lease.batch_id is not None:
                # There may be room for more of it
                self._batch_due.set()
            self._share_due.set()

    def _state(self) -> WorkerState:
        """What the next heartbeat says."""
        memory, ready, watch = self._keeper.resident, self._keeper.ready, self._rt.store_watch
        waiting = {"MODEL_CACHE_DIR": self._context.snapshots.waiting}
        disks = {
            folder: WorkerDisk(space.free_bytes, space.total_bytes, watch.is_low(space), waiting.get(folder, 0))
            for folder, space in watch.disks.items()
        }
        return WorkerState(
            tuple(memory.versions),
            memory.bytes,
            memory.budget_bytes,
            memory.evictions,
            len(self._attempts),
            ready.device_name if ready else "",
            ready.total_bytes if ready else None,
            memory.free_bytes,
            walls_of(ready.missing_walls if self._rt.settings.contain_runner else None) if ready else {},
            ready.broken_predictors if ready else {},
            disks,
            {
                "slots": {queue: int(getattr(self._rt.settings, f"{queue}_slots")) for queue in QUEUES},
                "at_once": self._keeper.at_once,
            },
            tuple(memory.pinned),
            memory.pinned_bytes,
        )

    async def _send_heartbeats(self, info: WorkerInfo) -> None:
        settings, keeper = self._rt.settings, self._keeper
        while True:
            began = self._beat_tried_at = time.monotonic()
            # What a full disk or a cache that is gone keeps from being noted is no matter of heartbeats
            with suppress(OSError):
                await self._context.snapshots.note_use([each.lease.version_id for each in self._attempts.values()])
            try:
                await self._renew_leases()
                # Not through client(): leases are renewed while a dead runner is started again
                answer = await catalogue.heartbeat(info, keeper.names, self._state())
                self._drain(is_drained=answer.is_drained)
                # Not one that still runs: it would be loaded again for the next of its predictions
                in_use = {str(attempt.lease.version_id) for attempt in self._attempts.values()}
                for version in answer.deleted - in_use:
                    self._context.snapshots.forget(UUID(version))
                    self._context.variables.forget(UUID(version))
                    keeper.send(Forget(version))
                    logger.info("version.forgotten", version=version)
                await self._look_at_others()
                await self._memory.look()
                self._beat_at = time.monotonic()
            except DATABASE_ERRORS as error:
                logger.warning("heartbeat.failed", error=str(error))
            wait = settings.heartbeat_seconds - (time.monotonic() - began)
            await wait_for_event(self._heartbeat_due, max(SHORTEST_PAUSE_SECONDS, wait))
            self._heartbeat_due.clear()

    def _note_memory(self) -> None:
        self._memory.note_change()
        self._heartbeat_due.set()

    def _drain(self, *, is_drained: bool) -> None:
        """Claim nothing more, or again, as an administrator wants; what runs here goes on."""
        if is_drained != self._claim_loop.is_drained:
            logger.info("worker.drained" if is_drained else "worker.undrained", running=len(self._attempts))
            self._claim_loop.drain(is_drained=is_drained)
            self._preparer.is_drained = is_drained
            self._preparer.look()

    async def _publish_changes(self, info: WorkerInfo) -> None:
        """Tell of each runner's predictors, and publish versions with the classes that have changed."""
        while True:
            await self._catalogue_changed.wait()
            self._catalogue_changed.clear()
            client = await self._keeper.client()
            # It knows the classes as they were
            self._inspector.close()
            try:
                await catalogue.announce(info, client.ready.predictors, self._state())
                own, has_others = self._keeper.own_predictors, (await catalogue.others(self.worker_id)).count > 0
                for version in await versions.publish_changed(self._rt, own, has_others=has_others) if own else []:
                    logger.info("version.published", version=str(version.id), predictor=version.predictor)
            except DATABASE_ERRORS as error:
                logger.warning("catalogue.failed", error=str(error))
                self._catalogue_changed.set()
                await asyncio.sleep(1)

    async def _look_at_others(self) -> None:
        """Which other workers live, and what is to be left to them."""
        had_others, self._others = self._others.count > 0, await catalogue.others(self.worker_id)
        codes = {name: each.code for name, each in self._keeper.own_predictors.items()}
        if self._others.count == 0:
            self._foreign = frozenset()
            if had_others:
                # Nobody has the code of what they published
                self._catalogue_changed.set()
        elif codes:
            self._foreign = frozenset(await list_foreign(codes))

    async def _renew_leases(self) -> None:
        """Renew what runs here, and stop what is lost, canceled or too late."""
        numbers = {key: attempt.lease.attempt for key, attempt in self._attempts.items()}
        if not numbers:
            return
        async with self._heartbeat_lock:
            outside = {key for key, attempt in self._attempts.items() if attempt.is_outside}
            for key in outside:
                self._attempts[key].said_outside = True
            states = await heartbeat(self.worker_id, numbers, self._rt.settings.lease_seconds, outside)
        for key, number in numbers.items():
            attempt = self._attempts.get(key)
            if attempt is None or attempt.lease.attempt != number:
                continue
            if key not in states:
                attempt.stop(LEASE_LOST)
            elif states[key].cancel:
                attempt.stop(CANCELED)
            elif states[key].past_deadline:
                attempt.stop(DEADLINE_PASSED)

    async def _enter_runner(self, attempt: Attempt) -> None:
        # Not while a heartbeat is on its way that says otherwise and may come later
        async with self._heartbeat_lock:
            await enter_runner(attempt.lease.id, attempt.lease.attempt)
            attempt.said_outside = False

    async def _hear_wakeups(self) -> None:
        async with self._rt.wakeups.listen() as wakeups:
            async for wakeup in wakeups:
                is_here = False
                with suppress(ValueError):
                    # A wake-up may name none, or a word such as LOOK
                    is_here = UUID(wakeup.prediction_id or "") in self._attempts
                if wakeup.prediction_id == LOOK:
                    self._claim_loop.look()
                elif wakeup.prediction_id == BEAT:
                    self._heartbeat_due.set()
                elif wakeup.prediction_id == DELIVER:
                    self._deliverer.look()
                elif wakeup == EVERYBODY or wakeup.row:
                    if wakeup == EVERYBODY or is_here:
                        self._heartbeat_due.set()
                    self._sharing.changed(wakeup.prediction_id)
                elif is_here:
                    self._demand.look()
