"""Lists of users."""

from __future__ import annotations

import strawberry

from graph.types.node import PageInfo
from graph.types.users import User
from server import tables
from server.adapters.pagination import Page
from server.services.users import Sought


@strawberry.type(description="One item of a list of users.")
class UserEdge:
    """One item of a list of users."""

    cursor: str = strawberry.field(description="Its place in the list.")
    node: User = strawberry.field(description="The user.")


@strawberry.type(description="A page of users, the newest first.")
class UserConnection:
    """A page of users."""

    page: strawberry.Private[Page[tables.User]]

    @strawberry.field(description="The items with their cursors.")
    def edges(self) -> list[UserEdge]:
        """Items with cursors."""
        return [UserEdge(cursor=self.page.cursor(row), node=User.of(row)) for row in self.page.rows]

    @strawberry.field(description="The items.")
    def nodes(self) -> list[User]:
        """Items."""
        return [User.of(row) for row in self.page.rows]

    @strawberry.field(description="Where this page lies.")
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return PageInfo.of(self.page)

    @strawberry.field(description="How many items the whole list has; counted only when selected.")
    async def total_count(self) -> int:
        """Items of the whole list."""
        return await self.page.query.count()


@strawberry.input(description="Which users to list.")
class UserFilter:
    """Which users to list."""

    search: str | None = strawberry.field(default=None, description="Part of a handle or e-mail address.")
    is_admin: bool | None = strawberry.field(default=None, description="Administrators alone, or everybody else.")

    def sought(self) -> Sought:
        """The service's value."""
        return Sought(self.search, self.is_admin)
