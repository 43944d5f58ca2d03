"""Resolvers of usage."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.enums import UsageGrouping
from graph.types.usage import From, GroupBy, To, UsageReport
from server.services import usage
from server.services.usage import UsagePeriod


@strawberry.type
class UsageQuery:
    @strawberry.field(description="What everybody's predictions used, or those of one user; administrators only.")
    async def usage(
        self,
        info: Info,
        from_: From,
        to: To,
        group_by: GroupBy = UsageGrouping.DAY,
        user: Annotated[str | None, strawberry.argument(description="Handle of the user; left out, everybody.")] = None,
    ) -> UsageReport:
        period = UsagePeriod(from_, to, group_by)
        return UsageReport.of(await usage.of_all(info.context.rt, info.context.viewer, user, period))
