"""What a subscriber of a prediction sees: snapshot, events in order, the terminal one last."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

import structlog

from server.adapters.event_log import LiveState
from server.adapters.redis_calls import REDIS_ERRORS
from server.domain.accounts import Viewer
from server.domain.events import CLOSED_EPOCH, NO_EPOCH, Cursor, Event, EventType, merge, parse_cursor
from server.domain.predictions import PredictionStatus
from server.errors import BadUserInputError
from server.live import prediction_rows
from server.live.hubs import Hubs
from server.live.watchers import Ending, Watcher
from server.runtime import Runtime
from server.tables import Prediction

logger = structlog.get_logger(__name__)

LOG_AGAIN_SECONDS = 0.5


class Seen(NamedTuple):
    """One event as a subscriber sees it; `row` and `live` come with snapshots and status changes.

    `is_common` says that whoever sees this very event sees the same: its row, where it has one, was not read for this
    subscriber alone.
    """

    event: Event
    row: Prediction | None = None
    live: LiveState | None = None
    is_common: bool = False


async def live_state(rt: Runtime, prediction_id: UUID) -> LiveState | None:
    """What the newest attempt made so far; None when Redis holds nothing of it, or is away."""
    try:
        return await rt.event_log.live(str(prediction_id))
    except REDIS_ERRORS as error:
        logger.warning("events.live_failed", prediction=str(prediction_id), error=str(error))
        return None


def overlay(row: Prediction, live: LiveState | None) -> LiveState | None:
    """The live state, where it is what this row's running attempt made."""
    runs = PredictionStatus(row.status) is PredictionStatus.PROCESSING
    return live if runs and live is not None and live.attempt == row.attempt else None


async def watch(
    rt: Runtime, hubs: Hubs, viewer: Viewer, prediction_id: UUID, after: str | None = None, *, previews: bool = False
) -> AsyncGenerator[Seen, None]:
    """Snapshot first (unless `after` is a cursor that can be continued), then events, the terminal one last.

    `previews` says that this subscriber shows pictures: only while one does are any made.

    Raises:
        NotFoundError: there is no such prediction, or the viewer may not know of it.
        BadUserInputError: `after` is no cursor.
    """
    cursor = _place(after)
    if cursor is not None or previews:
        # Else the snapshot, which comes first, is what only those get who may
        await prediction_rows.find(viewer, prediction_id)
    if cursor is not None and cursor.epoch.startswith(_END):
        return
    async with hubs.watch(prediction_id, previews=previews, reads_row=cursor is None) as watcher:
        stream = Stream(rt, viewer, prediction_id, watcher, cursor)
        if cursor is None:
            # No name for it here: who waits for what follows holds nothing of the past
            yield await stream.snapshot()
            if stream.preview is not None:
                yield stream.preview
        if not stream.is_shown:
            async for seen in stream.catch_up():
                yield seen
        async for seen in stream.follow():
            yield seen
        async for seen in stream.end():
            yield seen


def _place(after: str | None) -> Cursor | None:
    cursor = parse_cursor(after) if after is not None else None
    if after is not None and cursor is None:
        raise BadUserInputError("`after` is not a cursor of this stream.")
    return cursor


