"""One attempt from claim to finish: files fetched, run, outputs stored, the row ended by one fenced statement."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from hashlib import blake2b
from secrets import token_bytes
from typing import Any, TypeVar

import structlog
from tortoise.exceptions import BaseORMException

from server.adapters import metrics
from server.adapters.database import CONNECTION_ERRORS
from server.adapters.storage import StorageError
from server.adapters.tasks import end
from server.adapters.vault import UnreadableSecretError
from server.domain import input_schema
from server.domain.models import WAITS_FOR_ROOM, kind_queue
from server.domain.new_tokens import FIELD, TEXT_PREDICTOR, excess
from server.domain.predictions import Failure, PredictionErrorCode, PredictionStatus, backoff_seconds
from server.domain.secrets import open_secrets
from server.queue.claim import PredictionLease
from server.queue.finish import Result, count_losses, finish, hand_back
from server.runtime import Runtime
from workers.contract import protocol
from workers.supervisor.attempt_trace import AttemptTrace
from workers.supervisor.event_writer import EventWriter
from workers.supervisor.inputs import InputFiles, InputFilesError
from workers.supervisor.run_output import CANCELED, SUCCEEDED, Outcome, RunOutput, failed
from workers.supervisor.runner_keeper import RunnerKeeper
from workers.supervisor.server_paths import ServerPaths
from workers.supervisor.sharing import Sharing
from workers.supervisor.snapshots import Snapshots, VersionUnavailableError
from workers.supervisor.variables import VariablesOfVersions
from workers.supervisor.webhooks import Notices

T = TypeVar("T")
logger = structlog.get_logger(__name__)

STORE_TRIES = 3
FLUSH_SECONDS = 2.0
FIRST_RETRY_SECONDS = 0.2
MAX_RETRY_SECONDS = 5.0
# runners run strangers' models, and need not know whom they serve
_OWNER_KEY = token_bytes(16)

DEADLINE_PASSED = failed(PredictionErrorCode.DEADLINE_EXCEEDED, "The deadline passed while the prediction ran.")


class SharedLock:
    """Held by a group together, or by one alone; who waits for others to go keeps later ones out."""

    def __init__(self) -> None:
        self._group: object = None
        self._holders = 0
        self._entrance = asyncio.Lock()
        self._released = asyncio.Event()

    @asynccontextmanager
    async def shared(self, group: object = None) -> AsyncIterator[None]:
        """Hold it together with others of the group."""
        async with self._entrance:
            while self._holders and self._group != group:
                self._released.clear()
                await self._released.wait()
            self._group = group
            self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1
            self._released.set()

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Hold it with nobody else."""
        return self.shared(object())


@dataclass(frozen=True)
class AttemptContext:
    """What all attempts of a worker share.

    `streams` tells how many attempts there are; `deliver` is called when a webhook is due, with the seconds until then;
    `enter_runner` writes down that an attempt of which the row says otherwise is about to be in the runner.
    """

    rt: Runtime
    keeper: RunnerKeeper
    snapshots: Snapshots
    variables: VariablesOfVersions
    inputs: InputFiles
    sharing: Sharing
    runner_lock: SharedLock
    streams: Callable[[], int]
    deliver: Callable[[float], None]
    enter_runner: Callable[[Attempt], Awaitable[None]]
    paths: ServerPaths | None = None


class Stage(Enum):
    """Where an attempt is; it only goes forward."""

    WAITING = auto()
    """For an equal prediction that may give its result."""
    FETCHING = auto()
    """Its model, its input files, and its turn at the runner."""
    RUNNING = auto()
    """Inside the runner, until that says how it ended."""
    STORING = auto()
    """Its output files go to the store."""
    ENDED = auto()
    """Nothing stops it any more: its row is ended, handed back or left to whoever has it now."""


