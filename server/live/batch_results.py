"""The results of a batch in the order of its input, a portion at a time: of items that ended, and of invalid lines.

Items that were deleted are told by their places.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.adapters.large_columns import without_large
from server.domain.files import with_links
from server.domain.ids import encode_id
from server.domain.predictions import TERMINAL
from server.live import prediction_rows
from server.live.links import links_of
from server.queue import deletions
from server.runtime import Runtime
from server.tables import BatchLine, Prediction

ITEMS_AT_ONCE = 100
LINES_AT_ONCE = 500


@dataclass(frozen=True)
class DeletedItem:
    """An item that ended in a status, and was deleted since."""

    prediction_id: UUID
    batch_index: int
    batch_key: str | None
    status: str


ResultRow = Prediction | BatchLine | DeletedItem


async def read(batch_id: UUID) -> AsyncGenerator[ResultRow, None]:
    """Items that have ended, whole, those that were deleted since, and lines that cannot run, by their places."""
    async with (
        aclosing(_read_items(batch_id)) as items,
        aclosing(_read_lines(batch_id)) as lines,
        aclosing(_read_deleted(batch_id)) as deleted,
    ):
        sources: list[AsyncGenerator[ResultRow, None]] = [items, lines, deleted]
        first = {place: row for place, source in enumerate(sources) if (row := await anext(source, None)) is not None}
        while first:
            place = min(first, key=lambda each: first[each].batch_index or 0)
            yield first.pop(place)
            if (row := await anext(sources[place], None)) is not None:
                first[place] = row


async def _read_items(batch_id: UUID) -> AsyncGenerator[Prediction, None]:
    ended = [status.value for status in TERMINAL]
    last = -1
    while True:
        query = Prediction.filter(batch_id=batch_id, batch_index__gt=last, status__in=ended)
        page = await without_large(query).order_by("batch_index").limit(ITEMS_AT_ONCE)
        if not page:
            return
        last = page[-1].batch_index or 0
        while page:
            portion = await prediction_rows.complete(page)
            page = page[len(portion) :]
            for row in portion:
                yield row


async def _read_lines(batch_id: UUID) -> AsyncGenerator[BatchLine, None]:
    last = -1
    while lines := await _lines_behind(batch_id, last):
        last = lines[-1].batch_index
        for line in lines:
            yield line


async def _lines_behind(batch_id: UUID, last: int) -> list[BatchLine]:
    query = BatchLine.filter(batch_id=batch_id, batch_index__gt=last)
    return await query.order_by("batch_index").limit(LINES_AT_ONCE)


async def _read_deleted(batch_id: UUID) -> AsyncGenerator[DeletedItem, None]:
    last = -1
    while page := await deletions.of_batch(batch_id, last, LINES_AT_ONCE):
        last = page[-1]["batch_index"]
        for values in page:
            yield DeletedItem(**values)


async def body(rt: Runtime, row: ResultRow, base_url: str) -> dict[str, Any]:
    """One result as plain JSON; its names and values are those of GraphQL."""
    if isinstance(row, BatchLine):
        return {"index": row.batch_index, "status": "INVALID", "violations": row.violations}
    if isinstance(row, DeletedItem):
        name = encode_id("Prediction", row.prediction_id)
        return {"index": row.batch_index, "id": name, "status": row.status.upper(), "deleted": True}
    output = row.output
    if row.files:
        output = with_links(output, await links_of(rt, row, base_url))
    return {
        "index": row.batch_index,
        "id": encode_id("Prediction", row.id),
        "status": row.status.upper(),
        "output": output,
        "error": {"code": row.error_code, "message": row.error_message or ""} if row.error_code else None,
        "dataRemoved": row.data_removed,
    }
