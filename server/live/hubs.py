"""Hubs: one per watched prediction and node. A hub reads the event log once a wake-up, for all its watchers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from server.adapters.database import DATABASE_ERRORS
from server.adapters.event_log import EventLog
from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.tasks import end, shared, wait_for_event
from server.adapters.wakeups import Wakeup, Wakeups
from server.domain.events import NO_EPOCH, Cursor, Event, EventType
from server.domain.predictions import PredictionStatus
from server.live import prediction_rows
from server.live.batch_watch import BatchWatchers
from server.live.live_lists import LiveLists
from server.live.queue_watch import QueueWatchers
from server.tables import Prediction

logger = structlog.get_logger(__name__)

POLL_SECONDS = 2.0
FIRST_LOOK_SECONDS = 0.05
"""After which a watcher of the end alone learns that it was there before; wake-ups mostly tell of one sooner."""
ROW_SECONDS = 5.0
DEMAND_SECONDS = 5.0
QUEUE_BOUND = 256


@dataclass(frozen=True)
class Ending:
    """A terminal row, and the last events made of it, by their cursors: most subscribers get the same.

    Without a row the prediction was deleted.
    """

    row: Prediction | None
    events: dict[Cursor, Event] = field(default_factory=dict)


class Watcher:
    """One subscriber's bounded queue: past the bound it must read the log for itself.

    One that wants no `events` waits for the end alone.
    """

    __slots__ = ("_events", "_waiting", "ending", "events", "overflowed", "previews", "reads_row")

    def __init__(self, *, previews: bool = False, reads_row: bool = False, events: bool = True) -> None:
        self.previews, self.reads_row, self.events = previews, reads_row, events
        self._events: list[Event] = []
        self._waiting: asyncio.Future[None] | None = None
        self.overflowed = False
        self.ending: Ending | None = None

    @property
    def row(self) -> Prediction | None:
        """The row, once it is terminal; None too where it was deleted."""
        return self.ending.row if self.ending else None

    @property
    def has_ended(self) -> bool:
        """Whether nothing comes after what is queued."""
        return self.ending is not None

    def offer(self, event: Event) -> None:
        """Queue an event; nothing after an overflow, until the watcher has begun to read the log."""
        if self.overflowed or not self.events:
            return
        if event.type in (EventType.PREVIEW, EventType.MOVED):
            self._events = [queued for queued in self._events if queued.type is not event.type]
        self._events.append(event)
        if len(self._events) > QUEUE_BOUND:
            self.overflow()
        self._ring()

    def overflow(self) -> None:
        """Drop what is queued: the watcher reads the log from its own cursor."""
        if not self.events:
            return
        self._events.clear()
        self.overflowed = True
        self._ring()

    def end(self, ending: Ending) -> None:
        """The row is terminal: nothing comes after what is queued."""
        self.ending = ending
        self._ring()

    async def take(self) -> list[Event]:
        """All that is queued, waiting for something; empty after an overflow or at the end."""
        if not self._events and not self.overflowed and self.ending is None:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        events, self._events = self._events, []
        return events

    def _ring(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class Hub:
    """The events of one prediction, read once and handed to all its watchers; not at all where nobody wants them."""

    def __init__(self, event_log: EventLog, prediction_id: UUID) -> None:
        self._log, self._id = event_log, prediction_id
        self._watchers: set[Watcher] = set()
        self._wake = asyncio.Event()
        self._row_due = self._log_due = False
        self._starting = asyncio.Lock()
        self._cursor: Cursor | None = None
        """Up to where the log was read; None until somebody wants it."""
        self._task: asyncio.Task[None] | None = None
        self._ending: Ending | None = None
        self._previews = PreviewSource(event_log, prediction_id)

    @property
    def is_idle(self) -> bool:
        """Whether nobody watches."""
        return not self._watchers

    def wake(self, *, row: bool = True, log: bool = True) -> None:
        """Something changed: read the log, and the row where that may have changed too."""
        self._row_due = self._row_due or row
        self._log_due = self._log_due or log
        self._wake.set()

    async def join(self, watcher: Watcher) -> None:
        """Tell a watcher everything that is appended from now on."""
        self._watchers.add(watcher)
        async with self._starting:
            if self._cursor is None and watcher.events:
                # Where the hub begins is settled before any watcher reads for itself: between the two is no gap
                try:
                    self._cursor = await self._log.position(str(self._id))
                except REDIS_ERRORS:
                    self._cursor = Cursor(NO_EPOCH, 0)
            if self._task is None:
                self._task = shared(self._run())
        if watcher.previews:
            self._previews.demand_due = 0.0
        if watcher.events:
            # A watcher that reads the row after it joined learns by itself that the prediction has ended already
            self.wake(row=not watcher.reads_row, log=False)
        else:
            asyncio.get_running_loop().call_later(FIRST_LOOK_SECONDS, self.wake)

    async def preview(self, cursor: Cursor) -> str | None:
        """The picture of a preview event, or a newer one."""
        return await self._previews.image(cursor)

    async def leave(self, watcher: Watcher) -> None:
        """Forget a watcher; the last one ends the hub."""
        self._watchers.discard(watcher)
        if self.is_idle and self._task:
            # Forgotten before it is waited for: a watcher that joins meanwhile starts another
            task, self._task = self._task, None
            await end(task)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        row_read, is_poll = loop.time(), False
        while self._task is asyncio.current_task():
            self._wake.clear()
            row, is_deleted = None, False
            if self._row_due or loop.time() - row_read > ROW_SECONDS:
                # The row is read before the log: what a terminal row's run appended is then surely in the log
                self._row_due, row_read = False, loop.time()
                try:
                    row = await prediction_rows.read(self._id)
                    is_deleted = row is None
                except DATABASE_ERRORS as error:
                    logger.warning("hub.row_failed", prediction=str(self._id), error=str(error))
                    self._row_due = True
            log_due, self._log_due = self._log_due, False
            if self._cursor is not None and (log_due or is_poll or row is not None):
                await self._read_log(self._cursor)
            ended = row is not None and PredictionStatus(row.status).is_terminal
            if not ended and any(watcher.previews for watcher in self._watchers):
                await self._previews.demand(loop.time())
            if row is not None and ended:
                last = self._ending.row if self._ending else None
                if last is None or last.updated_at != row.updated_at:
                    self._ending = Ending(row)
            if is_deleted and self._ending is None:
                self._ending = Ending(None)
            if self._ending is not None and (ended or is_deleted):
                for watcher in self._watchers:
                    watcher.end(self._ending)
            is_poll = not await wait_for_event(self._wake, POLL_SECONDS)

    async def _read_log(self, cursor: Cursor) -> None:
        try:
            while True:
                page = await self._log.read(str(self._id), cursor)
                if page.lost:
                    for watcher in self._watchers:
                        watcher.overflow()
                for event in page.events:
                    self._cursor = cursor = event.cursor
                    for watcher in self._watchers:
                        watcher.offer(event)
                if not page.more:
                    return
        except REDIS_ERRORS as error:
            logger.warning("hub.log_failed", prediction=str(self._id), error=str(error))


class PreviewSource:
    """The previews of one prediction at this node: demanded while somebody watches, each read once."""

    def __init__(self, event_log: EventLog, prediction_id: UUID) -> None:
        self._log = event_log
        self._id = str(prediction_id)
        self._newest: tuple[Cursor, str | None] | None = None
        self._reading = asyncio.Lock()
        self.demand_due = 0.0

    async def demand(self, at: float) -> None:
        """Renew the demand where that is due; it runs out by itself when this node is gone."""
        if at < self.demand_due:
            return
        try:
            await self._log.want_previews(self._id)
            self.demand_due = at + DEMAND_SECONDS
        except REDIS_ERRORS as error:
            logger.warning("hub.demand_failed", prediction=self._id, error=str(error))

    async def image(self, cursor: Cursor) -> str | None:
        """The newest picture, at least as new as the event at the cursor; None when it is gone."""
        async with self._reading:
            newest = self._newest
            if newest is None or newest[0].epoch != cursor.epoch or newest[0].seq < cursor.seq:
                try:
                    newest = self._newest = (cursor, await self._log.preview(self._id))
                except REDIS_ERRORS as error:
                    logger.warning("hub.preview_failed", prediction=self._id, error=str(error))
                    return None
            return newest[1]


class Hubs:
    """The hubs of this node, fed by its one wake-up subscription."""

    def __init__(self, event_log: EventLog, wakeups: Wakeups) -> None:
        self._log = event_log
        self._wakeups = wakeups
        self.lists = LiveLists()
        self.batches = BatchWatchers()
        self.queues = QueueWatchers()
        self._hubs: dict[UUID, Hub] = {}
        self._waits: set[asyncio.Timeout] = set()
        self._is_stopping = False
        self.on_credentials: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Hand wake-ups to hubs until canceled."""
        async with self._wakeups.listen() as wakeups:
            async for wakeup in wakeups:
                self._wake(wakeup)

    def _wake(self, wakeup: Wakeup) -> None:
        """Not in the loop: its variables would hold the hub of the last wake-up, and its events, until the next."""
        if wakeup.owner is not None and (wakeup.prediction_id or wakeup.row):
            self.lists.wake(wakeup.owner)
        elif wakeup.owner is not None:
            self.on_credentials()
        if wakeup.prediction_id is None:
            self.lists.wake_all()
            self.on_credentials()
            for hub in self._hubs.values():
                hub.wake()
        elif wakeup.prediction_id:
            with suppress(ValueError):
                if (watched := self._hubs.get(UUID(wakeup.prediction_id))) is not None:
                    watched.wake(row=wakeup.row)

    @asynccontextmanager
    async def patience(self, seconds: float) -> AsyncIterator[None]:
        """Raise TimeoutError after so many seconds, or as soon as this node stops."""
        async with asyncio.timeout(0 if self._is_stopping else seconds) as limit:
            self._waits.add(limit)
            try:
                yield
            finally:
                self._waits.discard(limit)

    def stop_waiting(self) -> None:
        """This node stops: answer now all who wait for a prediction to end."""
        self._is_stopping = True
        for limit in self._waits:
            if not limit.expired():
                limit.reschedule(asyncio.get_running_loop().time())

    async def preview(self, prediction_id: UUID, cursor: Cursor) -> str | None:
        """The picture of a preview event of a watched prediction, or a newer one; None when it is gone."""
        hub = self._hubs.get(prediction_id)
        return await hub.preview(cursor) if hub else None

    @asynccontextmanager
    async def watch(
        self, prediction_id: UUID, *, previews: bool = False, reads_row: bool = False, events: bool = True
    ) -> AsyncIterator[Watcher]:
        """A watcher of one prediction for the time of the context; `previews` asks the worker to make them.

        `reads_row` says that the subscriber reads the row itself after this, so that the hub need not. Without
        `events` only the end is told, and the log is not read for it.
        """
        hub = self._hubs.setdefault(prediction_id, Hub(self._log, prediction_id))
        watcher = Watcher(previews=previews, reads_row=reads_row, events=events)
        try:
            await hub.join(watcher)
            yield watcher
        finally:
            await hub.leave(watcher)
            if hub.is_idle and self._hubs.get(prediction_id) is hub:
                del self._hubs[prediction_id]
