"""Resolvers of queues."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.types.queues import Queue
from server.services import queues


@strawberry.type
class QueueQuery:
    """Queries of queues."""

    @strawberry.field(description="The queues that predictions wait in; for admins only.")
    async def queues(self, info: Info) -> list[Queue]:
        """The queues."""
        return [Queue.of(staffed) for staffed in await queues.listing(info.context.viewer)]
