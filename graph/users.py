"""Resolvers of users."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.node import After, Before, First, Last, page_request
from graph.types.user_lists import UserConnection, UserFilter
from server.adapters.pagination import page
from server.services import users


@strawberry.type
class UserQuery:
    """Queries of users."""

    @strawberry.field(description="All users, the newest first; for admins only.")
    async def users(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[UserFilter | None, strawberry.argument(description="Which ones.")] = None,  # noqa: A002
    ) -> UserConnection:
        """The users."""
        query = users.listing(info.context.viewer, (filter or UserFilter()).sought())
        return UserConnection(page=await page(query, page_request(first, after, last, before)))
