"""A saturated queue without models: predictions are accepted, claimed and ended by the statements of the queue."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID, uuid4

from server.adapters.database import rows
from server.domain.predictions import NewPrediction, PredictionStatus, Priority
from server.queue.accept import accept
from server.queue.claim import PredictionLease, Room, WarmVersions, claim, claim_oldest, list_waiting
from server.queue.finish import Result, finish
from server.queue.shares import UNITS_PER_SECOND, Charge
from server.tables import Prediction, Version

DONE = Result(PredictionStatus.SUCCEEDED, "done")
NEW = NewPrediction("any", {})


@dataclass
class SimulatedWorkers:
    """Workers of one queue whose time is simulated: each prediction runs for the seconds that it was charged.

    `begun` are the ids in the order in which they began, with the simulated time of each; `seconds` says how long each
    prediction runs.
    """

    queue: str
    slots: int
    window_seconds: float = 0.0
    seconds: dict[UUID, float] = field(default_factory=dict)
    begun: list[tuple[float, PredictionLease]] = field(default_factory=list)
    time: float = 0.0
    _running: list[tuple[float, int, PredictionLease]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _id: UUID = field(default_factory=uuid4)
    warm: WarmVersions = field(default_factory=WarmVersions)
    room: Room = field(default_factory=lambda: Room(unknown=1_000_000))
    starve_seconds: float | None = None

    async def ask(
        self, version: Version, owner: str, seconds: float = 1.0, weight: float = 1.0,
        priority: Priority = Priority.NORMAL, user_id: UUID | None = None, expected: float | None = None,
    ) -> Prediction:  # fmt: skip
        """Accept one prediction, which will run for so many seconds."""
        row = Prediction(
            id=uuid4(), owner=owner, user_id=user_id, model_id=version.model_id, version_id=version.id,
            queue=self.queue, status="starting", input={}, request_hash="", priority=priority.value,
        )  # fmt: skip
        assert await accept(row, {}, NEW, Charge(seconds if expected is None else expected, weight))
        self.seconds[row.id] = seconds
        return row

    async def fill(self) -> list[PredictionLease]:
        """Begin what can begin now."""
        free = self.slots - len(self._running)
        leases: list[PredictionLease] = []
        if free > 0 and self.starve_seconds is not None:
            waiting = await list_waiting((self.queue,))
            leases += await claim_oldest(self.queue, self._id, 600, self.starve_seconds, waiting, self.warm, self.room)
            free -= len(leases)
        if free > 0:
            window = int(self.window_seconds * UNITS_PER_SECOND)
            leases += await claim(self.queue, self._id, 600, free, self.warm, self.room, window=window)
        for lease in leases:
            self.begun.append((self.time, lease))
            ends = self.time + self.seconds.get(lease.id, 1.0)
            heapq.heappush(self._running, (ends, next(self._numbers), lease))
        return leases

    async def step(self) -> PredictionLease | None:
        """Let the next running prediction end; None where none runs."""
        if not self._running:
            return None
        self.time, _, lease = heapq.heappop(self._running)
        assert await finish(lease, DONE)
        return lease

    def seconds_by_owner(self, start: float = 0.0) -> Counter[str]:
        """How long each owner's predictions ran that began from a time on."""
        used: Counter[str] = Counter()
        for at, lease in self.begun:
            if at >= start:
                used[lease.owner] += self.seconds.get(lease.id, 1.0)
        return used


async def ranks_of(predictions: Sequence[Prediction]) -> list[int]:
    """The ranks of predictions as they stand."""
    found = await rows("SELECT id, rank FROM prediction WHERE id = ANY($1::uuid[])", [row.id for row in predictions])
    by_id = {row["id"]: row["rank"] for row in found}
    return [by_id[row.id] for row in predictions]
