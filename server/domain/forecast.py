"""When waiting predictions will probably begin: a simulation of the queue over what runs of their versions took."""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

MOST_COUNTED = 1000
"""How many waiting predictions of a queue are looked at."""
SAMPLES = 24
ODDS = 0.5, 0.9


class QueueReason(StrEnum):
    """Why a prediction waits."""

    WAITING_FOR_SLOT = "WAITING_FOR_SLOT"
    MODEL_LOADING = "MODEL_LOADING"
    NO_WORKER = "NO_WORKER"
    PAUSED = "PAUSED"
    RATE = "RATE"


@dataclass(frozen=True)
class QueuePlace:
    """Where a prediction waits; `eta` is in seconds, half of the cases and nine in ten. None: it cannot be known."""

    position: int | None
    ahead_seconds: float | None
    eta: tuple[float, float] | None
    reason: QueueReason


@dataclass(frozen=True)
class ForecastVersion:
    """What is known of a version: how long its last runs took, and where it can run.

    `room` is how many of it all workers run at once, None where none can; `is_loaded` says that one has it in memory.
    Versions of one `pool`, adapters and their base, share the room.
    """

    seconds: Sequence[float] = ()
    expected_seconds: float | None = None
    room: int | None = None
    is_loaded: bool = False
    pool: UUID | None = None


@dataclass(frozen=True)
class QueueSnapshot:
    """A queue at one moment.

    `waiting` are ids and versions in the order of their ranks, MOST_COUNTED at most; `running` are versions and the
    seconds since each began. `slots` is how many workers run together, 0 where none serves the queue.
    """

    waiting: Sequence[tuple[UUID, UUID]]
    running: Sequence[tuple[UUID, float]]
    versions: Mapping[UUID, ForecastVersion]
    slots: int


UNKNOWN = ForecastVersion()


def places(snapshot: QueueSnapshot) -> dict[UUID, QueuePlace]:
    """Where each of the waiting ones stands."""
    chance = random.Random(len(snapshot.waiting))  # noqa: S311 - durations are no secret
    starts = [_Simulation(snapshot, chance).starts() for _ in range(SAMPLES if snapshot.slots else 0)]
    ahead: float | None = 0.0
    by_id = {}
    for number, (prediction_id, version_id) in enumerate(snapshot.waiting):
        version = snapshot.versions.get(version_id, UNKNOWN)
        times = sorted(each[number] for each in starts)
        eta = _quantiles(times) if times and version.is_loaded else None
        by_id[prediction_id] = QueuePlace(number + 1, ahead, eta, _reason(snapshot, version))
        seconds = version.expected_seconds
        ahead = None if ahead is None or seconds is None else ahead + seconds
    return by_id


def _quantiles(times: Sequence[float]) -> tuple[float, float] | None:
    p50, p90 = (times[min(len(times) - 1, int(odds * len(times)))] for odds in ODDS)
    return (round(p50, 3), round(p90, 3)) if math.isfinite(p90) else None


def _reason(snapshot: QueueSnapshot, version: ForecastVersion) -> QueueReason:
    if not snapshot.slots or version.room is None:
        return QueueReason.NO_WORKER
    return QueueReason.WAITING_FOR_SLOT if version.is_loaded else QueueReason.MODEL_LOADING


@dataclass
class _Simulation:
    """One way that it may go: each run takes as long as one of the last of its version did."""

    snapshot: QueueSnapshot
    chance: random.Random
    busy: Counter[UUID] = field(default_factory=Counter)
    ends: list[tuple[float, UUID]] = field(default_factory=list)

    def starts(self) -> list[float]:
        """When each of the waiting ones begins, in their order; infinite where that depends on what is not known."""
        begins = [math.inf] * len(self.snapshot.waiting)
        for version_id, elapsed in self.snapshot.running:
            self._run(version_id, 0.0, elapsed)
        waiting: dict[UUID, deque[int]] = defaultdict(deque)
        for number, (_, version_id) in enumerate(self.snapshot.waiting):
            if self._version(version_id).room is not None:
                waiting[version_id].append(number)
        heads = [(numbers[0], version_id) for version_id, numbers in waiting.items()]
        heapq.heapify(heads)
        full: list[tuple[int, UUID]] = []
        now = 0.0
        while heads or full:
            while heads and len(self.ends) < self.snapshot.slots:
                number, version_id = heapq.heappop(heads)
                if self.busy[self._pool(version_id)] >= (self._version(version_id).room or 0):
                    full.append((number, version_id))
                    continue
                begins[number] = now
                self._run(version_id, now, 0.0)
                waiting[version_id].popleft()
                if waiting[version_id]:
                    heapq.heappush(heads, (waiting[version_id][0], version_id))
            if not self.ends:
                break
            now, version_id = heapq.heappop(self.ends)
            if now == math.inf:
                break
            self.busy[self._pool(version_id)] -= 1
            for head in full:
                heapq.heappush(heads, head)
            full.clear()
        return begins

    def _run(self, version_id: UUID, now: float, elapsed: float) -> None:
        self.busy[self._pool(version_id)] += 1
        heapq.heappush(self.ends, (now + self._seconds(version_id, elapsed), version_id))

    def _seconds(self, version_id: UUID, elapsed: float) -> float:
        version = self._version(version_id)
        if not version.seconds or not (version.is_loaded or elapsed):
            return math.inf
        longer = [seconds for seconds in version.seconds if seconds > elapsed]
        if not longer:
            # Longer than any of the last: probably as long again as a tenth of what it took by now
            return elapsed / 10
        return self.chance.choice(longer) - elapsed

    def _version(self, version_id: UUID) -> ForecastVersion:
        return self.snapshot.versions.get(version_id, UNKNOWN)

    def _pool(self, version_id: UUID) -> UUID:
        return self._version(version_id).pool or version_id