class Attempt:
    """Runs one leased prediction, stage by stage.

    `outcome` is how the run ended, by itself or by `stop`: the first one stands. In the stage STORING a stop may still
    change it. `said_outside`: its row says that the runner does not have it.
    """

    def __init__(self, context: AttemptContext, lease: PredictionLease) -> None:
        self.lease = lease
        self.stage = Stage.WAITING
        self.said_outside = False
        self._said_waits = False
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.key = f"{lease.id}:{lease.attempt}"
        """What the runner knows it by: what an older attempt still says is not for the one that came after it."""
        self._stop_reason: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._previews_enabled = False
        self._context = context
        self._rt = rt = context.rt
        self._trace = AttemptTrace(rt.tracing, lease)
        self._notices = Notices(lease, context.deliver)
        self._writer = EventWriter(
            rt.event_log, str(lease.id), lease.attempt, context.streams, self._notices.note_event, lease.owner
        )
        limits = (rt.settings.max_output_bytes, rt.settings.max_output_text_bytes)
        self._output = RunOutput(lease, self._writer, *limits, self._trace.timed, context.paths)

    @property
    def is_outside(self) -> bool:
        """Whether the runner had no part of it yet; what it made may be too much for its worker also afterwards."""
        return self.stage in (Stage.WAITING, Stage.FETCHING)

    def stop(self, reason: Outcome) -> None:
        """End it like this, if it has not ended yet.

        Where it runs, a final reason waits for the runner to heed it, and with any other nobody waits. While its files
        are stored it does not wait for the store, and a hand-back comes too late.
        """
        if self.stage is Stage.STORING:
            if (reason.is_final or not reason.is_ours) and not self._stop_reason.done():
                self._stop_reason.set_result(reason)
        elif self.outcome.done():
            return
        elif self.stage is not Stage.RUNNING:
            self.settle(reason)
        elif not reason.is_final:
            self._context.keeper.send(protocol.Cancel(self.key))
            self.settle(reason)
        elif not self._stop_reason.done():
            self._stop_reason.set_result(reason)
            self._context.keeper.cancel(self)

    def settle(self, outcome: Outcome) -> None:
        """The run ended; the first outcome stands."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def receive(self, message: protocol.Message) -> None:
        """One message of the runner; all after the outcome is ignored."""
        if self.outcome.done():
            return
        outcome = self._output.receive(message)
        if outcome == CANCELED and self._stop_reason.done():
            self.settle(self._stop_reason.result())
        elif outcome is not None:
            self.settle(outcome)
        elif self._output.overflow is not None:
            self.stop(Outcome(PredictionStatus.FAILED, self._output.overflow))

    def runner_ended(self, outcome: Outcome) -> None:
        """The runner is gone: end like this, or as it was stopped for."""
        self.settle(self._stop_reason.result() if self._stop_reason.done() else outcome)

    def set_previews(self, *, enabled: bool) -> None:
        """Make previews, since somebody watches, or make none; the runner hears of it while the run is there."""
        if self._previews_enabled != enabled:
            self._previews_enabled = enabled
            if self.stage is Stage.RUNNING:
                self._context.keeper.send(protocol.SetPreviews(self.key, enabled=enabled))

    async def run(self) -> None:
        """The whole attempt; returns when the row is ended, handed back or lost."""
        lease, settings = self.lease, self._rt.settings
        seconds, reason = settings.prediction_seconds, "The prediction ran longer than {:g} seconds."
        too_late = failed(PredictionErrorCode.DEADLINE_EXCEEDED, reason.format(seconds))
        if lease.deadline_at is not None:
            left = max(0.0, (lease.deadline_at - lease.claimed_at).total_seconds())
            seconds, too_late = (left, DEADLINE_PASSED) if left < seconds else (seconds, too_late)
        with self._trace.whole():
            timer = asyncio.get_running_loop().call_later(seconds, self.stop, too_late)
            production = asyncio.create_task(self._produce())
            try:
                self._writer.status(PredictionStatus.PROCESSING.value)
                self._notices.started()
                ends: set[asyncio.Future[Any]] = {production, self.outcome}
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                if production.done():
                    production.result()
                outcome = await self.outcome
                is_lost = self._writer.fenced.is_set() or not outcome.is_ours
                if outcome.is_loss and not is_lost:
                    losses = 1 + await self._retry(partial(count_losses, lease.id))
                    if losses >= settings.max_losses:
                        message = f"The model's process died {losses} times while it ran this prediction."
                        outcome = failed(PredictionErrorCode.WORKER_LOST, message)
                if is_lost:
                    self.stage = Stage.ENDED
                    logger.warning("attempt.lost", prediction=str(lease.id), attempt=lease.attempt)
                    self._trace.gave_up("LEASE_LOST")
                elif outcome.is_final:
                    await self._store_and_finish(outcome)
                else:
                    self.stage = Stage.ENDED
                    await self._hand_back(outcome)
            finally:
                self.stage = Stage.ENDED
                timer.cancel()
                await end(production)
                await self._writer.close(0)
                await self._notices.close()

    async def _produce(self) -> None:
        """Settle the outcome: with the result of an equal prediction, where there is one, or with a run."""
        lease, keeper = self.lease, self._context.keeper
        try:
            if lease.cache_key is not None:
                with self._trace.step("share"):
                    shared = await self._context.sharing.result(lease, self.outcome.done)
                if shared is not None and not self.outcome.done():
                    self._output.adopt(shared[0].output, shared[1], shared[0].environment)
                    self.settle(SUCCEEDED)
                if self.outcome.done():
                    return
            self.stage = Stage.FETCHING
            with self._trace.step("fetch model"):
                spec = await self._retry(lambda: self._context.snapshots.spec(lease.version_id, self._loading))
            lock, schema = self._context.runner_lock, self._context.snapshots.input_schema(lease.version_id)
            if lease.variable_changes and spec.code is not None:
                # Nothing but a class of the operator's asks for them
                given = await self._retry(lambda: self._context.variables.of(lease.version_id, lease.variable_changes))
                self._output.conceal(given.secrets.values())
                keeper.concealment.add(given.secrets.values())
                spec = replace(spec, variables=given.variables, secrets=given.secrets, variable_changes=given.changes)
            try:
                values = open_secrets(schema, {**input_schema.left_out(schema), **lease.input}, self._rt.vault.open)
            except UnreadableSecretError:
                reason = "Its secret was sealed with another SECRET_KEY; run the model with it anew."
                self.settle(Outcome(PredictionStatus.FAILED, Failure(PredictionErrorCode.INPUT_REJECTED, reason)))
                return
            if spec.predictor == TEXT_PREDICTOR:
                most = self._rt.settings.max_new_tokens
                if (too_many := excess(lease.input, most)) is not None:
                    self.settle(failed(PredictionErrorCode.INPUT_REJECTED, too_many))
                    return
                values[FIELD] = min(values.get(FIELD, most), most)
            async with (
                self._context.inputs.lay_out(lease, schema, values) as (values, files),
                lock.alone() if lease.alone and not lease.suspect_group else lock.shared(lease.suspect_group),
            ):
                with self._trace.run() as traceparent:
                    await keeper.client()
                    while self.said_outside:
                        await self._retry(partial(self._context.enter_runner, self))
                        await keeper.client()
                    if self.outcome.done():
                        return
                    self.stage = Stage.RUNNING
                    owner = blake2b(lease.owner.encode(), key=_OWNER_KEY, digest_size=16).hexdigest()
                    run = protocol.Run(self.key, lease.attempt, spec, values, files, traceparent, owner)
                    keeper.submit(self, run)
                    if self._previews_enabled:
                        keeper.send(protocol.SetPreviews(self.key, enabled=True))
                    await asyncio.shield(self.outcome)
        except UnreadableSecretError:
            reason = "What its owner gave this model was sealed with another SECRET_KEY; they have to set it again."
            self.settle(Outcome(PredictionStatus.FAILED, Failure(PredictionErrorCode.MODEL_UNAVAILABLE, reason)))
        except (VersionUnavailableError, InputFilesError) as error:
            self.settle(Outcome(PredictionStatus.FAILED, error.failure))

    def _loading(self, phase: str, size: int, total: int | None) -> None:
        """How far the files of its model are; whoever waits for room is told once why."""
        self._writer.loading(phase, size, total)
        if phase == WAITS_FOR_ROOM and not self._said_waits:
            self._said_waits = True
            self._writer.log(
                "The model's files wait for room on the worker's disk: models that are in use fill it "
                f"({size} of {total} bytes, MODEL_CACHE_MAX_BYTES). They come once one of those was not used for a "
                "minute and a half."
            )

    async def _store_and_finish(self, outcome: Outcome) -> None:
        """Store the files, unless it is stopped meanwhile, and end the row, which names them."""
        self.stage = Stage.STORING
        self._stop_reason = asyncio.get_running_loop().create_future()
        if not self._output.files:
            await self._finish(outcome)
            return
        storing = asyncio.create_task(self._store_files())
        seconds = self._rt.settings.storage_seconds
        reason = f"The files could not be stored within {seconds:g} seconds: the server's file store does not answer."
        timer = asyncio.get_running_loop().call_later(seconds, self.stop, failed(PredictionErrorCode.STORAGE, reason))
        with self._trace.step("store"):
            ends: set[asyncio.Future[Any]] = {storing, self._stop_reason}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        timer.cancel()
        if not self._stop_reason.done():
            if (failure := storing.result()) is not None:
                self._output.files.clear()
                outcome = Outcome(PredictionStatus.FAILED, failure)
            await self._finish(outcome)
            return
        self._output.files.clear()
        stop = self._stop_reason.result()
        if stop.is_final:
            await self._finish(stop)
        else:
            logger.warning("attempt.let_go", prediction=str(self.lease.id), attempt=self.lease.attempt)
            self._trace.gave_up("LEASE_LOST")
        # A write that was on its way may still come true: what is removed before it ends would come back
        await asyncio.wait({storing})
        await self._remove_files()

    async def _store_files(self) -> Failure | None:
        """Put the files into storage until it is stopped; why one could not be stored."""
        for index, file in enumerate(list(self._output.files)):
            for attempt in range(1, STORE_TRIES + 1):
                if self._stop_reason.done():
                    return None
                try:
                    await self._rt.storage.put(file.key(self.lease, index), file.blob, file.content_type)
                    metrics.FILES.inc()
                    metrics.FILE_BYTES.inc(len(file.blob))
                    break
                except StorageError as error:
                    logger.warning("storage.put_failed", prediction=str(self.lease.id), error=str(error))
                    if attempt == STORE_TRIES:
                        return Failure(PredictionErrorCode.STORAGE, error.message)
                    await asyncio.sleep(0.5 * attempt)
        return None

    async def _finish(self, outcome: Outcome) -> None:
        """End the row; an output that PostgreSQL refuses fails the prediction."""
        self.stage = Stage.ENDED
        lease = self.lease
        await self._writer.close(FLUSH_SECONDS)
        await self._notices.finish()
        result = self._output.result(outcome)
        while True:
            try:
                with self._trace.step("finish"):
                    is_ended = await self._retry(partial(finish, lease, result))
                break
            except BaseORMException:
                if result.failure is not None:
                    raise
                logger.exception("finish.refused", prediction=str(lease.id))
                failure = Failure(PredictionErrorCode.INTERNAL, "The database refused the output; the log says why.")
                result = Result(PredictionStatus.FAILED, failure=failure)
        if not is_ended:
            logger.warning("attempt.fenced", prediction=str(lease.id), attempt=lease.attempt)
            self._trace.gave_up("LEASE_LOST")
            await self._remove_files()
            return
        self._trace.ended(result.status.value, result.failure)
        logger.info("prediction.ended", prediction=str(lease.id), status=result.status.value)
        code = result.failure.code.value if result.failure else None
        metrics.ended(kind_queue(lease.queue), result.status.value, result.metrics, code)
        self._notices.ended()
        await self._rt.event_log.ended(str(lease.id), lease.owner, shares=lease.cache_key is not None)

    async def _hand_back(self, outcome: Outcome) -> None:
        lease = self.lease
        self._trace.gave_up("WORKER_LOST" if outcome.alone else "handed back", is_error=outcome.alone)
        await self._writer.close(FLUSH_SECONDS)
        delay = backoff_seconds(1) if outcome.is_loss else 0.0
        write = partial(
            hand_back, lease, delay_seconds=delay, lost=outcome.is_loss, alone=outcome.alone,
            suspect_group=outcome.suspect_group,
        )  # fmt: skip
        if await self._retry(write):
            cause = "runner" if outcome.alone else "handed_back"
            metrics.RERUNS.labels(kind_queue(lease.queue), cause).inc()
            if outcome.is_loss:
                metrics.LOSSES.labels(kind_queue(lease.queue), cause).inc()
        logger.info("attempt.handed_back", prediction=str(lease.id), lost=outcome.is_loss)
        await self._rt.event_log.announce(str(lease.id), lease.owner)
        await self._rt.bell.ring(lease.queue, str(lease.id))

    async def _retry(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What needs the database, tried until that is back: nobody else can take the prediction over before."""
        pause = FIRST_RETRY_SECONDS
        while True:
            try:
                return await ask()
            except CONNECTION_ERRORS as error:
                logger.warning("attempt.waits", prediction=str(self.lease.id), error=str(error), retry_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(MAX_RETRY_SECONDS, pause * 2)

    async def _remove_files(self) -> None:
        try:
            await self._rt.storage.delete_prefix(f"predictions/{self.lease.id}/{self.lease.attempt}/")
        except StorageError as error:
            logger.warning("storage.delete_failed", prediction=str(self.lease.id), error=str(error))
