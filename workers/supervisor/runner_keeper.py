"""The runner as the supervisor keeps it: started, restarted when it dies, its messages sent to their executions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import structlog

from server.adapters.tasks import end
from server.domain.predictions import PredictionStatus
from server.settings import Settings
from workers.contract import protocol
from workers.contract.watchdog import STUCK
from workers.supervisor.execution import Execution, Outcome
from workers.supervisor.runner_client import RunnerClient, RunnerFailed, RunnerOptions

logger = structlog.get_logger(__name__)

MAX_BACKOFF_SECONDS = 30.0


class RunnerKeeper:
    """Keeps one runner alive; whoever was in it when it died is told to run again."""

    def __init__(self, settings: Settings, options: RunnerOptions) -> None:
        self._settings = settings
        self._options = options
        self._client: RunnerClient | None = None
        self._inside: dict[str, Execution] = {}
        self._up = asyncio.Event()
        self._killed_for: str | None = None
        self.ready: protocol.Ready | None = None
        self.resident = protocol.Resident([], 0)
        self.on_resident: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Start the runner, and again whenever it ends, until canceled."""
        backoff = 0.2
        try:
            while True:
                try:
                    self._client = await RunnerClient.start(self._options, self._receive)
                except RunnerFailed as error:
                    logger.error("runner.start_failed", error=str(error), retry_seconds=backoff)
                    await asyncio.sleep(backoff)
                    backoff = min(MAX_BACKOFF_SECONDS, backoff * 2)
                    continue
                self.ready = self._client.ready
                self._up.set()
                logger.info("runner.ready", pid=self._client.pid, device=self.ready.device)
                backoff = 0.2
                watch = asyncio.create_task(self._watch(self._client))
                try:
                    code = await asyncio.shield(self._client.exited)
                finally:
                    await end(watch)
                self._up.clear()
                self._lost(code)
        finally:
            await self._stop()

    async def _watch(self, client: RunnerClient) -> None:
        """Kill a runner that answers nothing for RUNNER_SILENCE_SECONDS: it is frozen, or C code lets nothing else run.

        Asked twice: where this process itself was stopped, the first answer seems to come too late.
        """
        patience = self._settings.runner_silence_seconds / 2
        while True:
            if not (await client.ping(patience) or await client.ping(patience)):
                break
            await asyncio.sleep(patience)
        if not client.exited.done():
            logger.warning("runner.killed", pid=client.pid, why="it does not answer")
            client.kill()

    async def _stop(self) -> None:
        self._up.clear()
        if self._client:
            await asyncio.shield(self._client.stop())

    async def client(self) -> RunnerClient:
        """The runner, waited for while it restarts."""
        await self._up.wait()
        if self._client is None:
            raise RunnerFailed("the runner is not there")
        return self._client

    async def submit(
        self,
        execution: Execution,
        spec: protocol.VersionSpec,
        values: dict[str, Any],
        files: list[str],
        traceparent: str | None = None,
    ) -> None:
        """Run an attempt, `files` being the paths in its input; its messages go to its execution until the outcome."""
        client = await self.client()
        if execution.outcome.done():
            return
        job, key = execution.job, _key(execution)
        self._inside[key] = execution
        execution.outcome.add_done_callback(lambda _: self._leave(execution))
        client.send(protocol.Run(key, job.attempt, spec, values, files, traceparent))
        if execution.wants_preview:
            client.send(protocol.SetPreviews(key, enabled=True))

    def _leave(self, execution: Execution) -> None:
        self._inside.pop(_key(execution), None)

    def want_preview(self, execution: Execution, *, wanted: bool) -> None:
        """Tell the runner whether somebody watches a run's previews; one that is not in it yet is told when it is."""
        if execution.wants_preview == wanted:
            return
        execution.wants_preview = wanted
        key = _key(execution)
        if key in self._inside and self._client is not None:
            self._client.send(protocol.SetPreviews(key, enabled=wanted))

    async def cancel(self, execution: Execution) -> None:
        """Ask a run to stop; one that has not after the grace time is ended together with the runner."""
        key = _key(execution)
        if key not in self._inside or self._client is None:
            # It still waits for the runner, or the runner was just lost
            execution.settle(execution.stop_reason or Outcome(PredictionStatus.CANCELED))
            return
        self._client.send(protocol.Cancel(key))
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.cancel_grace_seconds):
                await asyncio.shield(execution.outcome)
        if not execution.outcome.done() and key in self._inside:
            logger.warning("runner.killed", prediction=key, why="it did not heed the cancel")
            self._killed_for = key
            self._client.kill()

    def _receive(self, message: protocol.Message) -> None:
        if isinstance(message, protocol.Resident):
            self.resident = message
            self.on_resident()
            return
        key = getattr(message, "prediction", None)
        if key is not None and (execution := self._inside.get(key)):
            execution.receive(message)

    def _lost(self, code: int) -> None:
        """Settle what was in a runner that died: re-run alone, and only one that was alone counts a loss."""
        inside, self._inside = dict(self._inside), {}
        self.resident = replace(self.resident, versions=[], bytes=0)
        killed_for, self._killed_for = self._killed_for, None
        logger.error("runner.lost", code=code, inside=len(inside))
        for key, execution in inside.items():
            if execution.stop_reason is not None:
                execution.settle(execution.stop_reason)
            elif key == killed_for:
                execution.settle(Outcome(PredictionStatus.CANCELED))
            elif killed_for is not None or code == STUCK:
                # It ended because of somebody else, whom nobody waits for any more
                execution.settle(Outcome(None))
            else:
                execution.settle(Outcome(None, lost=len(inside) == 1, alone=True))

    @property
    def names(self) -> list[str]:
        """The predictors that the runner last said it has."""
        return [found["name"] for found in self.ready.predictors] if self.ready else []

    def input_schema(self, predictor: str) -> dict[str, Any]:
        """A predictor's own input schema, which a version's may leave fields of out."""
        found = [p for p in (self.ready.predictors if self.ready else []) if p["name"] == predictor]
        schema: dict[str, Any] = found[0]["input_schema"] if found else {}
        return schema


def _key(execution: Execution) -> str:
    """What the runner knows a run by: what an older attempt still has to say is not for the one that came after it."""
    return f"{execution.job.id}:{execution.job.attempt}"
