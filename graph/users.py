"""Resolvers of users."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.node import After, Before, Connection, First, Last
from graph.types.users import User, UserFilter
from server.adapters.pagination import PageRequest, page
from server.services import users


@strawberry.type
class UserQuery:
    @strawberry.field(description="All users, newest first; administrators only.")
    async def users(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[UserFilter | None, strawberry.argument(description="Filter of the list.")] = None,  # noqa: A002
    ) -> Connection[User]:
        query = users.listing(info.context.viewer, (filter or UserFilter()).criteria())
        return Connection(page=await page(query, PageRequest(first, after, last, before)), node_of=User.of)
