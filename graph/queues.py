"""Resolvers of queues."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.types.queues import Queue
from server.services import queues


@strawberry.type
class QueueQuery:
    @strawberry.field(description="Queues of predictions that wait for workers; administrators only.")
    async def queues(self, info: Info) -> list[Queue]:
        return [Queue.of(report) for report in await queues.listing(info.context.viewer)]
