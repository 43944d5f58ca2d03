"""Predictions by id, as a viewer may read them; read together: many watchers want theirs at about the same time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from server.adapters.batches import Batches
from server.adapters.database import columns, from_row, rows
from server.adapters.large_columns import LARGE
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.errors import NotFoundError
from server.tables import Prediction

LIGHT_BYTES = 16_000
"""In the table, perhaps compressed to a hundredth: what is larger is read for itself, by those who want it."""


async def read(prediction_id: UUID) -> Prediction | None:
    """The row as it stands now, if there is one."""
    return await _READS.ask(prediction_id)


def may_see(viewer: Viewer, row: Prediction) -> bool:
    """Whether a viewer who knows its id may read a prediction."""
    return viewer.is_admin or row.user_id is None or row.user_id == viewer.user_id


async def find(viewer: Viewer, prediction_id: UUID) -> Prediction:
    """A prediction by id.

    Raises:
        ForbiddenError: the API key may not read.
        NotFoundError: there is none, or the viewer may not know of it.
    """
    viewer.require(Scope.READ)
    return await find_visible(viewer, prediction_id)


async def find_without_large(viewer: Viewer, prediction_id: UUID) -> Prediction:
    """As `find`, without those of its large columns that are large (see `large_columns.holds`)."""
    viewer.require(Scope.READ)
    row = await _LIGHT_READS.ask(prediction_id)
    if row is None or not may_see(viewer, row):
        raise NotFoundError("There is no prediction with this id.")
    return row


async def find_visible(viewer: Viewer, prediction_id: UUID) -> Prediction:
    """As `find`, for what is done with a prediction by a key of another scope."""
    row = await read(prediction_id)
    if row is None or not may_see(viewer, row):
        raise NotFoundError("There is no prediction with this id.")
    return row


async def _read(ids: Sequence[UUID]) -> list[Prediction | None]:
    # The ORM knows all columns only once it is set up
    sql = f"SELECT {columns(Prediction)} FROM prediction WHERE id = ANY($1::uuid[])"  # noqa: S608 - names only
    by_id = {row["id"]: row for row in await rows(sql, list(dict.fromkeys(ids)))}
    # Each caller gets an object of its own, since it may attach related rows to it
    return [from_row(Prediction, by_id[key]) if key in by_id else None for key in ids]


async def _read_without_large(ids: Sequence[UUID]) -> list[Prediction | None]:
    large = LARGE["prediction"]
    small = [name for name in Prediction._meta.fields_db_projection.values() if name not in large]
    sizes = [f'pg_column_size("{name}")' for name in large]
    selected = [
        *(f'"{name}"' for name in small),
        *(
            f'CASE WHEN {size} <= {LIGHT_BYTES} THEN "{name}" END AS "{name}"'
            for name, size in zip(large, sizes, strict=True)
        ),
        *(f'{size} > {LIGHT_BYTES} AS "is_large_{name}"' for name, size in zip(large, sizes, strict=True)),
    ]
    sql = f"SELECT {', '.join(selected)} FROM prediction WHERE id = ANY($1::uuid[])"  # noqa: S608 - names only
    by_id = {row["id"]: row for row in await rows(sql, list(dict.fromkeys(ids)))}
    return [_light(by_id[key]) if key in by_id else None for key in ids]


def _light(values: dict[str, Any]) -> Prediction:
    row = from_row(Prediction, values)
    for name in LARGE["prediction"]:
        if values[f"is_large_{name}"]:
            del row.__dict__[name]
    return row


_READS: Batches[UUID, Prediction | None] = Batches(_read)
_LIGHT_READS: Batches[UUID, Prediction | None] = Batches(_read_without_large)
