"""Batches that are watched at this node, read together once a second, however many watch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import structlog

from server.adapters.database import DATABASE_ERRORS
from server.adapters.large_columns import without_large
from server.adapters.tasks import end, shared
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.errors import NotFoundError
from server.tables import Batch

logger = structlog.get_logger(__name__)

POLL_SECONDS = 1.0


class BatchWatcher:
    """One subscriber: the newest state of its batch that it has not taken yet."""

    def __init__(self) -> None:
        self._row: Batch | None = None
        self._is_gone = False
        self._wake = asyncio.Event()

    def offer(self, row: Batch) -> None:
        """The batch as it stands now; an older state that was not taken is of no interest any more."""
        self._row = row
        self._wake.set()

    def end(self) -> None:
        """The batch was deleted: there will be no other state."""
        self._is_gone = True
        self._wake.set()

    async def take(self) -> Batch:
        """The newest state, waiting for one; raises NotFoundError once there will be none."""
        while self._row is None:
            if self._is_gone:
                raise NotFoundError("The batch was deleted.")
            self._wake.clear()
            await self._wake.wait()
        row, self._row = self._row, None
        return row


class BatchWatchers:
    """The subscribers of batches at this node, and one reader for all of them."""

    def __init__(self) -> None:
        self._watchers: dict[UUID, set[BatchWatcher]] = {}
        self._changed_at: dict[UUID, datetime] = {}
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watch(self, batch_id: UUID) -> AsyncIterator[BatchWatcher]:
        """A watcher for the time of the context, which is offered the state as it is and each change from now on."""
        watcher = BatchWatcher()
        self._watchers.setdefault(batch_id, set()).add(watcher)
        # It has not been offered the state that the others have
        self._changed_at.pop(batch_id, None)
        if self._task is None:
            self._task = shared(self._run())
        try:
            yield watcher
        finally:
            self._watchers[batch_id].discard(watcher)
            if not self._watchers[batch_id]:
                del self._watchers[batch_id]
                self._changed_at.pop(batch_id, None)
            if not self._watchers and self._task is not None:
                task, self._task = self._task, None
                await end(task)

    async def _run(self) -> None:
        while True:
            ids = set(self._watchers)
            try:
                rows = await without_large(Batch.filter(id__in=list(ids)))
            except DATABASE_ERRORS as error:
                logger.warning("batch_watch.read_failed", error=str(error))
                await asyncio.sleep(POLL_SECONDS)
                continue
            for batch_id in ids - {row.id for row in rows}:
                for watcher in self._watchers.get(batch_id, ()):
                    watcher.end()
            for row in rows:
                if self._changed_at.get(row.id) != row.updated_at:
                    self._changed_at[row.id] = row.updated_at
                    for watcher in self._watchers.get(row.id, ()):
                        watcher.offer(row)
            await asyncio.sleep(POLL_SECONDS)


def may_see(viewer: Viewer, row: Batch) -> bool:
    """Whether a viewer may read a batch: its user and administrators may."""
    return viewer.is_admin or row.user_id == viewer.user_id


async def find(viewer: Viewer, batch_id: UUID) -> Batch:
    """A batch by id, without its large columns.

    Raises:
        ForbiddenError: the API key may not read.
        NotFoundError: there is none, or the viewer may not know of it.
    """
    viewer.require(Scope.READ)
    return await find_visible(viewer, batch_id)


async def find_visible(viewer: Viewer, batch_id: UUID) -> Batch:
    """As `find`, for what is done with a batch by a key of another scope."""
    row = await without_large(Batch.filter(id=batch_id)).first()
    if row is None or not may_see(viewer, row):
        raise NotFoundError("There is no batch with this id.")
    return row


async def watch(watchers: BatchWatchers, viewer: Viewer, batch_id: UUID) -> AsyncIterator[Batch]:
    """A batch as it stands, and again when it has changed, at most once a second; completes when it has ended.

    Raises:
        ForbiddenError, NotFoundError: as `find`; NotFoundError too where it is deleted meanwhile.
    """
    await find(viewer, batch_id)
    async with watchers.watch(batch_id) as watcher:
        while True:
            row = await watcher.take()
            yield row
            if row.completed_at is not None:
                return
