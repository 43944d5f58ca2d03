"""Versions that nobody has run yet are read in a process of their own, which costs what its bounds allow and no more.

A configuration or a tokenizer is a stranger's: reading it may take all memory or never end, and nothing ends a thread
that is in a library. So one process, behind the walls of the runner, reads one version at a time and is killed at its
bounds; the runner and the models in it never hear of it.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog

from server.settings import Settings
from workers.contract.failures import VersionRefusedError
from workers.contract.protocol import Inspected, VersionSpec
from workers.supervisor.runner_client import RunnerClient, RunnerFailedError, RunnerOptions

logger = structlog.get_logger(__name__)

# A machine that was busy, or ran out of memory for another's sake, gets another chance
TRIES = 2
# To start one takes seconds, which the next version is spared
IDLE_SECONDS = 60.0


class Inspector:
    """Reads versions, several at once, each in a process; one that is idle waits a minute for the next version."""

    def __init__(self, options: RunnerOptions, settings: Settings) -> None:
        self._options = options
        self._settings = settings
        self._numbers = itertools.count()
        self._idle: RunnerClient | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def inspect(self, spec: VersionSpec) -> Inspected:
        """What a version takes and gives, its model being measured too.

        Raises:
            VersionRefusedError: it could not be read within the bounds of time and memory, twice.
            RunnerFailedError: the process did not start.
        """
        seconds, most = self._settings.inspect_seconds, self._settings.inspect_memory_bytes
        reason = ""
        for _ in range(TRIES):
            client = self._take() or await self._start()
            try:
                answer = await client.inspect(spec, seconds, measure=True)
            except TimeoutError:
                reason = f"took more than {seconds:g} seconds (INSPECT_SECONDS)"
            except RunnerFailedError:
                reason = f"ended its process, which may use {most} bytes (INSPECT_MEMORY_BYTES)"
            else:
                self._keep(client)
                return answer
            finally:
                if client is not self._idle:
                    client.kill()
            logger.warning("version.inspection_ended", version=spec.id, pid=client.pid, why=reason)
        raise VersionRefusedError(f"Reading its configuration and tokenizer {reason}, {TRIES} times.")

    def close(self) -> None:
        """End the process that waits."""
        if (client := self._take()) is not None:
            client.kill()

    def _take(self) -> RunnerClient | None:
        """The process that waits, if one does."""
        client, self._idle = self._idle, None
        if self._timer is not None:
            self._timer.cancel()
        return None if client is None or client.exited.done() else client

    def _keep(self, client: RunnerClient) -> None:
        if self._idle is None:
            self._idle = client
            self._timer = asyncio.get_running_loop().call_later(IDLE_SECONDS, self.close)

    async def _start(self) -> RunnerClient:
        """A process like a runner's, of the CPU alone, with less memory and a scratch folder of its own."""
        policy = self._options.policy
        if policy is not None:
            scratch = Path(policy.scratch).with_name(f"{Path(policy.scratch).name}-inspector-{next(self._numbers)}")
            policy = replace(policy, scratch=str(scratch), inputs=())
        memory = self._settings.inspect_memory_bytes
        options = replace(self._options, enable_gpu=False, require_gpu=False, threads=1, memory_bytes=memory)
        # Of the runner's control group it would take the runner with it
        options = replace(options, policy=policy, memory_bound=None)
        try:
            client = await RunnerClient.start(options, lambda _: None)
        except RunnerFailedError as error:
            if error.predictor not in self._options.extra_predictors:
                raise
            self._options = self._options.without(error.predictor)
            return await self._start()
        if policy is not None:
            remove = partial(shutil.rmtree, policy.scratch, ignore_errors=True)
            client.exited.add_done_callback(lambda _: remove())
        return client
