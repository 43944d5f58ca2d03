"""When a worker looks for work, and where: what a doorbell names, and else all queues in which something waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import structlog

from server.adapters.database import DATABASE_ERRORS
from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.tasks import wait_for_event
from server.domain.models import QUEUES, kind_queue
from server.queue.claim import PredictionLease, WarmVersions, claim, claim_hinted, queues_with_work
from server.runtime import Runtime

logger = structlog.get_logger(__name__)


class ClaimLoop:
    """Claims into the free slots; a bell costs one statement, and a look at everything comes when it may find more."""

    def __init__(
        self,
        rt: Runtime,
        worker_id: UUID,
        warm_versions: Callable[[], WarmVersions],
        running: Callable[[str], int],
        start: Callable[[PredictionLease], None],
        has_others: Callable[[], bool] = lambda: False,
    ) -> None:
        self._rt = rt
        self._worker_id = worker_id
        self._warm_versions = warm_versions
        self._running = running
        self._start = start
        self._has_others = has_others
        self.queues = QUEUES
        self._hints: dict[str, list[UUID]] = {}
        self._full: set[str] = set()
        self._look = True
        self._wake = asyncio.Event()
        self._stopping = False

    def ring(self, queue: str, *hints: str) -> None:
        """A doorbell: rows came to a queue."""
        if queue in self.queues:
            self._hints.setdefault(queue, []).extend(map(UUID, hints))
        self._wake.set()

    def look(self) -> None:
        """Something may wait anywhere."""
        self._look = True
        self._wake.set()

    def note_free_slot(self, queue: str) -> None:
        """A slot is free again, which matters where there were too few."""
        if kind_queue(queue) in self._full:
            self._full.discard(kind_queue(queue))
            self.look()

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Claim until `stop`."""
        settings = self._rt.settings
        while not self._stopping:
            self._wake.clear()
            try:
                await self._claim()
            except DATABASE_ERRORS as error:
                logger.warning("claim.failed", error=str(error))
                self._look = True
                await asyncio.sleep(1)
                continue
            if self._look:
                continue
            pause = settings.claim_poll_seconds
            if self._warm_versions().elsewhere:
                pause = min(pause, settings.warm_wait_seconds or 0.1)
            # A bell may be lost, and a row that waits for its time or for another worker rings none
            self._look = not await wait_for_event(self._wake, pause) or self._look

    async def _claim(self) -> None:
        """Claim into the free slots: what bells named, or when it is time for a look, what waits in any queue."""
        hints, self._hints = self._hints, {}
        lease_seconds = self._rt.settings.lease_seconds
        leave_to_others = False
        if self._look:
            self._look = False
            for queue in await queues_with_work(self.queues):
                if (free := self._free(queue)) > 0:
                    leases = await claim(queue, self._worker_id, lease_seconds, free, self._warm_versions())
                    for lease in leases:
                        self._start(lease)
                    if len(leases) < free:
                        continue
                self._note_full(queue)
            leave_to_others = any(kind_queue(queue) in self._full for queue in hints)
        else:
            for queue, ids in hints.items():
                if kind_queue(queue) in self._full:
                    # It is behind those that wait already
                    leave_to_others = True
                    continue
                leases = []
                if free := self._free(queue):
                    leases = await claim_hinted(
                        ids[:free], queue, self._worker_id, lease_seconds, self._warm_versions()
                    )
                for lease in leases:
                    self._start(lease)
                if len(ids) > free:
                    self._note_full(queue)
                leave_to_others |= len(leases) < len(ids)
        # The bell rang here, but a worker that has a free slot, or the version, may be the one to run it
        if leave_to_others and self._has_others() and not self._stopping:
            with suppress(*REDIS_ERRORS):
                await self._rt.event_log.wake_workers()

    def _note_full(self, queue: str) -> None:
        if self._free(queue) <= 0:
            self._full.add(kind_queue(queue))
        else:
            self._look = True

    def _free(self, queue: str) -> int:
        kind = kind_queue(queue)
        return int(getattr(self._rt.settings, f"{kind}_slots")) - self._running(kind)
