"""Columns that may hold megabytes: lists leave them out, and read those of the rows that somebody wants, a few at once.

How large a value is once it is read cannot be known of jsonb before; how many bytes it takes in the table can, and
compressed it is at most a hundredth.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import UUID

from tortoise.models import Model
from tortoise.queryset import QuerySet

from server.adapters.database import rows

T = TypeVar("T", bound=Model)

LARGE = {
    "batch": ("inputs",),
    "prediction": ("input", "output", "logs"),
    "version": ("own_schema", "input_schema", "output_schema", "info", "files"),
}
# PostgreSQL moves what is longer out of the row
INLINE_BYTES = 2_000
AT_ONCE_BYTES = 1_000_000


def without_large(query: QuerySet[T]) -> QuerySet[T]:
    """The same rows without their large columns (see `holds`)."""
    meta = query.model._meta
    return query.only(*(name for name in meta.fields_db_projection if name not in LARGE[meta.db_table]))


def holds(row: Model, column: str) -> bool:
    """Whether a row was read with a column."""
    return column in row.__dict__


async def read_large(
    table: str, column: str, ids: Sequence[UUID], expect: Callable[[int], Awaitable[None]] | None = None
) -> AsyncIterator[tuple[UUID, str | None]]:
    """A large column of some rows, jsonb as text; a few of those that are large at a time, for as long as one iterates.

    `expect` is awaited before large values are read, with the bytes that they take in the table.

    Raises:
        LookupError: the table has no such large column.
    """
    if column not in LARGE[table]:
        raise LookupError(f"{table}.{column}")
    stored: dict[UUID, int] = {}
    small = _SMALL.format(table=table, column=column)
    for row in await rows(small, list(ids), INLINE_BYTES):
        if row["bytes"] is not None and row["bytes"] > INLINE_BYTES:
            stored[row["id"]] = row["bytes"]
        else:
            yield row["id"], row["value"]
    large = f'SELECT id, "{column}" AS value FROM "{table}" WHERE id = ANY($1::uuid[])'  # noqa: S608 - names only
    while stored:
        group: list[UUID] = []
        size = 0
        while stored and (not group or size + next(iter(stored.values())) <= AT_ONCE_BYTES):
            key = next(iter(stored))
            size += stored.pop(key)
            group.append(key)
        if expect is not None:
            await expect(size)
        for row in await rows(large, group):
            yield row["id"], row["value"]


_SMALL = """
SELECT id, pg_column_size("{column}") AS bytes, CASE WHEN pg_column_size("{column}") <= $2 THEN "{column}" END AS value
FROM "{table}" WHERE id = ANY($1::uuid[])
"""
