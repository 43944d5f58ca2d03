"""A transaction and its outbox: bells, wake-ups and counts leave only after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tortoise.transactions import in_transaction

from server.adapters import metrics
from server.domain.models import kind_queue
from server.domain.predictions import PredictionErrorCode, PredictionStatus
from server.runtime import Runtime

# What ends outside of an attempt does so for one reason
SWEPT_CODES = {
    PredictionStatus.FAILED.value: PredictionErrorCode.WORKER_LOST.value,
    PredictionStatus.ABORTED.value: PredictionErrorCode.DEADLINE_EXCEEDED.value,
}


@dataclass
class UnitOfWork:
    """What is to leave after the commit: bells by queue and row, wake-ups of watchers, of lists and of deliverers."""

    bells: list[tuple[str, UUID]] = field(default_factory=list)
    changes: list[tuple[UUID, str]] = field(default_factory=list)
    owners_of_new: list[str] = field(default_factory=list)
    endings: list[tuple[str, str]] = field(default_factory=list)
    deliver: bool = False

    def ring(self, queue: str, row_id: UUID) -> None:
        """Wake a worker for a row of a queue."""
        self.bells.append((queue, row_id))

    def announce(self, prediction_id: UUID, owner: str) -> None:
        """Wake whoever watches a prediction, or the list of its owner."""
        self.changes.append((prediction_id, owner))

    def announce_move(self, row: Mapping[str, Any]) -> None:
        """Tell of a row that the queue moved: watchers, those who deliver its webhook, and metrics where it ended."""
        self.announce(row["id"], row["owner"])
        if PredictionStatus(row["status"]).is_terminal:
            self.endings.append((kind_queue(row["queue"]), row["status"]))
        self.deliver = self.deliver or row["webhook_events"] is not None


@asynccontextmanager
async def unit_of_work(rt: Runtime) -> AsyncIterator[UnitOfWork]:
    """One transaction; what was put in its outbox leaves after the commit, and nothing leaves after a rollback."""
    work = UnitOfWork()
    async with in_transaction():
        yield work
    await send(rt, work)


async def send(rt: Runtime, work: UnitOfWork) -> None:
    """Ring and announce; failures are logged, since workers and watchers look at the rows anyway."""
    for kind, status in work.endings:
        metrics.ended(kind, status, {}, SWEPT_CODES.get(status))
    # Side by side: where Redis stalls, each costs its timeout
    await asyncio.gather(
        *(rt.bell.ring(queue, str(row_id)) for queue, row_id in work.bells),
        *(rt.event_log.announce_new(owner) for owner in work.owners_of_new),
    )
    for prediction_id, owner in work.changes:
        await rt.event_log.announce(str(prediction_id), owner)
    if work.deliver:
        await rt.event_log.wake_deliverers()
