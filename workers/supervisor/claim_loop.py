"""When a worker looks for work, and where: what a doorbell names, and else all queues in which something waits."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import structlog

from server.adapters import metrics
from server.adapters.database import DATABASE_ERRORS
from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.tasks import wait_for_event
from server.domain.models import QUEUES, kind_queue
from server.queue.claim import (
    AMPLE_ROOM,
    PredictionLease,
    Room,
    WaitingVersion,
    WarmVersions,
    claim,
    claim_alone,
    claim_hinted,
    claim_oldest,
    list_waiting,
)
from server.queue.recover import give_back_unknown
from server.queue.shares import UNITS_PER_SECOND
from server.runtime import Runtime

logger = structlog.get_logger(__name__)

ALONE_SECONDS = 0.5
DOUBT_SECONDS = 1.0
STARVED_PART = 8
"""One of so many that begin is what has waited longest, once that waited STARVE_SECONDS."""


@dataclass(frozen=True)
class Occupancy:
    """What a worker runs now: how many of each kind, and the room of versions.

    `alone`: one that has no neighbours; `when_idle`: the room there is once all of it has ended.
    """

    kinds: Mapping[str, int]
    room: Room
    alone: bool = False
    when_idle: Room = AMPLE_ROOM

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs."""
        return not any(self.kinds.values())


