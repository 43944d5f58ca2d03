"""Predictions that wait for an equal one to make their result, instead of making it again beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import islice
from uuid import UUID

import structlog

from server.adapters.database import DATABASE_ERRORS
from server.adapters.storage import StorageError
from server.adapters.tasks import wait_for_event
from server.domain.predictions import PredictionStatus
from server.queue import results
from server.queue.claim import PredictionLease
from server.queue.results import SharedResult
from server.runtime import Runtime
from workers.supervisor.run_output import StagedFile

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
MOST_WAITING = 64
"""So many that wait take no slot of a worker from what could run."""


class Sharing:
    """Who waits for whom in one worker."""

    def __init__(self, rt: Runtime, on_free_slot: Callable[[str], None] = lambda _: None) -> None:
        self._rt = rt
        self._on_free_slot = on_free_slot
        self._waiting: dict[UUID, tuple[UUID, asyncio.Event]] = {}

    @property
    def waiting(self) -> frozenset[UUID]:
        """Predictions that only wait, and so need no slot: MOST_WAITING at most."""
        return frozenset(islice(self._waiting, MOST_WAITING))

    def changed(self, prediction_id: str | None) -> None:
        """The row of a prediction changed, or of any."""
        for leader, event in self._waiting.values():
            if prediction_id in (None, str(leader)):
                event.set()

    async def result(
        self, lease: PredictionLease, is_over: Callable[[], bool]
    ) -> tuple[SharedResult, list[StagedFile]] | None:
        """What an equal prediction made or is just making; None when this one is to run by itself.

        One that fails is not waited for twice: whoever waited runs by itself. After one that was canceled, the next
        of those that waited runs for the rest.
        """
        try:
            while not is_over():
                if (result := await results.find(self._rt, lease)) is not None:
                    return await self._with_files(lease, result)
                if lease.alone:
                    return None
                if (leader := await results.find_leader(lease)) is None:
                    # One may have ended since, behind the first look and before the second
                    result = await results.find(self._rt, lease)
                    return await self._with_files(lease, result) if result else None
                event = asyncio.Event()
                self._waiting[lease.id] = (leader, event)
                self._on_free_slot(lease.queue)
                try:
                    while not is_over() and await results.read_status(leader) is PredictionStatus.PROCESSING:
                        event.clear()
                        await wait_for_event(event, LOOK_SECONDS)
                finally:
                    del self._waiting[lease.id]
                if await results.read_status(leader) is PredictionStatus.FAILED:
                    return None
        except (*DATABASE_ERRORS, StorageError) as error:
            logger.warning("sharing.failed", prediction=str(lease.id), error=str(error))
        return None

    async def _with_files(self, lease: PredictionLease, result: SharedResult) -> tuple[SharedResult, list[StagedFile]]:
        """The result with copies of its files: those of the original may be removed at any time."""
        files = []
        for record in result.files:
            blob = b"".join([chunk async for chunk in self._rt.storage.stream(record["key"])])
            files.append(StagedFile(record["contentType"], record["width"], record["height"], blob))
        await results.forget_copy(lease)
        return result, files
