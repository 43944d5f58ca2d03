"""Predictions by id, as a viewer may read them; read together: many watchers want theirs at about the same time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from server.adapters.batches import Batches
from server.adapters.database import columns, from_json, from_row, rows
from server.adapters.large_columns import LARGE, holds, read_large
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from server.live import answer_memory
from server.tables import Prediction

LIST_BYTES = 1_000_000
"""In the table, what the rows of a page may have together."""
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


async def read_without_large(prediction_id: UUID) -> Prediction | None:
    """As `read`, without those of its large columns that are large (see `large_columns.holds`)."""
    return await _LIGHT_READS.ask(prediction_id)


async def find_without_large(viewer: Viewer, prediction_id: UUID) -> Prediction:
    """As `find`, without those of its large columns that are large (see `large_columns.holds`)."""
    viewer.require(Scope.READ)
    row = await read_without_large(prediction_id)
    if row is None or not may_see(viewer, row):
        raise NotFoundError("There is no prediction with this id.")
    return row


async def find_complete(viewer: Viewer, prediction_id: UUID) -> Prediction:
    """As `find`; room for what is large is waited for before it is read.

    Raises:
        BusyError: there was none in time.
    """
    row = await find_without_large(viewer, prediction_id)
    await _complete([row])
    return row


async def complete(rows_without_large: Sequence[Prediction]) -> list[Prediction]:
    """As many of these rows as an answer can have, from the first on and one at least, with their large columns.

    Raises:
        BusyError: there was no room for them in time.
    """
    sizes = {row["id"]: row["bytes"] for row in await rows(_SIZES, [row.id for row in rows_without_large])}
    portion: list[Prediction] = []
    size = 0
    for row in rows_without_large:
        size += sizes.get(row.id, 0)
        if portion and size > LIST_BYTES:
            break
        portion.append(row)
    await _complete(portion)
    return portion


async def _complete(part: Sequence[Prediction]) -> None:
    by_id = {row.id: row for row in part}
    size = 0

    async def expect(more: int) -> None:
        await answer_memory.hold(size + more)

    for column in LARGE["prediction"]:
        lacking = [row.id for row in part if not holds(row, column)]
        async for row_id, value in read_large("prediction", column, lacking, expect):
            size += len(value or "")
            setattr(by_id[row_id], column, value if column == "logs" else from_json(value))


async def find_visible(viewer: Viewer, prediction_id: UUID) -> Prediction:
    """As `find`, for what is done with a prediction by a key of another scope."""
    row = await read(prediction_id)
    if row is None or not may_see(viewer, row):
        raise NotFoundError("There is no prediction with this id.")
    return row


async def find_own(viewer: Viewer, prediction_id: UUID, act: str) -> Prediction:
    """A prediction that the viewer ran, for what its user alone may do with it, such as "share".

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: somebody else ran it; or the API key may not write.
        NotFoundError: there is none, or the viewer may not know of it.
    """
    if viewer.user_id is None:
        raise UnauthenticatedError(f"Sign in to {act} predictions.")
    viewer.require(Scope.WRITE)
    row = await find_visible(viewer, prediction_id)
    if row.user_id != viewer.user_id:
        raise ForbiddenError(f"Only who ran a prediction can {act} it.")
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


_SIZES = """
SELECT id, pg_column_size(input) + coalesce(pg_column_size(output), 0) + pg_column_size(logs) AS bytes
FROM prediction WHERE id = ANY($1::uuid[])
"""
_READS: Batches[UUID, Prediction | None] = Batches(_read)
_LIGHT_READS: Batches[UUID, Prediction | None] = Batches(_read_without_large)
