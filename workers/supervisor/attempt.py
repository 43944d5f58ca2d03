"""One attempt from claim to finish: files fetched, run, outputs stored, the row ended by one fenced statement."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import structlog
from tortoise.exceptions import BaseORMException

from server.adapters import metrics
from server.adapters.database import CONNECTION_ERRORS
from server.adapters.storage import StorageError
from server.adapters.tasks import end
from server.domain import input_schema
from server.domain.models import kind_queue
from server.domain.predictions import Failure, PredictionErrorCode, PredictionStatus, backoff_seconds
from server.queue.claim import PredictionLease
from server.queue.finish import Result, count_losses, finish, hand_back
from server.runtime import Runtime
from workers.contract.protocol import VersionSpec
from workers.supervisor.attempt_trace import AttemptTrace
from workers.supervisor.event_writer import EventWriter
from workers.supervisor.execution import Execution, Outcome
from workers.supervisor.gate import Gate
from workers.supervisor.inputs import InputFiles, InputFilesError
from workers.supervisor.notices import Notices
from workers.supervisor.runner_keeper import RunnerKeeper
from workers.supervisor.sharing import Sharing
from workers.supervisor.snapshots import Snapshots, VersionUnavailableError

T = TypeVar("T")
logger = structlog.get_logger(__name__)

STORE_TRIES = 3
FLUSH_SECONDS = 2.0
MAX_RETRY_SECONDS = 5.0


class Attempt:
    """Runs one claimed prediction; what it is told from outside (cancel, lose ...) settles its outcome."""

    def __init__(
        self,
        rt: Runtime,
        job: PredictionLease,
        keeper: RunnerKeeper,
        snapshots: Snapshots,
        inputs: InputFiles,
        gate: Gate,
        streams: Callable[[], int],
        sharing: Sharing,
        deliver: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._rt = rt
        self.job = job
        self._keeper = keeper
        self._snapshots = snapshots
        self._inputs = inputs
        self._gate = gate
        self._sharing = sharing
        self._notices = Notices(job, deliver)
        self._writer = EventWriter(rt.event_log, str(job.id), job.attempt, streams, self._notices.made, job.owner)
        settings = rt.settings
        self._trace = AttemptTrace(rt.tracing, job)
        limits = (settings.max_output_bytes, self._stop, settings.max_output_text_bytes)
        self._execution = Execution(job, self._writer, *limits, self._trace.timed)
        self._stopping: asyncio.Task[None] | None = None
        self._stopped_storing: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._storing: asyncio.Task[Outcome] | None = None
        self._is_inside = False
        self._is_lost = False

    def cancel(self) -> None:
        """The user asked for it to stop."""
        self._stop(Outcome(PredictionStatus.CANCELED))

    def expire(self) -> None:
        """Its deadline passed while it ran."""
        self._stop(_too_late("The deadline passed while the prediction ran."))

    def want_preview(self, *, wanted: bool) -> None:
        """Whether somebody watches its previews now."""
        self._keeper.want_preview(self._execution, wanted=wanted)

    def hand_back(self) -> None:
        """This worker stops: somebody else runs it again."""
        self._execution.settle(Outcome(None))

    def lose(self) -> None:
        """The lease is gone: somebody else may run it already, so end it and publish nothing more."""
        self._is_lost = True
        self._stop(Outcome(None))
        self._execution.settle(Outcome(None))

    def _stop(self, outcome: Outcome) -> None:
        if self._storing and not self._stopped_storing.done():
            self._stopped_storing.set_result(outcome)
        if self._stopping or self._execution.outcome.done():
            return
        self._execution.stop_reason = outcome
        if self._is_inside:
            self._stopping = asyncio.create_task(self._keeper.cancel(self._execution))
        else:
            self._execution.settle(outcome)

    async def run(self) -> None:
        """The whole attempt; returns when the row is ended, handed back or lost."""
        with self._trace.whole():
            await self._run()

    async def _run(self) -> None:
        timer = asyncio.get_running_loop().call_later(self._seconds_left(), self._expire_now)
        work = asyncio.create_task(self._work())
        try:
            self._writer.status(PredictionStatus.PROCESSING.value)
            self._notices.begun()
            waiting: set[asyncio.Future[Any]] = {work, self._execution.outcome}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
            await self._conclude(await self._execution.outcome)
        finally:
            timer.cancel()
            await end(work)
            await self._writer.close(0)
            await self._notices.close()

    def _seconds_left(self) -> float:
        limit = self._rt.settings.prediction_seconds
        if self.job.deadline_at is None:
            return limit
        return min(limit, max(0.0, (self.job.deadline_at - self.job.claimed_at).total_seconds()))

    def _expire_now(self) -> None:
        limit = self._rt.settings.prediction_seconds
        by_deadline = self._seconds_left() < limit
        self._stop(_too_late("The deadline passed while the prediction ran." if by_deadline
                             else f"The prediction ran longer than {limit:g} seconds."))  # fmt: skip

    async def _work(self) -> None:
        execution = self._execution
        try:
            if await self._patiently(self._take_shared):
                return
            with self._trace.step("fetch model"):
                spec = await self._patiently(lambda: self._snapshots.spec(self.job.version_id, self._writer.loading))
            async with self._gate.alone() if self.job.alone else self._gate.shared():
                await self._submit(spec)
        except (VersionUnavailableError, InputFilesError) as error:
            execution.settle(Outcome(PredictionStatus.FAILED, error.failure))

    async def _take_shared(self) -> bool:
        """Take the result of an equal prediction, where this one shares and there is one."""
        if self.job.cache_key is None:
            return False
        with self._trace.step("share"):
            shared = await self._sharing.result(self.job, self._execution.outcome.done)
        if shared is not None:
            self._execution.adopt(shared[0].output, shared[1])
        return self._execution.outcome.done()

    async def _submit(self, spec: VersionSpec) -> None:
        execution, schema = self._execution, self._keeper.input_schema(spec.predictor)
        if execution.outcome.done():
            return
        values = {**input_schema.defaults(schema), **self.job.input}
        async with self._inputs.laid_out(self.job, schema, values) as (laid, files):
            self._is_inside = True
            with self._trace.run() as traceparent:
                await self._keeper.submit(execution, spec, laid, files, traceparent)
                await asyncio.shield(execution.outcome)

    async def _conclude(self, outcome: Outcome) -> None:
        if self._is_lost or self._writer.fenced.is_set():
            logger.warning("attempt.lost", prediction=str(self.job.id), attempt=self.job.attempt)
            self._trace.gave_up("LEASE_LOST")
            return
        if not outcome.is_final:
            losses = await self._patiently(lambda: count_losses(self.job.id)) if outcome.lost else 0
            given_up = outcome.lost and losses + 1 >= self._rt.settings.max_losses
            if not given_up:
                await self._return(outcome)
                return
            outcome = _worker_lost(self._rt.settings.max_losses)
        stored = await self._stored(outcome)
        if stored.is_final:
            await self._finish(stored)
        else:
            logger.warning("attempt.let_go", prediction=str(self.job.id), attempt=self.job.attempt)
        if self._stopped_storing.done():
            await self._end_storing()

    async def _stored(self, outcome: Outcome) -> Outcome:
        """The outcome with its files in storage, or what stopped it meanwhile, which need not wait for the store."""
        if not self._execution.files:
            return outcome
        self._storing = asyncio.create_task(self._store(outcome))
        with self._trace.step("store"):
            await asyncio.wait({self._storing, self._stopped_storing}, return_when=asyncio.FIRST_COMPLETED)
        if self._storing.done():
            stored, self._storing = self._storing.result(), None
            return stored
        self._execution.files.clear()
        return self._stopped_storing.result()

    async def _end_storing(self) -> None:
        """A write that was on its way may still come true: what is removed before it ends would come back."""
        if self._storing and not self._storing.done():
            await asyncio.wait({self._storing})
        await self._remove_files()

    async def _return(self, outcome: Outcome) -> None:
        is_lost = outcome.lost or outcome.alone
        self._trace.gave_up("WORKER_LOST" if is_lost else "handed back", is_error=is_lost)
        await self._writer.close(FLUSH_SECONDS)
        delay = backoff_seconds(1) if outcome.lost else 0.0
        await self._patiently(lambda: hand_back(self.job, delay_seconds=delay, lost=outcome.lost, alone=outcome.alone))
        logger.info("attempt.handed_back", prediction=str(self.job.id), lost=outcome.lost)
        await self._rt.event_log.announce(str(self.job.id), self.job.owner)
        await self._rt.bell.ring(self.job.queue, str(self.job.id))

    async def _patiently(self, write: Callable[[], Awaitable[T]]) -> T:
        """What needs the database, tried until that is back: nobody else can take the prediction over before."""
        pause = 0.2
        while True:
            try:
                return await write()
            except CONNECTION_ERRORS as error:
                logger.warning("attempt.waits", prediction=str(self.job.id), error=str(error), retry_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(MAX_RETRY_SECONDS, pause * 2)

    async def _store(self, outcome: Outcome) -> Outcome:
        """Put the files into storage; an outcome without its files would be none."""
        for index, file in enumerate(list(self._execution.files)):
            for attempt in range(1, STORE_TRIES + 1):
                if self._stopped_storing.done():
                    return outcome
                try:
                    await self._rt.storage.put(file.key(self.job, index), file.blob, file.content_type)
                    break
                except StorageError as error:
                    logger.warning("storage.put_failed", prediction=str(self.job.id), error=str(error))
                    if attempt == STORE_TRIES:
                        self._execution.files.clear()
                        return Outcome(PredictionStatus.FAILED, Failure(PredictionErrorCode.STORAGE, str(error)))
                    await asyncio.sleep(0.5 * attempt)
        return outcome

    async def _finish(self, outcome: Outcome) -> None:
        await self._writer.close(FLUSH_SECONDS)
        await self._notices.finish()
        result = self._execution.result(outcome)
        while True:
            try:
                with self._trace.step("finish"):
                    ended = await self._patiently(partial(finish, self.job, result))
                break
            except BaseORMException as error:
                if result.failure is not None:
                    raise
                logger.exception("finish.refused", prediction=str(self.job.id))
                failure = Failure(PredictionErrorCode.INTERNAL, f"The output could not be stored: {error}")
                result = Result(PredictionStatus.FAILED, failure=failure)
        if ended:
            self._trace.ended(result.status.value, result.failure)
            logger.info("prediction.ended", prediction=str(self.job.id), status=result.status.value)
            metrics.ended(kind_queue(self.job.queue), result.status.value, result.metrics)
            await self._afterwards()
        else:
            logger.warning("attempt.fenced", prediction=str(self.job.id), attempt=self.job.attempt)
            self._trace.gave_up("LEASE_LOST")
            await self._remove_files()

    async def _afterwards(self) -> None:
        self._notices.ended()
        shares = self.job.cache_key is not None
        await self._rt.event_log.ended(str(self.job.id), self.job.owner, shares=shares)

    async def _remove_files(self) -> None:
        try:
            await self._rt.storage.delete_prefix(f"predictions/{self.job.id}/{self.job.attempt}/")
        except StorageError as error:
            logger.warning("storage.delete_failed", prediction=str(self.job.id), error=str(error))


def _too_late(message: str) -> Outcome:
    return Outcome(PredictionStatus.FAILED, Failure(PredictionErrorCode.DEADLINE_EXCEEDED, message))


def _worker_lost(times: int) -> Outcome:
    message = f"The model's process died {times} times while it ran this prediction."
    return Outcome(PredictionStatus.FAILED, Failure(PredictionErrorCode.WORKER_LOST, message))
