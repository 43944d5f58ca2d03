"""Rows of predictions by id, read together: each of many watchers wants its own at about the same time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from uuid import UUID

from server.adapters.batches import Batches
from server.adapters.database import columns, from_row, rows
from server.tables import Prediction


async def read(prediction_id: UUID) -> Prediction | None:
    """The row as it stands now, if there is one."""
    return await _READS.ask(prediction_id)


async def _read(ids: Sequence[UUID]) -> list[Prediction | None]:
    found = {row["id"]: row for row in await rows(_by_ids(), list(dict.fromkeys(ids)))}
    # A row of its own for each who asked, since whoever gets it may hang more on it
    return [from_row(Prediction, found[key]) if key in found else None for key in ids]


@cache
def _by_ids() -> str:
    # The ORM knows all columns only once it is set up
    return f"SELECT {columns(Prediction)} FROM prediction WHERE id = ANY($1::uuid[])"  # noqa: S608 - names only


_READS: Batches[UUID, Prediction | None] = Batches(_read)
