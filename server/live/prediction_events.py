"""What a subscriber of a prediction sees: snapshot, events in order, the terminal one last."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, suppress
from typing import NamedTuple
from uuid import UUID

import structlog

from server.adapters.event_log import LiveState
from server.adapters.redis_calls import REDIS_ERRORS
from server.domain.accounts import Viewer
from server.domain.events import CLOSED_EPOCH, NO_EPOCH, Cursor, Event, EventType, merge, parse_cursor
from server.domain.predictions import PredictionStatus
from server.domain.text_output import join_choices, texts_of
from server.errors import BadUserInputError, NotFoundError
from server.live import prediction_rows
from server.live.hubs import Ending, Hubs, Watcher
from server.runtime import Runtime
from server.tables import Prediction

logger = structlog.get_logger(__name__)

LOG_AGAIN_SECONDS = 0.5
# The epoch of the cursor that comes with the last event, before the number of the attempt
END_EPOCH = "end."


class SubscriberEvent(NamedTuple):
    """One event as a subscriber sees it; `row` and `live` come with snapshots and status changes.

    `is_common` says that every subscriber who gets this very event gets the same: its row, where it has one, was not
    read for one subscriber alone.
    """

    event: Event
    row: Prediction | None = None
    live: LiveState | None = None
    is_common: bool = False


async def live_state(rt: Runtime, prediction_id: UUID) -> LiveState | None:
    """The output of the newest attempt so far; None when Redis holds nothing of it, or is away."""
    try:
        return await rt.event_log.live(str(prediction_id))
    except REDIS_ERRORS as error:
        logger.warning("events.live_failed", prediction=str(prediction_id), error=str(error))
        return None


def overlay(row: Prediction, live: LiveState | None) -> LiveState | None:
    """The live state, if it is that of the row's running attempt."""
    is_running = PredictionStatus(row.status) is PredictionStatus.PROCESSING
    return live if is_running and live is not None and live.attempt == row.attempt else None


async def watch(
    rt: Runtime,
    hubs: Hubs,
    viewer: Viewer,
    prediction_id: UUID,
    after: str | None = None,
    *,
    previews: bool = False,
    moves: bool = False,
) -> AsyncGenerator[SubscriberEvent, None]:
    """Snapshot first (unless `after` is a cursor that can be continued), then events, the terminal one last.

    Where the prediction is deleted meanwhile, there may be no terminal one.

    `previews` says that this subscriber shows pictures: workers make them only while one does. `moves` says that it
    shows where the prediction waits, which is computed only while one does.

    Raises:
        NotFoundError: there is no such prediction, or the viewer may not know of it.
        BadUserInputError: `after` is no cursor.
    """
    cursor = parse_cursor(after) if after is not None else None
    if after is not None and cursor is None:
        raise BadUserInputError("`after` is not a cursor of this stream.")
    if cursor is not None or previews:
        # Otherwise the snapshot comes first, and reading it checks that the viewer may see the prediction
        await prediction_rows.find(viewer, prediction_id)
    if cursor is not None and cursor.epoch.startswith(END_EPOCH):
        return
    async with AsyncExitStack() as stack:
        watching = hubs.watch(prediction_id, previews=previews, reads_row=cursor is None)
        watcher = await stack.enter_async_context(watching)
        if moves:
            await stack.enter_async_context(hubs.queues.watch(prediction_id, watcher.offer))
        subscriber = Subscriber(rt, viewer, prediction_id, watcher, cursor)
        if cursor is None:
            # Without a name here: a subscriber that waits for the next event keeps no old ones in memory
            yield await subscriber.snapshot()
            if subscriber.preview is not None:
                yield subscriber.preview
        try:
            if not subscriber.is_joined:
                async for event in subscriber.catch_up():
                    yield event
            async for event in subscriber.follow():
                yield event
            async for event in subscriber.end():
                yield event
        except NotFoundError:
            if await prediction_rows.read(prediction_id) is not None:
                # The viewer may not see it any more
                raise
            # It was deleted meanwhile, and nothing is left to show


