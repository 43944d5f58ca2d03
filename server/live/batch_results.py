"""The results of a batch in the order of its input, a portion at a time: of items that ended, and of invalid lines."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from uuid import UUID

from server.adapters.large_columns import without_large
from server.domain.files import with_links
from server.domain.ids import encode_id
from server.domain.predictions import TERMINAL
from server.live import prediction_rows
from server.live.links import links_of
from server.runtime import Runtime
from server.tables import BatchLine, Prediction

ITEMS_AT_ONCE = 100
LINES_AT_ONCE = 500


async def read(batch_id: UUID) -> AsyncGenerator[Prediction | BatchLine, None]:
    """Items that have ended, with all their columns, and lines that cannot run, by their place in the input."""
    async with aclosing(_read_items(batch_id)) as items, aclosing(_read_lines(batch_id)) as lines:
        line = await anext(lines, None)
        async for item in items:
            while line is not None and line.batch_index < (item.batch_index or 0):
                yield line
                line = await anext(lines, None)
            yield item
        while line is not None:
            yield line
            line = await anext(lines, None)


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


async def body(rt: Runtime, row: Prediction | BatchLine, base_url: str) -> dict[str, Any]:
    """One result as plain JSON; its names and values are those of GraphQL."""
    if isinstance(row, BatchLine):
        return {"index": row.batch_index, "status": "INVALID", "violations": row.violations}
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
