"""Where waiting predictions stand: computed at most once a second for a queue and node, and only while asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from anyio.to_thread import run_sync

from server.adapters.database import DATABASE_ERRORS
from server.adapters.tasks import end, shared
from server.domain.events import Cursor, Event, EventType
from server.domain.forecast import MOST_COUNTED, QueuePlace, QueueReason, places
from server.queue.forecast import WaitingPrediction, read_snapshots, read_waiting

logger = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
# No event of a log has this epoch
MOVED_CURSOR = Cursor("queue", 0)
Offer = Callable[[Event], None]


class QueueWatchers:
    """Who watches where predictions wait at this node, and one reader for all of them."""

    def __init__(self) -> None:
        self._offers: dict[UUID, set[Offer]] = {}
        self._sent: dict[UUID, QueuePlace] = {}
        self._places: dict[str, tuple[dict[UUID, QueuePlace], float]] = {}
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watch(self, prediction_id: UUID, offer: Offer) -> AsyncIterator[None]:
        """Offer an event at once and whenever the place of a prediction changes, for the time of the context."""
        self._offers.setdefault(prediction_id, set()).add(offer)
        # Others have heard of its place, this one has not
        self._sent.pop(prediction_id, None)
        if self._task is None:
            self._task = shared(self._run())
        try:
            yield
        finally:
            self._offers[prediction_id].discard(offer)
            if not self._offers[prediction_id]:
                del self._offers[prediction_id]
                self._sent.pop(prediction_id, None)
            if not self._offers and self._task is not None:
                task, self._task = self._task, None
                await end(task)

    async def places(self, ids: Sequence[UUID]) -> dict[UUID, QueuePlace]:
        """Where those of some predictions wait that do, not older than a second; in a fixed number of statements."""
        waiting = await read_waiting(ids)
        known = await self._places_in({each.queue for each in waiting})
        return {each.id: _place(each, known[each.queue]) for each in waiting}

    async def _places_in(self, queues: Collection[str]) -> dict[str, dict[UUID, QueuePlace]]:
        async with self._lock:
            old = time.monotonic() - EVERY_SECONDS * 0.9
            if due := [queue for queue in queues if queue not in self._places or self._places[queue][1] < old]:
                for queue, snapshot in (await read_snapshots(due)).items():
                    self._places[queue] = await run_sync(places, snapshot), time.monotonic()
            return {queue: self._places[queue][0] for queue in queues}

    async def _run(self) -> None:
        while True:
            try:
                for prediction_id, place in (await self.places(list(self._offers))).items():
                    if self._sent.get(prediction_id) != place:
                        self._sent[prediction_id] = place
                        event = Event(EventType.MOVED, MOVED_CURSOR, time.time(), {"place": place})
                        for offer in list(self._offers.get(prediction_id, ())):
                            offer(event)
            except DATABASE_ERRORS as error:
                logger.warning("queue_watch.read_failed", error=str(error))
            await asyncio.sleep(EVERY_SECONDS)


def _place(waiting: WaitingPrediction, known: Mapping[UUID, QueuePlace]) -> QueuePlace:
    if waiting.is_paused:
        return QueuePlace(None, None, None, QueueReason.PAUSED)
    if waiting.is_held:
        return QueuePlace(None, None, None, QueueReason.RATE)
    if waiting.is_delayed:
        return QueuePlace(None, None, None, QueueReason.WAITING_FOR_SLOT)
    # What is not among the first has as many before it; of few, it came after they were read
    position = MOST_COUNTED if len(known) >= MOST_COUNTED else None
    return known.get(waiting.id, QueuePlace(position, None, None, QueueReason.WAITING_FOR_SLOT))
