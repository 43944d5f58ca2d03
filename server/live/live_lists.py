"""Live lists: the rows of one user as they change, read once per user and node, however many watch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog

from server.adapters.database import DATABASE_ERRORS, rows
from server.adapters.large_columns import without_large
from server.adapters.tasks import end, shared, wait_for_event
from server.domain.accounts import USER_OWNER, Viewer
from server.domain.api_keys import Scope
from server.errors import UnauthenticatedError, UnavailableError
from server.tables import Prediction

logger = structlog.get_logger(__name__)

POLL_SECONDS = 5.0
PAUSE_SECONDS = 0.1
OVERLAP_SECONDS = 10.0
"""How long a transaction may stay open so that its rows are seen at the next wake-up."""
WIDE_OVERLAP_SECONDS = 60.0
"""How long it may stay open so that its rows are seen at the next poll."""
MAX_ROWS = 256
MAX_IDS = 10_000
ROWS_AT_ONCE = 100


@dataclass(frozen=True)
class ListFilter:
    """Which rows a subscriber gets; an unset field excludes none."""

    statuses: frozenset[str] | None = None
    model_id: UUID | None = None
    version_id: UUID | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    starred: bool | None = None

    def matches(self, row: Prediction) -> bool:
        """Whether a row is one of them as it stands."""
        return (
            (self.statuses is None or row.status in self.statuses)
            and self.model_id in (None, row.model_id)
            and self.version_id in (None, row.version_id)
            and (self.created_from is None or row.created_at >= self.created_from)
            and (self.created_before is None or row.created_at < self.created_before)
            and self.starred in (None, row.starred)
        )


class ListWatcher:
    """One subscriber's changed rows, the newest state of each; beyond MAX_ROWS only their ids are kept."""

    def __init__(self) -> None:
        self._changed: dict[UUID, Prediction | None] = {}
        self._wake = asyncio.Event()
        self.is_lost = False

    def offer(self, row_id: UUID, row: Prediction | None) -> None:
        """Queue a row that changed; None is read when its turn comes."""
        if len(self._changed) >= MAX_IDS and row_id not in self._changed:
            self.is_lost = True
            self._changed.clear()
        elif not self.is_lost:
            self._changed.pop(row_id, None)
            self._changed[row_id] = row if len(self._changed) < MAX_ROWS else None
        self._wake.set()

    async def take(self) -> list[Prediction]:
        """Rows that changed, oldest change first, waiting for some.

        Raises:
            UnavailableError: more than MAX_IDS rows changed since the last call.
        """
        while not self._changed and not self.is_lost:
            self._wake.clear()
            await self._wake.wait()
        if self.is_lost:
            raise UnavailableError("You fell too far behind to receive every change; list again and resubscribe.")
        batch = {row_id: self._changed.pop(row_id) for row_id in list(self._changed)[:ROWS_AT_ONCE]}
        if unread := [row_id for row_id, row in batch.items() if row is None]:
            # The order of the changes stays
            batch |= {row.id: row for row in await without_large(Prediction.filter(id__in=unread))}
        return [row for row in batch.values() if row is not None]


class SentChange(NamedTuple):
    """The last change of a row that watchers got: its `updated_at`, and when, by this process' clock."""

    updated_at: datetime
    sent_at: float


