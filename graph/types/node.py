"""What all nodes and all lists share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from tortoise.queryset import QuerySet

from server.adapters.pagination import NEWEST, Order, Page, PageRequest, page

T = TypeVar("T")
First = Annotated[int | None, strawberry.argument(description="Number of items from the start, 1 to 100; default 20.")]
After = Annotated[str | None, strawberry.argument(description="Only items after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="Number of items from the end, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Only items before this cursor.")]


@strawberry.interface(description="An object with a global id.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque global id.")


@strawberry.type(description="Position of a page in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are items after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are items before this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item; null if the page is empty.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item; null if the page is empty.")


@strawberry.type(description="An item of a list, with its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Position of the item in the list.")
    node: T = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    page: strawberry.Private[Page[Any]]
    node_of: strawberry.Private[Callable[[Any], T]]

    @strawberry.field(description="Items of this page with their cursors.")
    def edges(self) -> list[Edge[T]]:
        return [Edge(cursor=self.page.cursor(row), node=self.node_of(row)) for row in self.page.rows]

    @strawberry.field(description="Items of this page.")
    def nodes(self) -> list[T]:
        return [self.node_of(row) for row in self.page.rows]

    @strawberry.field(description="Position of this page in the list.")
    def page_info(self) -> PageInfo:
        cursors = [self.page.cursor(row) for row in self.page.rows]
        return PageInfo(
            has_next_page=self.page.has_next,
            has_previous_page=self.page.has_previous,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        )

    @strawberry.field(description="Number of items in the whole list; counted only if selected.")
    async def total_count(self) -> int:
        return await self.page.query.count()


async def connection(
    query: QuerySet[Any],
    node_of: Callable[[Any], T],
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    order: Order = NEWEST,
) -> Connection[T]:
    """The page of a list that the arguments of a field ask for; raises as `page`."""
    return Connection(page=await page(query, PageRequest(first, after, last, before), order), node_of=node_of)
