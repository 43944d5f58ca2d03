"""What a subscriber of a prediction sees: snapshot, events in order, the terminal one last."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import redis
import structlog

from server.adapters.event_log import LiveState
from server.domain.accounts import Viewer
from server.domain.events import CLOSED_EPOCH, NO_EPOCH, Cursor, Event, EventType, merge, parse_cursor
from server.domain.predictions import PredictionStatus
from server.errors import BadUserInputError
from server.runtime import Runtime
from server.services import predictions
from server.services.hubs import Hubs, Watcher
from server.tables import Prediction

logger = structlog.get_logger(__name__)

LOG_AGAIN_SECONDS = 0.5


@dataclass(frozen=True)
class Seen:
    """One event as a subscriber sees it; `row` and `live` come with snapshots and status changes."""

    event: Event
    row: Prediction | None = None
    live: LiveState | None = None


async def live_state(rt: Runtime, prediction_id: UUID) -> LiveState | None:
    """What the newest attempt made so far; None when Redis holds nothing of it, or is away."""
    try:
        return await rt.event_log.live(str(prediction_id))
    except (redis.RedisError, OSError) as error:
        logger.warning("events.live_failed", prediction=str(prediction_id), error=str(error))
        return None


def overlay(row: Prediction, live: LiveState | None) -> LiveState | None:
    """The live state, where it is what this row's running attempt made."""
    runs = PredictionStatus(row.status) is PredictionStatus.PROCESSING
    return live if runs and live is not None and live.attempt == row.attempt else None


async def watch(
    rt: Runtime, hubs: Hubs, viewer: Viewer, prediction_id: UUID, after: str | None = None, *, previews: bool = False
) -> AsyncIterator[Seen]:
    """Snapshot first (unless `after` is a cursor that can be continued), then events, the terminal one last.

    `previews` says that this subscriber shows pictures: only while one does are any made.

    Raises:
        NotFoundError: there is no such prediction, or the viewer may not know of it.
        BadUserInputError: `after` is no cursor.
    """
    cursor = parse_cursor(after) if after is not None else None
    if after is not None and cursor is None:
        raise BadUserInputError("`after` is not a cursor of this stream.")
    if cursor is not None or previews:
        # Else the snapshot, which comes first, is what only those get who may
        await predictions.find(viewer, prediction_id)
    async with hubs.watch(prediction_id, previews=previews, reads_row=cursor is None) as watcher:
        stream = Stream(rt, viewer, prediction_id, watcher, cursor)
        async for seen in stream.run():
            yield seen