class LiveList:
    """The changes of one user's rows, read once for all who watch.

    A row may be committed late, with an older time than what was read before, and reading by time alone would miss it.
    So each read goes back by an overlap, and the changes that were sent already are known by id and time.
    """

    def __init__(self, user_id: UUID) -> None:
        self._user_id = user_id
        self._watchers: set[ListWatcher] = set()
        self._sent: dict[UUID, SentChange] = {}
        self._wake = asyncio.Event()
        self._read_at: float | None = None
        self._wide_at = 0.0
        self._task = shared(self._run())

    @property
    def is_idle(self) -> bool:
        """Whether nobody watches."""
        return not self._watchers

    def wake(self) -> None:
        """Some row changed."""
        self._wake.set()

    def join(self, watcher: ListWatcher) -> None:
        """Send a watcher every change from now on, and first the latest: it may have listed before it came."""
        recently = time.monotonic() - OVERLAP_SECONDS
        for row_id, change in self._sent.items():
            if change.sent_at > recently:
                watcher.offer(row_id, None)
        self._watchers.add(watcher)

    def leave(self, watcher: ListWatcher) -> None:
        """Forget a watcher."""
        self._watchers.discard(watcher)

    async def close(self) -> None:
        """Stop reading."""
        await end(self._task)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._read()
            except DATABASE_ERRORS as error:
                logger.warning("live_list.read_failed", user=str(self._user_id), error=str(error))
            await asyncio.sleep(PAUSE_SECONDS)
            await wait_for_event(self._wake, POLL_SECONDS)

    async def _read(self) -> None:
        began = time.monotonic()
        is_first, is_wide = self._read_at is None, began - self._wide_at >= POLL_SECONDS
        since = 0.0 if self._read_at is None else began - self._read_at
        overlap = WIDE_OVERLAP_SECONDS if is_first or is_wide else OVERLAP_SECONDS
        recent = {
            row["id"]: SentChange(row["updated_at"], began - float(row["age"]))
            for row in await rows(_CHANGED, self._user_id, since + overlap)
        }
        if is_first:
            # What stood there long before the first subscriber came is no change
            self._sent = {row_id: each for row_id, each in recent.items() if each.sent_at < began - OVERLAP_SECONDS}
        changed = [
            row_id
            for row_id, each in recent.items()
            if row_id not in self._sent or self._sent[row_id].updated_at != each.updated_at
        ]
        for start in range(0, len(changed), ROWS_AT_ONCE):
            batch = changed[start : start + ROWS_AT_ONCE]
            by_id = {row.id: row for row in await without_large(Prediction.filter(id__in=batch))}
            for row in (by_id[row_id] for row_id in batch if row_id in by_id):
                # It may be newer than it was a moment ago: what counts is what watchers get
                self._sent[row.id] = SentChange(row.updated_at, began)
                for watcher in self._watchers:
                    watcher.offer(row.id, row)
        self._read_at = began
        if is_first or is_wide:
            # Only a read that went back as far as anything that is remembered may forget
            self._wide_at = began
            self._sent = {row_id: each for row_id, each in self._sent.items() if row_id in recent}


_CHANGED = """
SELECT id, updated_at, extract(epoch FROM now() - updated_at) AS age FROM prediction
WHERE user_id = $1 AND updated_at > now() - make_interval(secs => $2) ORDER BY updated_at, id
"""


class LiveLists:
    """The live lists of this node."""

    def __init__(self) -> None:
        self._lists: dict[UUID, LiveList] = {}

    def wake(self, owner: str) -> None:
        """Rows of an owner changed."""
        with suppress(ValueError):
            live_list = self._lists.get(UUID(owner.removeprefix(USER_OWNER)))
            if live_list is not None:
                live_list.wake()

    def wake_all(self) -> None:
        """Anything may have changed."""
        for live_list in self._lists.values():
            live_list.wake()

    @asynccontextmanager
    async def watch(self, user_id: UUID) -> AsyncIterator[ListWatcher]:
        """A watcher of one user's rows for the time of the context."""
        live_list = self._lists.get(user_id)
        if live_list is None:
            live_list = self._lists[user_id] = LiveList(user_id)
        watcher = ListWatcher()
        live_list.join(watcher)
        try:
            yield watcher
        finally:
            live_list.leave(watcher)
            if live_list.is_idle:
                # Forgotten before its end is waited for: whoever comes meanwhile begins another
                del self._lists[user_id]
                await live_list.close()


async def watch(lists: LiveLists, viewer: Viewer, list_filter: ListFilter) -> AsyncIterator[Prediction]:
    """The viewer's rows that fit a filter, each as it stands after a change; first what changed in the last seconds.

    Raises:
        UnauthenticatedError: nobody is signed in.
        UnavailableError: the subscriber reads too slowly.
    """
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to list predictions.")
    viewer.require(Scope.READ)
    async with lists.watch(viewer.user_id) as watcher:
        while True:
            for row in await watcher.take():
                if list_filter.matches(row):
                    yield row