class ClaimLoop:
    """Claims what can begin; a bell costs one statement, and a look at everything comes when it may find more.

    What is to run alone, or with its group of suspects alone, is claimed by a worker that runs nothing. Where all are
    busy for ALONE_SECONDS, one of them takes it, and claims nothing else until that has ended. Between two of them
    others have as long.
    """

    def __init__(
        self,
        rt: Runtime,
        worker_id: UUID,
        warm_versions: Callable[[], WarmVersions],
        occupancy: Callable[[], Occupancy],
        start: Callable[[PredictionLease], None],
        known: Callable[[], Collection[UUID]],
        has_others: Callable[[], bool] = lambda: False,
    ) -> None:
        self._rt = rt
        self._worker_id = worker_id
        self._warm_versions = warm_versions
        self._occupancy = occupancy
        self._start = start
        self._known = known
        self._has_others = has_others
        self.queues = QUEUES
        self._hints: dict[str, list[UUID]] = {}
        self._crowded: set[str] = set()
        """Kinds of which something waits that could not begin here: who comes later does not go first."""
        self._suspect_waits = False
        self._begun = STARVED_PART
        """How many began since one was looked for that has waited longest."""
        self._alone_ended_at = float("-inf")
        self._looked_at = float("-inf")
        self._in_doubt_since: float | None = None
        """When the first claim began whose answer did not come: it may have been carried out all the same."""
        self._look = True
        self._wake = asyncio.Event()
        self._stopping = False
        self.is_well = False
        """Whether the last claim went through."""
        self.is_drained = False
        """Whether it is to claim nothing, until it is told otherwise."""

    def ring(self, queue: str, *hints: str) -> None:
        """A doorbell: rows came to a queue."""
        if queue in self.queues:
            self._hints.setdefault(queue, []).extend(map(UUID, hints))
        self._wake.set()

    def look(self) -> None:
        """Something may wait anywhere."""
        self._look = True
        self._wake.set()

    def drain(self, *, is_drained: bool) -> None:
        """Claim nothing more, or again; a claim that is on its way may still come back with something."""
        self.is_drained = is_drained
        self.look()

    def note_free_slot(self, queue: str, *, alone: bool = False) -> None:
        """A slot is free again, which matters where something could not begin; `alone`: by one without neighbours."""
        if alone:
            self._alone_ended_at = time.monotonic()
        if alone or kind_queue(queue) in self._crowded or (self._suspect_waits and self._occupancy().is_idle):
            self._crowded.discard(kind_queue(queue))
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
            began = time.monotonic()
            try:
                await self._give_back_unknown()
                await self._claim()
                self.is_well = True
            except DATABASE_ERRORS as error:
                self.is_well = False
                self._in_doubt_since = self._in_doubt_since or began
                logger.warning("claim.failed", error=str(error))
                self._look = True
                await asyncio.sleep(1)
                continue
            if self._look:
                continue
            pause = poll = min(settings.claim_poll_seconds, ALONE_SECONDS if self._suspect_waits else float("inf"))
            if self._warm_versions().elsewhere:
                pause = min(pause, settings.warm_wait_seconds or 0.1)
            # A bell may be lost, and a row that waits for its time or for another worker rings none
            rang = await wait_for_event(self._wake, pause)
            is_due = time.monotonic() - self._looked_at >= poll
            self._look = self._look or not rang or is_due

    async def _give_back_unknown(self) -> None:
        """Let what was claimed without an answer wait again; else it would run when its lease ends, as a suspect."""
        if self._in_doubt_since is not None:
            seconds = time.monotonic() - self._in_doubt_since + DOUBT_SECONDS
            ids = await give_back_unknown(self._worker_id, self._known(), seconds)
            self._in_doubt_since = None
            if ids:
                logger.info("claim.given_back", predictions=list(map(str, ids)))

    async def _claim(self) -> None:
        """Claim what can begin: what bells named, or when it is time for a look, what waits in any queue."""
        hints, self._hints = self._hints, {}
        leave_to_others = False
        if self.is_drained:
            # Bells that rang here are for others to answer
            self._look, leave_to_others = False, bool(hints)
            self._looked_at = time.monotonic()
        elif self._look or any(kind_queue(queue) in self._crowded for queue in hints):
            await self._look_everywhere()
            leave_to_others = any(kind_queue(queue) in self._crowded for queue in hints)
        else:
            for queue, ids in hints.items():
                occupancy = self._occupancy()
                free = self._free(queue, occupancy)
                if free <= 0 or occupancy.alone:
                    self._crowded.add(kind_queue(queue))
                    leave_to_others = True
                    continue
                leases = await claim_hinted(
                    ids[:free], queue, self._worker_id, self._rt.settings.lease_seconds, self._warm_versions(),
                    occupancy.room,
                )  # fmt: skip
                for lease in leases:
                    self._start(lease)
                if len(leases) < len(ids):
                    self._look = leave_to_others = True
        # The bell rang here, but a worker that has a free slot, or the version, may be the one to run it
        if leave_to_others and self._has_others() and not self._stopping:
            with suppress(*REDIS_ERRORS):
                await self._rt.event_log.wake_workers()

    async def _look_everywhere(self) -> None:
        self._look, self._looked_at = False, time.monotonic()
        self._suspect_waits, self._crowded = False, set()
        if self._occupancy().alone:
            self._crowded.update(map(kind_queue, self.queues))
            return
        waiting = await list_waiting(self.queues)
        suspects = sorted((each for each in waiting if each.alone), key=lambda each: (each.rank, -each.seconds))
        others = [each for each in waiting if not each.alone]
        self._suspect_waits = bool(suspects)
        if suspects and await self._claim_suspect(suspects, others):
            return
        for queue in self.queues:
            versions = [each for each in others if each.queue == queue]
            if not versions or self.is_drained:
                continue
            occupancy = self._occupancy()
            if self._begun >= STARVED_PART and self._free(queue, occupancy) > 0:
                self._begun = 0
                settings = self._rt.settings
                for lease in await claim_oldest(
                    queue, self._worker_id, settings.lease_seconds, settings.starve_seconds, versions,
                    self._warm_versions(), occupancy.room,
                ):  # fmt: skip
                    metrics.STARVED.labels(kind_queue(queue)).inc()
                    self._start(lease)
                occupancy = self._occupancy()
            leases: list[PredictionLease] = []
            if (free := self._free(queue, occupancy)) > 0:
                leases = await claim(
                    queue, self._worker_id, self._rt.settings.lease_seconds, free, self._warm_versions(),
                    occupancy.room, versions, int(self._rt.settings.fair_window_seconds * UNITS_PER_SECOND),
                )  # fmt: skip
                self._begun += len(leases)
                for lease in leases:
                    self._start(lease)
            began = Counter(lease.runs_on for lease in leases)
            # As it was when they were claimed: what ended since rang for nothing, as nobody knew yet that more waits
            was_full = len(leases) >= free or any(
                occupancy.room.of(each.runs_on, each.predictor) <= began[each.runs_on] for each in versions
            )
            occupancy = self._occupancy()
            is_full = any(occupancy.room.of(each.runs_on, each.predictor) <= 0 for each in versions)
            if is_full or self._free(queue, occupancy) <= 0:
                self._crowded.add(kind_queue(queue))
            elif was_full:
                self._look = True
        if suspects and others and self._occupancy().is_idle:
            await self._claim_suspect(suspects, [])

    async def _claim_suspect(self, suspects: Sequence[WaitingVersion], others: Sequence[WaitingVersion]) -> bool:
        """Claim what is to run alone, if it is its turn."""
        is_idle = self._occupancy().is_idle
        has_paused = time.monotonic() - self._alone_ended_at >= ALONE_SECONDS
        if not has_paused and (others or not is_idle):
            return False
        waited = 0.0 if is_idle else ALONE_SECONDS
        for suspect in suspects:
            if suspect.seconds < waited:
                continue
            # They begin when nothing else runs here any more, so what runs now takes none of their places
            leases = await claim_alone(
                suspect.queue, self._worker_id, self._rt.settings.lease_seconds, waited, self._slots(suspect.queue),
                self._occupancy().when_idle,
            )  # fmt: skip
            for lease in leases:
                self._start(lease)
            if leases:
                self._crowded.update(map(kind_queue, self.queues))
                return True
        return False

    def _slots(self, queue: str) -> int:
        return int(getattr(self._rt.settings, f"{kind_queue(queue)}_slots"))

    def _free(self, queue: str, occupancy: Occupancy) -> int:
        return self._slots(queue) - occupancy.kinds.get(kind_queue(queue), 0)