class Stream:
    """One subscriber's way through a prediction's events; its cursor is what the client has seen."""

    def __init__(
        self, rt: Runtime, viewer: Viewer, prediction_id: UUID, watcher: Watcher, cursor: Cursor | None
    ) -> None:
        self._rt = rt
        self._viewer = viewer
        self._id = prediction_id
        self._watcher = watcher
        self._cursor = cursor
        self._is_told = False
        self._is_shown = False
        self._over: str | None = None

    async def run(self) -> AsyncIterator[Seen]:
        """All events until the terminal one."""
        if self._cursor is not None and self._cursor.epoch.startswith(_END):
            return
        if self._cursor is None:
            first = await self._snapshot()
            yield first
            if (preview := _newest_preview(first)) is not None:
                yield preview
            if first.row is not None and self._is_told:
                yield self._terminal(first.row)
                return
        if self._cursor is None or not self._is_shown:
            async for seen in self._catch_up():
                yield seen
        async for seen in self._follow():
            yield seen
        row = self._watcher.row or await predictions.find(self._viewer, self._id)
        if not self._is_told and await self._missed_something(row):
            yield await self._snapshot()
        yield self._terminal(row)

    async def _follow(self) -> AsyncIterator[Seen]:
        """What the hub hands over, until the row is terminal and nothing is queued."""
        while not self._is_told:
            events = deque(await self._watcher.take())
            told = bool(events)
            while events:
                async for seen in self._accept(self._next(events)):
                    yield seen
            if self._watcher.overflowed:
                self._watcher.overflowed = False
                async for seen in self._catch_up():
                    yield seen
                if self._watcher.overflowed and self._watcher.row is not None:
                    # The log is away and the row has ended: that one tells the rest
                    return
            elif not told and self._watcher.row is not None:
                return

    def _next(self, events: deque[Event]) -> Event:
        """The next event, joined with its neighbours; only what was not seen is joined, or text would come twice."""
        event = events.popleft()
        if self._is_seen(event):
            return event
        while events and (joined := merge(event, events[0])) is not None:
            event = joined
            events.popleft()
        return event

    def _is_seen(self, event: Event) -> bool:
        held = self._cursor or Cursor(NO_EPOCH, 0)
        return event.cursor.epoch == held.epoch and event.cursor.seq <= held.seq

    async def _snapshot(self) -> Seen:
        # The row is read last: it is at least as new as the live state
        live = await live_state(self._rt, self._id)
        row = await predictions.find(self._viewer, self._id)
        self._cursor = live.cursor if live else Cursor(NO_EPOCH, self._cursor.seq if self._cursor else 0)
        self._is_told = PredictionStatus(row.status).is_terminal
        # Read behind the hub's place in the log: what comes after it the hub hands over
        self._is_shown = live is not None
        shown = overlay(row, live)
        # Of an attempt that is over nothing was shown, so what it said at last would come without its beginning
        self._over = live.cursor.epoch if live is not None and shown is None else None
        event = Event(EventType.SNAPSHOT, self._told, row.updated_at.timestamp(), {"attempt": row.attempt})
        return Seen(event, row, shown)

    @property
    def _told(self) -> Cursor:
        """The cursor as the client may come back with it: not to the middle of what it was not shown."""
        held = self._cursor or Cursor(NO_EPOCH, 0)
        return Cursor(CLOSED_EPOCH, held.seq) if held.epoch == self._over else held

    async def _catch_up(self) -> AsyncIterator[Seen]:
        """Everything in the log after the cursor; a snapshot where that cannot be continued."""
        while not self._is_told:
            try:
                page = await self._rt.event_log.read(str(self._id), self._cursor or Cursor(NO_EPOCH, 0))
            except (redis.RedisError, OSError):
                # What the hub hands over next would come without what is missing here: it is read again first
                self._watcher.overflow()
                await asyncio.sleep(LOG_AGAIN_SECONDS)
                return
            if page.lost and self._cursor is not None:
                yield Seen(Event(EventType.LOST, self._told, time.time(), {"after": str(self._told)}))
            if page.lost or self._is_foreign(page.epoch):
                yield await self._snapshot()
                continue
            for event in page.events:
                async for seen in self._accept(event):
                    yield seen
            if not page.more:
                return

    def _is_foreign(self, epoch: str) -> bool:
        """Whether the client came back with a cursor of an epoch that is over."""
        held = self._cursor.epoch if self._cursor else NO_EPOCH
        return held not in (NO_EPOCH, epoch)

    async def _accept(self, event: Event) -> AsyncIterator[Seen]:
        if self._is_seen(event):
            return
        held = self._cursor or Cursor(NO_EPOCH, 0)
        if event.cursor.epoch != held.epoch and event.type is not EventType.SNAPSHOT:
            if held.epoch != NO_EPOCH:
                return
            # The stream began between our look at it and now: its own snapshot was merged away or trimmed
            yield await self._snapshot()
            return
        self._cursor = event.cursor
        if event.type is EventType.SNAPSHOT:
            yield await self._stream_snapshot(event)
        elif event.cursor.epoch == self._over:
            return
        elif event.type is EventType.STATUS:
            yield Seen(event, await predictions.find(self._viewer, self._id))
        else:
            yield Seen(event)

    async def _stream_snapshot(self, event: Event) -> Seen:
        """The first event of an epoch: what the client holds is replaced by what the attempt had made by then."""
        row = await predictions.find(self._viewer, self._id)
        data = event.data
        text, logs = data.get("text", ""), data.get("logs", "")
        chunks = data.get("chunks", [])
        return Seen(event, row, LiveState(event.cursor, data["attempt"], text, logs, data.get("progress"), chunks))

    async def _missed_something(self, row: Prediction) -> bool:
        """Whether the log could not bring all of it: Redis was away or lost it while the prediction ran."""
        live = await live_state(self._rt, self._id)
        if live is None:
            return row.attempt > 0
        # A row that was ended by somebody else than the run has nothing of what the run said
        text = row.output if isinstance(row.output, str) else ""
        return (live.cursor, live.text, live.logs) != (self._cursor, text, row.logs)

    def _terminal(self, row: Prediction) -> Seen:
        cursor = Cursor(f"{_END}{row.attempt}", (self._cursor.seq if self._cursor else 0) + 1)
        at = (row.completed_at or row.updated_at).timestamp()
        return Seen(Event(EventType.STATUS, cursor, at, {"status": row.status}), row)


def _newest_preview(snapshot: Seen) -> Seen | None:
    """The picture that the run last showed, for whoever comes late; it stands at the snapshot's own cursor."""
    live = snapshot.live
    if live is None or live.preview is None:
        return None
    return Seen(Event(EventType.PREVIEW, snapshot.event.cursor, live.preview["at"], live.preview))


_END = "end."


async def wait_until_ended(rt: Runtime, hubs: Hubs, viewer: Viewer, prediction_id: UUID, seconds: float) -> Prediction:
    """The prediction when it ends, or as it stands after `seconds` or when this node stops."""
    with suppress(TimeoutError):
        async with hubs.patience(seconds), hubs.watch(prediction_id) as watcher:
            while watcher.row is None:
                await watcher.take()
                watcher.overflowed = False
            # Whoever waits was let in already
            return watcher.row
    return await predictions.known(viewer, prediction_id)
