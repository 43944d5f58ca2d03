"""Keyset pages over (a column, id): newest first, or by another order of the list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.domain.orders import OrderDirection
from server.domain.storable import is_storable
from server.errors import BadUserInputError

DEFAULT_PAGE, MAX_PAGE = 20, 100
CREATED_AT, BATCH_INDEX, RELEVANCE, STARS, TREND = "created_at", "batch_index", "relevance", "stars", "trend"
T = TypeVar("T")


@dataclass(frozen=True)
class Order:
    """What a list goes by: a column of times, of texts or of numbers, none of them null, and then the id."""

    column: str = CREATED_AT
    direction: OrderDirection = OrderDirection.DESC

    def columns(self, *, backwards: bool) -> tuple[str, str]:
        """The columns to sort by."""
        sign = "-" if (self.direction is OrderDirection.DESC) is not backwards else ""
        return f"{sign}{self.column}", f"{sign}id"

    def cursor(self, row: Any) -> str:
        """The opaque place of a row."""
        value = getattr(row, self.column)
        text = value.isoformat() if isinstance(value, datetime) else value
        return base64.urlsafe_b64encode(f"{self._mark}{text}|{row.id}".encode()).decode()

    def place(self, cursor: str) -> tuple[datetime | str | float, UUID]:
        """The place that a cursor names.

        Raises:
            BadUserInputError: it is none of this order.
        """
        try:
            text = base64.urlsafe_b64decode(cursor.encode()).decode()
            value, _, row_id = text.removeprefix(self._mark).rpartition("|")
            if not text.startswith(self._mark) or not is_storable(value):
                raise ValueError(cursor)
            if self.column == "name":
                return value, UUID(row_id)
            if self.column in (BATCH_INDEX, STARS):
                return int(value[:10]), UUID(row_id)
            if self.column in (RELEVANCE, TREND):
                return float(value), UUID(row_id)
            at = datetime.fromisoformat(value)
            if at.tzinfo is None:
                raise ValueError(cursor)
            return at.astimezone(UTC), UUID(row_id)
        except (ValueError, OverflowError, binascii.Error):
            raise BadUserInputError("The cursor is not one of this list.") from None

    @property
    def _mark(self) -> str:
        """Keeps cursors of different orders apart."""
        return "" if self.column == CREATED_AT else f"{self.column}:"


@dataclass(frozen=True)
class Relevance(Order):
    """What suits a search best comes first: `of` are the ids of all that suit it, and how well."""

    column: str = RELEVANCE
    of: Mapping[UUID, float] = field(default_factory=dict)

    def cursor(self, row: Any) -> str:
        """The opaque place of a row."""
        return base64.urlsafe_b64encode(f"{self._mark}{self.of[row.id]!r}|{row.id}".encode()).decode()


NEWEST = Order()


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
    order: Order = NEWEST

    def cursor(self, row: T) -> str:
        """The opaque place of one of the rows."""
        return self.order.cursor(row)


def utc(at: datetime) -> datetime:
    """A time of a caller as PostgreSQL takes it.

    Raises:
        BadUserInputError: it lies outside the years 1 to 9999.
    """
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise BadUserInputError("The time lies outside the years 1 to 9999.") from None


async def page(query: QuerySet[T], request: PageRequest, order: Order = NEWEST) -> Page[T]:  # type: ignore[type-var]
    """One page of a query over rows that have an id and the order's column.

    Raises:
        BadUserInputError: sizes outside 1..100, both directions at once, or a foreign cursor.
    """
    if request.first is not None and request.last is not None:
        raise BadUserInputError("Give `first` or `last`, not both.")
    backwards = request.last is not None
    size = next((given for given in (request.first, request.last) if given is not None), DEFAULT_PAGE)
    if not 1 <= size <= MAX_PAGE:
        raise BadUserInputError(f"A page has 1 to {MAX_PAGE} items.")
    if isinstance(order, Relevance):
        return await _page_of_matches(query, request, order, size)
    later, earlier = ("lt", "gt") if order.direction is OrderDirection.DESC else ("gt", "lt")
    part = query
    if request.after is not None:
        part = part.filter(_beyond(order, later, request.after))
    if request.before is not None:
        part = part.filter(_beyond(order, earlier, request.before))
    # One more than asked for says whether there is more
    listed = await part.order_by(*order.columns(backwards=backwards)).limit(size + 1)
    rows, has_more = listed[:size], len(listed) > size
    if backwards:
        return Page(rows[::-1], request.before is not None, has_more, query, order)
    return Page(rows, has_more, request.after is not None, query, order)


async def _page_of_matches(query: QuerySet[T], request: PageRequest, order: Relevance, size: int) -> Page[T]:  # type: ignore[type-var]
    suited = query.filter(id__in=list(order.of))
    ids: list[UUID] = [row_id for (row_id,) in await suited.values_list("id")]
    places = sorted(((order.of[row_id], row_id) for row_id in ids), reverse=True)
    if request.after is not None:
        after = order.place(request.after)
        places = [place for place in places if place < after]
    if request.before is not None:
        before = order.place(request.before)
        places = [place for place in places if place > before]
    part = places[-size:] if request.last is not None else places[:size]
    rows: dict[UUID, T] = {row.pk: row for row in await query.filter(id__in=[row_id for _, row_id in part])}  # type: ignore[attr-defined]
    listed = [rows[row_id] for _, row_id in part if row_id in rows]
    has_more = len(places) > size
    if request.last is not None:
        return Page(listed, request.before is not None, has_more, suited, order)
    return Page(listed, has_more, request.after is not None, suited, order)


def _beyond(order: Order, operator: str, cursor: str) -> Q:
    value, row_id = order.place(cursor)
    same: dict[str, Any] = {order.column: value, f"id__{operator}": row_id}
    beyond: dict[str, Any] = {f"{order.column}__{operator}": value}
    return Q(**beyond) | Q(**same)
