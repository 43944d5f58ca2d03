"""What all nodes and all lists share."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from server.adapters.pagination import Page, PageRequest

First = Annotated[int | None, strawberry.argument(description="Page size from the start, 1 to 100; default 20.")]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="Page size from the end, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor.")]


@strawberry.interface(description="Anything with a global id.")
class Node:
    """Anything with a global id."""

    id: strawberry.ID = strawberry.field(description="Opaque global id.")


@strawberry.type(description="Where a page of a list lies.")
class PageInfo:
    """Where a page of a list lies."""

    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item; null on an empty page.")

    @classmethod
    def of(cls, page: Page[Any]) -> PageInfo:
        """Where a page of rows lies."""
        cursors = [page.cursor(row) for row in page.rows]
        first, last = (cursors[0], cursors[-1]) if cursors else (None, None)
        return cls(
            has_next_page=page.has_next, has_previous_page=page.has_previous, start_cursor=first, end_cursor=last
        )


def page_request(first: int | None, after: str | None, last: int | None, before: str | None) -> PageRequest:
    """The four arguments of a connection."""
    return PageRequest(first, after, last, before)