class Stream:
    """One subscriber's way through a prediction's events; its cursor is what the client has seen."""

    __slots__ = ("_cursor", "_id", "_over", "_rt", "_told_ending", "_viewer", "_watcher", "is_shown", "preview")

    def __init__(
        self, rt: Runtime, viewer: Viewer, prediction_id: UUID, watcher: Watcher, cursor: Cursor | None
    ) -> None:
        self._rt = rt
        self._viewer = viewer
        self._id = prediction_id
        self._watcher = watcher
        self._cursor = cursor
        # Whether a snapshot stands behind the hub's place in the log: what comes after it the hub hands over
        self.is_shown = False
        self._over: str | None = None
        self._told_ending: Ending | None = None
        self.preview: Seen | None = None

    @property
    def _is_told(self) -> bool:
        """Whether a snapshot showed the end."""
        return self._told_ending is not None

    async def end(self) -> AsyncIterator[Seen]:
        """The terminal event."""
        ending = self._told_ending or self._watcher.ending or Ending(await prediction_rows.find(self._viewer, self._id))
        if not self._is_told and await self._missed_something(ending.row):
            yield await self.snapshot()
        yield self._terminal(ending)

    async def follow(self) -> AsyncIterator[Seen]:
        """What the hub hands over, until the row is terminal and nothing is queued."""
        while not self._is_told:
            events = (await self._watcher.take())[::-1]
            told = bool(events)
            while events:
                accepted = await self._accept(self._next(events))
                if accepted is not None:
                    yield accepted
            if self._watcher.overflowed:
                self._watcher.overflowed = False
                async for seen in self.catch_up():
                    yield seen
                if self._watcher.overflowed and self._watcher.row is not None:
                    # The log is away and the row has ended: that one tells the rest
                    return
            elif not told and self._watcher.row is not None:
                return

    def _next(self, events: list[Event]) -> Event:
        """The last of the list, joined with those before it; only what was not seen is, or text would come twice."""
        event = events.pop()
        if events and not self._is_seen(event):
            while events and (joined := merge(event, events[-1])) is not None:
                event = joined
                events.pop()
        return event

    def _is_seen(self, event: Event) -> bool:
        held = self._cursor or Cursor(NO_EPOCH, 0)
        return event.cursor.epoch == held.epoch and event.cursor.seq <= held.seq

    async def snapshot(self) -> Seen:
        """The prediction as it stands; `preview` is the picture that its run last showed."""
        # The row is read last: it is at least as new as the live state
        live = await live_state(self._rt, self._id)
        row = await prediction_rows.find(self._viewer, self._id)
        self._cursor = live.cursor if live else Cursor(NO_EPOCH, self._cursor.seq if self._cursor else 0)
        if PredictionStatus(row.status).is_terminal:
            self._told_ending = Ending(row)
        self.is_shown = live is not None
        shown = overlay(row, live)
        # Of an attempt that is over nothing was shown, so what it said at last would come without its beginning
        self._over = live.cursor.epoch if live is not None and shown is None else None
        event = Event(EventType.SNAPSHOT, self._told, row.updated_at.timestamp(), {"attempt": row.attempt})
        self.preview = _newest_preview(event.cursor, shown)
        return Seen(event, row, shown)

    @property
    def _told(self) -> Cursor:
        """The cursor as the client may come back with it: not to the middle of what it was not shown."""
        held = self._cursor or Cursor(NO_EPOCH, 0)
        return Cursor(CLOSED_EPOCH, held.seq) if held.epoch == self._over else held

    async def catch_up(self) -> AsyncIterator[Seen]:
        """Everything in the log after the cursor; a snapshot where that cannot be continued."""
        while not self._is_told:
            try:
                page = await self._rt.event_log.read(str(self._id), self._cursor or Cursor(NO_EPOCH, 0))
            except REDIS_ERRORS:
                # What the hub hands over next would come without what is missing here: it is read again first
                self._watcher.overflow()
                await asyncio.sleep(LOG_AGAIN_SECONDS)
                return
            if page.lost and self._cursor is not None:
                yield Seen(Event(EventType.LOST, self._told, time.time(), {"after": str(self._told)}))
            if page.lost or self._is_foreign(page.epoch):
                yield await self.snapshot()
                continue
            for event in page.events:
                accepted = await self._accept(event)
                if accepted is not None:
                    yield accepted
            if not page.more:
                return

    def _is_foreign(self, epoch: str) -> bool:
        """Whether the client came back with a cursor of an epoch that is over."""
        held = self._cursor.epoch if self._cursor else NO_EPOCH
        return held not in (NO_EPOCH, epoch)

    async def _accept(self, event: Event) -> Seen | None:
        """What the subscriber sees of an event; None where it has seen it, or is not to."""
        if self._is_seen(event):
            return None
        held = self._cursor or Cursor(NO_EPOCH, 0)
        if event.cursor.epoch != held.epoch and event.type is not EventType.SNAPSHOT:
            # The stream began between our look at it and now: its own snapshot was merged away or trimmed
            return await self.snapshot() if held.epoch == NO_EPOCH else None
        self._cursor = event.cursor
        if event.type is EventType.SNAPSHOT:
            return await self._stream_snapshot(event)
        if event.cursor.epoch == self._over:
            return None
        if event.type is EventType.STATUS:
            return Seen(event, await prediction_rows.find(self._viewer, self._id))
        return Seen(event, is_common=True)

    async def _stream_snapshot(self, event: Event) -> Seen:
        """The first event of an epoch: what the client holds is replaced by what the attempt had made by then."""
        row = await prediction_rows.find(self._viewer, self._id)
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

    def _terminal(self, ending: Ending) -> Seen:
        row = ending.row
        cursor = Cursor(f"{_END}{row.attempt}", (self._cursor.seq if self._cursor else 0) + 1)
        if cursor not in ending.events:
            at = (row.completed_at or row.updated_at).timestamp()
            ending.events[cursor] = Event(EventType.STATUS, cursor, at, {"status": row.status})
        return Seen(ending.events[cursor], row, is_common=True)


def _newest_preview(at: Cursor, live: LiveState | None) -> Seen | None:
    """The picture that the run last showed, for whoever comes late; it stands at the snapshot's own cursor."""
    if live is None or live.preview is None:
        return None
    return Seen(Event(EventType.PREVIEW, at, live.preview["at"], live.preview))


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
    return await prediction_rows.find_visible(viewer, prediction_id)
