"""Answers that follow a prediction as server-sent events, whatever form a door gives these."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from uuid import UUID

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from server.adapters.tasks import end, wait_for_event
from server.domain.accounts import Viewer
from server.domain.events import EventType
from server.domain.predictions import PredictionStatus
from server.live import prediction_events
from server.live.prediction_events import SubscriberEvent
from server.rest.caller import Caller
from server.tables import Prediction

KEEP_ALIVE_SECONDS = 15.0
KEEP_ALIVE = b": keep-alive\n\n"
TOO_MANY = "Too many streams are open at once; close one first."
# nginx does not buffer an answer that says so
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class CredentialEndedError(Exception):
    """The credential of whoever follows has ended, by time or by somebody's hand."""


async def follow(
    caller: Caller, viewer: Viewer, prediction_id: UUID, after: str | None = None
) -> AsyncGenerator[SubscriberEvent | None, None]:
    """A prediction's events, as `prediction_events.watch` gives them, and None where nothing has come for a while.

    Raises:
        CredentialEndedError: the viewer may not go on.
        NotFoundError, BadUserInputError: as `prediction_events.watch`.
    """
    reader = _Reader(prediction_events.watch(caller.rt, caller.hubs, viewer, prediction_id, after))
    reading = asyncio.create_task(reader.read())
    reading.add_done_callback(lambda _: reader.has_news.set())
    expiry: asyncio.Task[str] | None = None
    if viewer.session_id is not None or viewer.key_id is not None:
        expiry = asyncio.create_task(caller.credential_watcher.wait_for_expiry(viewer))
        expiry.add_done_callback(lambda _: reader.has_news.set())
    try:
        while True:
            if reader.update is None and not reading.done() and not (expiry and expiry.done()):
                reader.has_news.clear()
                await wait_for_event(reader.has_news, KEEP_ALIVE_SECONDS)
            if (update := reader.take()) is not None:
                yield update
            elif reading.done():
                reading.result()
                return
            elif expiry is not None and expiry.done():
                raise CredentialEndedError
            else:
                yield None
    finally:
        await end(reading, *([expiry] if expiry else []))


class _Reader:
    """Reads events one ahead of whoever takes them: a task for each, which may be waited for, costs more than both."""

    def __init__(self, events: AsyncGenerator[SubscriberEvent, None]) -> None:
        self._events = events
        self._is_taken = asyncio.Event()
        self.has_news = asyncio.Event()
        self.update: SubscriberEvent | None = None

    async def read(self) -> None:
        """Read to the end; raises what reading raises."""
        async with aclosing(self._events):
            async for update in self._events:
                self.update = update
                self.has_news.set()
                await self._is_taken.wait()
                self._is_taken.clear()

    def take(self) -> SubscriberEvent | None:
        """What was read, so that the next is; None where nothing was."""
        update, self.update = self.update, None
        if update is not None:
            self._is_taken.set()
        return update


def ended_row(update: SubscriberEvent) -> Prediction | None:
    """The row of a prediction's last event; None for any other."""
    if update.event.type is not EventType.STATUS:
        return None
    # Not by the row's status: it may have ended while its events are still on their way
    return update.row if PredictionStatus(update.event.data["status"]).is_terminal else None


class EventStream(StreamingResponse):
    """Server-sent events; `leave` is called once, when all was sent or the client is gone, were it before the first."""

    def __init__(
        self, pieces: AsyncGenerator[bytes, None], headers: Mapping[str, str], leave: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(pieces, media_type="text/event-stream", headers={**HEADERS, **headers})
        self._pieces, self._leave = pieces, leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        try:
            async with aclosing(self._pieces):
                await super().__call__(scope, receive, send)
        finally:
            # It is done whatever becomes of the connection's own task
            await asyncio.shield(asyncio.ensure_future(self._leave()))
