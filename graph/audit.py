"""Resolvers of the audit log."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.audit import AuditEvent, AuditEventFilter
from graph.types.node import After, Before, Connection, First, Last, connection
from server.services import audit


@strawberry.type
class AuditQuery:
    @strawberry.field(description="The audit log, newest first; administrators only.")
    async def audit_events(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[  # noqa: A002
            AuditEventFilter | None, strawberry.argument(description="Filter of the log.")
        ] = None,
    ) -> Connection[AuditEvent]:
        query = audit.listing(info.context.viewer, (filter or AuditEventFilter()).criteria())
        return await connection(query, AuditEvent.of, first, after, last, before)