class Subscriber:
    """One subscriber's way through a prediction's events; its cursor is the last event that the client has seen."""

    __slots__ = ("_cursor", "_ending", "_id", "_rt", "_skipped_epoch", "_viewer", "_watcher", "is_joined", "preview")

    def __init__(
        self, rt: Runtime, viewer: Viewer, prediction_id: UUID, watcher: Watcher, cursor: Cursor | None
    ) -> None:
        self._rt = rt
        self._viewer = viewer
        self._id = prediction_id
        self._watcher = watcher
        self._cursor = cursor
        # Whether the last snapshot stands behind the hub's place in the log, so that the hub hands over the rest
        self.is_joined = False
        # Of an attempt that is over nothing was shown, so its last events would come without their beginning
        self._skipped_epoch: str | None = None
        # The end, once a snapshot has shown it
        self._ending: Ending | None = None
        self.preview: SubscriberEvent | None = None

    async def snapshot(self) -> SubscriberEvent:
        """The prediction as it stands; `preview` is then the picture that its run last showed."""
        # The row is read last: it is at least as new as the live state
        live = await live_state(self._rt, self._id)
        row = await prediction_rows.find(self._viewer, self._id)
        self._cursor = live.cursor if live else Cursor(NO_EPOCH, self._cursor.seq if self._cursor else 0)
        if PredictionStatus(row.status).is_terminal:
            self._ending = Ending(row)
        self.is_joined = live is not None
        shown = overlay(row, live)
        self._skipped_epoch = live.cursor.epoch if live is not None and shown is None else None
        cursor = self._resume_cursor
        self.preview = None
        if shown is not None and shown.preview is not None:
            # For subscribers that come late, at the snapshot's own cursor
            self.preview = SubscriberEvent(Event(EventType.PREVIEW, cursor, shown.preview["at"], shown.preview))
        event = Event(EventType.SNAPSHOT, cursor, row.updated_at.timestamp(), {"attempt": row.attempt})
        return SubscriberEvent(event, row, shown)

    async def catch_up(self) -> AsyncIterator[SubscriberEvent]:
        """Everything in the log after the cursor; a snapshot where that cannot be continued."""
        while self._ending is None:
            cursor = self._cursor or Cursor(NO_EPOCH, 0)
            try:
                page = await self._rt.event_log.read(str(self._id), cursor)
            except REDIS_ERRORS:
                # What the hub hands over next would come without what is missing here: it is read again first
                self._watcher.overflow()
                await asyncio.sleep(LOG_AGAIN_SECONDS)
                return
            if page.lost and self._cursor is not None:
                resume = self._resume_cursor
                yield SubscriberEvent(Event(EventType.LOST, resume, time.time(), {"after": str(resume)}))
            if page.lost or cursor.epoch not in (NO_EPOCH, page.epoch):
                # Events are gone, or the client came back with a cursor of an epoch that is over
                yield await self.snapshot()
                continue
            for event in page.events:
                if (accepted := await self._accept(event)) is not None:
                    yield accepted
            if not page.more:
                return

    async def follow(self) -> AsyncIterator[SubscriberEvent]:
        """What the hub hands over, until the row is terminal and nothing is queued."""
        while self._ending is None:
            events = (await self._watcher.take())[::-1]
            is_empty = not events
            while events:
                event = events.pop()
                # Joined with those behind it, unless the client has seen it: then text would come twice
                while events and not self._has_seen(event) and (joined := merge(event, events[-1])) is not None:
                    event = joined
                    events.pop()
                if (accepted := await self._accept(event)) is not None:
                    yield accepted
            if self._watcher.overflowed:
                self._watcher.overflowed = False
                async for accepted in self.catch_up():
                    yield accepted
                if self._watcher.overflowed and self._watcher.has_ended:
                    # The log is away and the prediction has ended: its row holds the rest
                    return
            elif is_empty and self._watcher.has_ended:
                return

    async def end(self) -> AsyncIterator[SubscriberEvent]:
        """The terminal event, behind a snapshot where the log could not bring everything before it."""
        ending = self._ending or self._watcher.ending or Ending(await prediction_rows.find(self._viewer, self._id))
        if (row := ending.row) is None:
            return
        if self._ending is None:
            live = await live_state(self._rt, self._id)
            if live is None:
                is_incomplete = row.attempt > 0
            else:
                # A row that was ended by somebody else than the run has none of the run's output
                shown = (live.cursor, texts_of(live.output if live.choices else live.text), live.logs)
                is_incomplete = shown != (self._cursor, texts_of(row.output), row.logs)
            if is_incomplete:
                yield await self.snapshot()
        cursor = Cursor(f"{END_EPOCH}{row.attempt}", (self._cursor.seq if self._cursor else 0) + 1)
        if cursor not in ending.events:
            at = (row.completed_at or row.updated_at).timestamp()
            ending.events[cursor] = Event(EventType.STATUS, cursor, at, {"status": row.status})
        yield SubscriberEvent(ending.events[cursor], row, is_common=True)

    @property
    def _resume_cursor(self) -> Cursor:
        """The cursor as the client may come back with it: not to the middle of what it was not shown."""
        cursor = self._cursor or Cursor(NO_EPOCH, 0)
        return Cursor(CLOSED_EPOCH, cursor.seq) if cursor.epoch == self._skipped_epoch else cursor

    def _has_seen(self, event: Event) -> bool:
        cursor = self._cursor or Cursor(NO_EPOCH, 0)
        return event.cursor.epoch == cursor.epoch and event.cursor.seq <= cursor.seq

    async def _accept(self, event: Event) -> SubscriberEvent | None:
        """What the subscriber sees of an event; None where it has seen it, or must not see it."""
        if event.type is EventType.MOVED:
            # Of no place in the log: who comes back continues where they were
            return SubscriberEvent(Event(event.type, self._resume_cursor, event.at, event.data))
        if self._has_seen(event):
            return None
        epoch = self._cursor.epoch if self._cursor else NO_EPOCH
        if event.cursor.epoch != epoch and event.type is not EventType.SNAPSHOT:
            # The stream began between our look at it and now: its own snapshot was merged away or trimmed
            return await self.snapshot() if epoch == NO_EPOCH else None
        self._cursor = event.cursor
        if event.type is EventType.SNAPSHOT:
            # The first event of an epoch: it replaces what the client holds by the attempt's output so far
            data, row = event.data, await prediction_rows.find(self._viewer, self._id)
            text, logs, chunks = data.get("text", ""), data.get("logs", ""), data.get("chunks", [])
            live = LiveState(
                *(event.cursor, data["attempt"], text, logs, data.get("progress"), chunks),
                choices=join_choices(text, data.get("choices", ())),
            )
            return SubscriberEvent(event, row, live)
        if event.cursor.epoch == self._skipped_epoch:
            return None
        if event.type is EventType.STATUS:
            return SubscriberEvent(event, await prediction_rows.find(self._viewer, self._id))
        return SubscriberEvent(event, is_common=True)


LONGEST_HELD_SECONDS = 55
"""What a request for one prediction is held at most: proxies give up after 60 seconds without an answer."""


async def wait_until_ended(rt: Runtime, hubs: Hubs, viewer: Viewer, prediction_id: UUID, seconds: float) -> Prediction:
    """The prediction when it ends, or as it stands after `seconds` or when this node stops."""
    with suppress(TimeoutError):
        async with hubs.patience(seconds), hubs.watch(prediction_id, events=False) as watcher:
            while not watcher.has_ended:
                await watcher.take()
            # The caller has checked already that the viewer may see it
            if watcher.row is not None:
                return watcher.row
    return await prediction_rows.find_visible(viewer, prediction_id)
