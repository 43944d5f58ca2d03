"""Keyset pages over (created_at, id), newest first."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.errors import BadUserInputError

DEFAULT_PAGE, MAX_PAGE = 20, 100
T = TypeVar("T")


@dataclass(frozen=True)
class PageRequest:
    """What part of a list is asked for: `first` after a cursor, or `last` before one."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True)
class Page(Generic[T]):
    """A part of a list, and whether there is more on either side; `query` counts the whole."""

    rows: list[T]
    has_next: bool
    has_previous: bool
    query: QuerySet[T]  # type: ignore[type-var]


def encode_cursor(created_at: datetime, row_id: UUID) -> str:
    """The opaque cursor of a row."""
    return base64.urlsafe_b64encode(f"{created_at.isoformat()}|{row_id}".encode()).decode()


def decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    """The place that a cursor names.

    Raises:
        BadUserInputError: it is none of ours.
    """
    try:
        at, _, row_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        when = datetime.fromisoformat(at)
        if when.tzinfo is None:
            raise ValueError(at)
        return when.astimezone(UTC), UUID(row_id)
    except (ValueError, OverflowError, binascii.Error):
        raise BadUserInputError("The cursor is not one of this list.") from None


async def page(query: QuerySet[T], request: PageRequest) -> Page[T]:  # type: ignore[type-var]
    """One page of a query over rows with created_at and id.

    Raises:
        BadUserInputError: sizes outside 1..100, both directions at once, or a foreign cursor.
    """
    size, backwards = _size(request)
    narrowed = query
    if request.after is not None:
        narrowed = narrowed.filter(_beyond("lt", request.after))
    if request.before is not None:
        narrowed = narrowed.filter(_beyond("gt", request.before))
    order = ("created_at", "id") if backwards else ("-created_at", "-id")
    found = await narrowed.order_by(*order).limit(size + 1)
    rows, more = found[:size], len(found) > size
    if backwards:
        return Page(rows[::-1], request.before is not None, more, query)
    return Page(rows, more, request.after is not None, query)


def _size(request: PageRequest) -> tuple[int, bool]:
    if request.first is not None and request.last is not None:
        raise BadUserInputError("Give `first` or `last`, not both.")
    size = request.first if request.first is not None else request.last
    size = DEFAULT_PAGE if size is None else size
    if not 1 <= size <= MAX_PAGE:
        raise BadUserInputError(f"A page has 1 to {MAX_PAGE} items.")
    return size, request.last is not None


def _beyond(operator: str, cursor: str) -> Q:
    at, row_id = decode_cursor(cursor)
    same: dict[str, Any] = {"created_at": at, f"id__{operator}": row_id}
    beyond: dict[str, Any] = {f"created_at__{operator}": at}
    return Q(**beyond) | Q(**same)
