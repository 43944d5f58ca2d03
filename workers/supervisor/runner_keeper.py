"""The runner as the supervisor keeps it: started, restarted when it dies, its messages sent to the runs inside it."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import structlog

from server.adapters import metrics
from server.adapters.tasks import end
from server.domain.predictions import Failure, PredictionStatus
from server.services.versions import OwnPredictor
from server.settings import Settings
from workers.contract import protocol
from workers.contract.policy import walls_of
from workers.contract.watchdog import STUCK
from workers.supervisor.concealment import Concealment
from workers.supervisor.run_output import HANDED_BACK, Outcome
from workers.supervisor.runner_client import RunnerClient, RunnerFailedError, RunnerOptions
from workers.supervisor.runner_watch import RunnerWatch, remove_shared_memory

logger = structlog.get_logger(__name__)

FIRST_BACKOFF_SECONDS = 0.2
MAX_BACKOFF_SECONDS = 30.0
RELOAD_SECONDS = 1.0


def _marks(files: list[Path]) -> list[tuple[int, int] | None]:
    """The sizes and times of some files, None of one that is not there."""
    marks: list[tuple[int, int] | None] = []
    for file in files:
        try:
            status = file.stat()
            marks.append((status.st_size, status.st_mtime_ns))
        except OSError:
            marks.append(None)
    return marks


def _sources(ready: protocol.Ready) -> list[Path]:
    """The files of the operator's classes, also of those that could not be loaded."""
    sources = [file for each in ready.predictors for file in each["sources"]]
    return [Path(file) for file in dict.fromkeys([*sources, *ready.broken_sources])]


def _codes(ready: protocol.Ready) -> dict[str, str | None]:
    """The code of each predictor, and of each that could not be loaded none."""
    return {each["name"]: each["code"] for each in ready.predictors} | dict.fromkeys(ready.broken_predictors)


class RunHandle(Protocol):
    """A run inside the runner, as its keeper knows it; `key` names it in messages, `outcome` ends it."""

    @property
    def key(self) -> str:
        """What the runner calls it."""

    @property
    def outcome(self) -> asyncio.Future[Outcome]:
        """Done when nobody waits for the run any more."""

    def receive(self, message: protocol.Message) -> None:
        """A message of the runner for this run."""

    def runner_ended(self, outcome: Outcome) -> None:
        """The runner is gone, and the run ends like this unless it was stopped for a reason of its own."""


