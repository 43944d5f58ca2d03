"""Watchers: what the hub of a prediction hands to one subscriber."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from server.domain.events import Cursor, Event, EventType
from server.tables import Prediction

QUEUE_BOUND = 256


@dataclass(frozen=True)
class Ending:
    """A terminal row, and the last events made of it, by their cursors: most subscribers are told the same."""

    row: Prediction
    events: dict[Cursor, Event] = field(default_factory=dict)


class Watcher:
    """One subscriber's bounded queue: past the bound it must read the log for itself."""

    __slots__ = ("_events", "_waiting", "ending", "overflowed", "previews", "reads_row")

    def __init__(self, *, previews: bool = False, reads_row: bool = False) -> None:
        self.previews, self.reads_row = previews, reads_row
        self._events: list[Event] = []
        self._waiting: asyncio.Future[None] | None = None
        self.overflowed = False
        self.ending: Ending | None = None

    @property
    def row(self) -> Prediction | None:
        """The row, once it is terminal."""
        return self.ending.row if self.ending else None

    def offer(self, event: Event) -> None:
        """Queue an event; after an overflow nothing is, until the watcher has begun to read the log."""
        if self.overflowed:
            return
        if event.type is EventType.PREVIEW:
            self._events = [queued for queued in self._events if queued.type is not EventType.PREVIEW]
        self._events.append(event)
        if len(self._events) > QUEUE_BOUND:
            self.overflow()
        self._ring()

    def overflow(self) -> None:
        """Drop what is queued: the watcher reads the log from its own cursor."""
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
        taken, self._events = self._events, []
        return taken

    def _ring(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
