"""Notes what a running attempt's webhook is to be told: its start, its output, its log, at most twice a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from server.adapters.database import DATABASE_ERRORS
from server.adapters.tasks import end
from server.domain.events import EventType
from server.domain.webhooks import MIN_GAP_SECONDS, WebhookEvent
from server.queue import deliveries
from server.queue.claim import PredictionLease

logger = structlog.get_logger(__name__)

_EVENTS = {
    EventType.OUTPUT: WebhookEvent.OUTPUT,
    EventType.LOG: WebhookEvent.LOGS,
}


class Notices:
    """What the webhook of one attempt asked for and has not been noted yet; of most predictions, nothing ever is."""

    def __init__(self, job: PredictionLease, look: Callable[[float], None]) -> None:
        self._job = job
        self._look = look
        self._selected = frozenset(WebhookEvent(name) for name in job.webhook_events)
        self._pending: set[WebhookEvent] = set()
        self._ever: set[WebhookEvent] = set()
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def begun(self) -> None:
        """The attempt starts."""
        self._add(WebhookEvent.START)

    def note_event(self, kind: EventType) -> None:
        """The attempt made an event."""
        if self._selected and kind in _EVENTS:
            self._add(_EVENTS[kind])

    def ended(self) -> None:
        """The row has ended, with a delivery of its own where one is wanted."""
        if self._selected:
            self._look(0)

    async def finish(self) -> None:
        """Note the rest before the row ends; the log once more where nothing later would carry its last lines."""
        await self.close()
        if WebhookEvent.COMPLETED in self._selected:
            self._pending &= {WebhookEvent.START}
        else:
            self._pending |= self._ever & {WebhookEvent.LOGS}
        await self._note()

    async def close(self) -> None:
        """Note nothing more by itself."""
        if self._task:
            await end(self._task)
            self._task = None

    def _add(self, event: WebhookEvent) -> None:
        if event not in self._selected:
            return
        self._pending.add(event)
        self._ever.add(event)
        self._due.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            await self._note()
            await asyncio.sleep(MIN_GAP_SECONDS)

    async def _note(self) -> None:
        # What comes while this is written is to be noted again
        events, self._pending = [event for event in WebhookEvent if event in self._pending], set()
        if not events:
            return
        try:
            wait = await deliveries.note(self._job.id, self._job.attempt, events)
        except DATABASE_ERRORS as error:
            self._pending.update(events)
            logger.warning("webhooks.note_failed", prediction=str(self._job.id), error=str(error))
            return
        if wait is not None:
            self._look(wait)