class RunnerKeeper:
    """Keeps one runner alive; what was in it when it died runs again."""

    def __init__(self, settings: Settings, options: RunnerOptions) -> None:
        self._settings = settings
        self._options = options
        self._client: RunnerClient | None = None
        self._runs: dict[str, RunHandle] = {}
        self._up = asyncio.Event()
        self._is_killed = False
        self._is_reloading = False
        self._overload: Failure | None = None
        self._left_out: dict[str, str] = {}
        self.concealment = Concealment()
        """The secrets that the runner was given, which nobody shall read in what it writes."""
        self.ready: protocol.Ready | None = None
        self.resident = protocol.Resident([], 0)
        self._pins: frozenset[str] = frozenset()
        self.on_resident: Callable[[], None] = lambda: None
        self.on_ready: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Start the runner, and again whenever it ends, until canceled."""
        backoff = FIRST_BACKOFF_SECONDS
        try:
            while True:
                began = time.time_ns()
                try:
                    self._client = await RunnerClient.start(self._options, self._receive)
                except RunnerFailedError as error:
                    if error.predictor in self._options.extra_predictors:
                        # Without it the others can run
                        self._leave_out(error.predictor, str(error).partition("\n")[0])
                        continue
                    metrics.RUNNER_ENDS.labels("start").inc()
                    logger.error("runner.start_failed", error=str(error), retry_seconds=backoff)
                    await asyncio.sleep(backoff)
                    backoff = min(MAX_BACKOFF_SECONDS, backoff * 2)
                    continue
                self._client.hide = self.concealment.hide
                if self._pins:
                    self._client.send(protocol.Pin(sorted(self._pins)))
                ready = self._client.ready
                self.ready = replace(ready, broken_predictors={**ready.broken_predictors, **self._left_out})
                self._up.set()
                self.on_ready()
                walls = walls_of(self.ready.missing_walls if self._settings.contain_runner else None)
                standing = [name for name, reason in walls.items() if not reason]
                logger.info("runner.ready", pid=self._client.pid, device=self.ready.device, walls=standing)
                if missing := {name: reason for name, reason in walls.items() if reason}:
                    logger.warning("runner.walls_missing", pid=self._client.pid, missing=missing)
                for name, reason in self.ready.broken_predictors.items():
                    logger.error("runner.predictor_broken", predictor=name, reason=reason)
                backoff = FIRST_BACKOFF_SECONDS
                policy = self._options.policy
                self._overload = None
                overload = RunnerWatch(
                    self._client.pid, Path(policy.scratch) if policy else None, partial(self._end_for, self._client)
                ).start()
                tasks = [asyncio.create_task(self._watch(self._client))]
                if self._settings.reload_predictors:
                    tasks.append(asyncio.create_task(self._reload(self._client, began)))
                try:
                    code = await asyncio.shield(self._client.exited)
                finally:
                    overload.stop()
                    await end(*tasks)
                if policy is not None and policy.user is not None:
                    remove_shared_memory(policy.user)
                self._up.clear()
                self._end_runs(code)
        finally:
            self._up.clear()
            if self._client:
                await asyncio.shield(self._client.stop())

    def _leave_out(self, predictor: str, reason: str) -> None:
        self._options = self._options.without(predictor)
        self._left_out[predictor] = f"Its import ended the process. {reason}"

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

    async def _reload(self, client: RunnerClient, began: int) -> None:
        """Replace a runner whose classes have changed on disk, once what is in it has ended and the new ones load.

        `began` is when it was started, in nanoseconds.
        """
        files = _sources(client.ready)
        if not files:
            return
        before = await asyncio.to_thread(_marks, files)
        if any(mark is not None and mark[1] > began for mark in before):
            # Saved while the runner started, which may have read what was there before
            before = []
        while True:
            await asyncio.sleep(RELOAD_SECONDS)
            marks = await asyncio.to_thread(_marks, files)
            if marks == before:
                continue
            # Whoever writes them may not be done
            await asyncio.sleep(RELOAD_SECONDS)
            if await asyncio.to_thread(_marks, files) != marks:
                continue
            before = marks
            ready = await self._try_classes()
            if ready is None:
                continue
            if new := [file for file in _sources(ready) if file not in files]:
                files += new
                before += await asyncio.to_thread(_marks, new)
            known = client.ready.broken_predictors
            problems = {name: why for name, why in ready.broken_predictors.items() if name not in known}
            for name, reason in problems.items():
                logger.error("runner.predictor_broken", predictor=name, reason=reason, serves="its former code")
            if problems or _codes(ready) == _codes(client.ready):
                # What is mended into what it was runs already
                serving = {name: f"{reason} Its former code runs on." for name, reason in problems.items()}
                broken = {**ready.broken_predictors, **serving, **self._left_out}
                self.ready = replace(client.ready, broken_predictors=broken)
                self.on_resident()
                continue
            break
        logger.info("runner.reloads", pid=client.pid, why="classes have changed")
        self._up.clear()
        ends = {run.outcome for run in self._runs.values()}
        if ends:
            await asyncio.wait(ends, timeout=self._settings.shutdown_grace_seconds)
        self._is_reloading = True
        await client.stop()

    async def _try_classes(self) -> protocol.Ready | None:
        """What a new runner says of the classes as they are now; None where it does not come up."""
        options = replace(self._options, enable_gpu=False, require_gpu=False, preload=False, memory_bound=None)
        if options.policy is not None:
            scratch = Path(options.policy.scratch)
            options = replace(options, policy=replace(options.policy, scratch=f"{scratch}-classes"))
        try:
            client = await RunnerClient.start(options, lambda _: None)
        except RunnerFailedError as error:
            logger.error("runner.classes_fail", error=str(error))
            return None
        client.kill()
        await asyncio.shield(client.exited)
        if options.policy is not None:
            await asyncio.to_thread(shutil.rmtree, options.policy.scratch, ignore_errors=True)
        return client.ready

    def _end_for(self, client: RunnerClient, reason: Failure) -> None:
        """Kill a runner that brings its machine to its end; called in the thread of its watch."""
        self._overload = reason
        client.kill()
        logger.error("runner.killed", pid=client.pid, why=reason.message)

    def _end_runs(self, code: int) -> None:
        """End what was in a runner that died: it runs again in halves, and only one that was alone counts a loss."""
        runs, self._runs = self._runs, {}
        is_killed, self._is_killed = self._is_killed, False
        is_reloading, self._is_reloading = self._is_reloading, False
        self.resident = replace(self.resident, versions=[], bytes=0, pinned=[], pinned_bytes=0)
        overload, self._overload = self._overload, None
        if not is_reloading:
            reason = "overload" if overload else "killed" if is_killed else "stuck" if code == STUCK else "died"
            metrics.RUNNER_ENDS.labels(reason).inc()
            logger.error("runner.lost", code=code, inside=len(runs))
        # Killed or stuck because of one that was to stop: the others had no part in it
        is_blameless = is_killed or is_reloading or code == STUCK
        is_known = len(runs) == 1
        outcome = HANDED_BACK if is_blameless else Outcome(None, is_loss=is_known, alone=True)
        if overload:
            # Who was alone has done it, and would do it again
            outcome = Outcome(PredictionStatus.FAILED, overload) if is_known else Outcome(None, alone=True)
        suspects = list(runs.values())
        half = (len(suspects) + 1) // 2
        for group in (suspects[:half], suspects[half:]):
            together = replace(outcome, suspect_group=uuid4()) if outcome.alone and len(group) > 1 else outcome
            for run in group:
                run.runner_ended(together)

    async def client(self) -> RunnerClient:
        """The runner, waited for while it restarts."""
        await self._up.wait()
        if self._client is None:
            raise RunnerFailedError("the runner is not there")
        return self._client

    def send(self, message: protocol.SupervisorMessage) -> None:
        """Queue a message for the runner; lost where there is none."""
        if self._client is not None:
            self._client.send(message)

    def pin(self, versions: frozenset[str]) -> None:
        """Have these versions stay in memory, also in a runner that comes after this one."""
        if versions != self._pins:
            self._pins = versions
            self.send(protocol.Pin(sorted(versions)))

    def submit(self, run: RunHandle, message: protocol.Run | protocol.Try | protocol.Load) -> None:
        """Give a run to the runner that is up now, see `client`; it gets what the runner says until its outcome."""
        self._runs[run.key] = run
        run.outcome.add_done_callback(lambda _: self._runs.pop(run.key, None))
        self.send(message)

    def cancel(self, run: RunHandle) -> None:
        """Ask a run to stop; one that has not after the grace time is ended together with the runner."""
        self.send(protocol.Cancel(run.key))
        timer = asyncio.get_running_loop().call_later(self._settings.cancel_grace_seconds, self._kill_for, run)
        run.outcome.add_done_callback(lambda _: timer.cancel())

    def _kill_for(self, run: RunHandle) -> None:
        if self._client is not None and run.key in self._runs and not run.outcome.done():
            logger.warning("runner.killed", prediction=run.key, why="it did not heed the cancel")
            self._is_killed = True
            self._client.kill()

    def _receive(self, message: protocol.Message) -> None:
        if isinstance(message, protocol.Resident):
            self.resident = message
            self.on_resident()
        elif run := self._runs.get(getattr(message, "prediction", "")):
            run.receive(message)

    @property
    def is_up(self) -> bool:
        """Whether a runner is there to take work."""
        return self._up.is_set()

    @property
    def names(self) -> list[str]:
        """The predictors that the runner last said it has."""
        return [predictor["name"] for predictor in self.ready.predictors] if self.ready else []

    @property
    def at_once(self) -> dict[str, int]:
        """How many predictions of a version each predictor runs together, and each of its engines as `name+ENGINE`."""
        at_once: dict[str, int] = {}
        for predictor in self.ready.predictors if self.ready else []:
            at_once[predictor["name"]] = predictor["at_once"]
            for engine, count in predictor.get("engines", {}).items():
                at_once[f"{predictor['name']}+{engine}"] = count
        return at_once

    @property
    def unable(self) -> list[str]:
        """What of `at_once` this environment cannot run."""
        return [name for name, count in self.at_once.items() if count == 0]

    @property
    def own_predictors(self) -> dict[str, OwnPredictor]:
        """The operator's classes by name, as the runner last said."""
        predictors = self.ready.predictors if self.ready else []
        return {each["name"]: OwnPredictor(each["code"], each["input_schema"]) for each in predictors if each["code"]}
