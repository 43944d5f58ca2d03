"""Whose previews somebody watches: the demand that API nodes hold in Redis, told to the runs of this worker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from uuid import UUID

import structlog

from server.adapters.event_log import EventLog
from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.tasks import wait_for_event
from server.domain.models import ModelKind, kind_queue
from workers.supervisor.attempt import Attempt

logger = structlog.get_logger(__name__)

POLL_SECONDS = 5.0
PAUSE_SECONDS = 0.05


class Demand:
    """One read for all runs, when one begins, when a node says that somebody watches, and every few seconds."""

    def __init__(self, log: EventLog, attempts: Mapping[UUID, Attempt]) -> None:
        self._log = log
        self._attempts = attempts
        self._due = asyncio.Event()

    def look(self) -> None:
        """A run began, or somebody began to watch."""
        self._due.set()

    async def run(self) -> None:
        """Tell every run that makes pictures whether they are watched, until canceled."""
        # Text is streamed as it is: nobody makes previews of it
        texts = ModelKind.TEXT_GENERATION.queue
        while True:
            await wait_for_event(self._due, POLL_SECONDS)
            # Many runs that begin together share a read, and one that ends at once needs none
            await asyncio.sleep(PAUSE_SECONDS)
            self._due.clear()
            ids = [str(key) for key, attempt in self._attempts.items() if kind_queue(attempt.lease.queue) != texts]
            try:
                watched = await self._log.previews_wanted(ids)
            except REDIS_ERRORS as error:
                # Without Redis nobody sees a preview
                logger.warning("demand.read_failed", error=str(error))
                watched = set()
            for each in ids:
                if (attempt := self._attempts.get(UUID(each))) is not None:
                    attempt.set_previews(enabled=each in watched)
