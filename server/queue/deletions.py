"""Deletions: asked for, carried out once the prediction has ended, and remembered for as long as somebody counts them.

A row goes with its webhook, its deliveries and its uses of uploads; the ledger keeps its line. What says that it was
there is written in the statement that removes it, so that no crash between the two leaves files that nobody looks for.
A batch goes at once, with its invalid lines and its webhook, and its items behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.adapters.database import rows
from server.queue.storage import removed

SETTLE_SECONDS = 2.0
"""How long a prediction that was canceled for its deletion stays after its end, so that watchers see that end."""


@dataclass(frozen=True)
class RemovedRow:
    """A prediction whose row is gone; `has_files`: the store has some of it still."""

    id: UUID
    owner: str
    has_files: bool


async def request(prediction_ids: Sequence[UUID]) -> None:
    """Ask for the deletion of predictions, whenever they end; what is gone by now is not asked for."""
    await rows(_REQUEST, list(prediction_ids))


async def remove_batch(batch_id: UUID) -> int | None:
    """Delete a batch that has ended, and ask for the deletion of its items, in a transaction of the caller's.

    How many items those are; None where it has not ended or is gone, and the transaction is to be given up.
    """
    (row,) = await rows(_REQUEST_OF_BATCH, batch_id)
    return int(row["n"]) if await rows(_REMOVE_BATCH, batch_id) else None


async def items_of(batch_id: UUID, limit: int) -> list[UUID]:
    """Items of a batch that are still there, in their order."""
    return [row["id"] for row in await rows(_ITEMS_OF, batch_id, limit)]


async def remove(prediction_ids: Sequence[UUID]) -> list[RemovedRow]:
    """Delete those of some predictions that have ended and whose deletion was asked for."""
    return [RemovedRow(**row) for row in await rows(_REMOVE, list(prediction_ids))]


async def list_due(limit: int) -> list[UUID]:
    """Predictions that were to be deleted once they ended, and have ended SETTLE_SECONDS ago; the oldest request first.

    Requests whose prediction somebody else deleted are dropped.
    """
    return [row["id"] for row in await rows(_LIST_DUE, limit, SETTLE_SECONDS)]


async def list_with_files(limit: int) -> list[UUID]:
    """Deleted predictions whose files may lie in the store still, the oldest first."""
    return [row["prediction_id"] for row in await rows(_LIST_WITH_FILES, limit)]


async def note_files_removed(prediction_ids: Sequence[UUID]) -> None:
    """The files of deleted predictions are gone."""
    await rows(_NOTE_FILES_REMOVED, list(prediction_ids))


async def forget(prediction_ids: Sequence[UUID]) -> int:
    """Forget deletions whose files are gone; how many. What their models' runs do not count yet is counted now."""
    return len(await rows(_FORGET, list(prediction_ids)))


async def forget_old(seconds: float, limit: int) -> int:
    """Forget deletions of so long ago; how many. Not where a batch is to say which of its items are missing."""
    return await forget([row["prediction_id"] for row in await rows(_LIST_OLD, seconds, limit)])


async def among(prediction_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these predictions were deleted, as far as that is remembered."""
    return {row["prediction_id"] for row in await rows(_AMONG, list(prediction_ids))}


async def of_batch(batch_id: UUID, last_index: int, limit: int) -> list[dict[str, Any]]:
    """Deleted items of a batch behind a place in it: prediction_id, batch_index, batch_key, status; by their places."""
    return await rows(_OF_BATCH, batch_id, last_index, limit)


async def count_of_batches(batch_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many items of some batches were deleted; batches without are missing."""
    return {row["batch_id"]: row["n"] for row in await rows(_COUNT_OF_BATCHES, list(batch_ids))}


async def count_open() -> tuple[int, int]:
    """How many deletions wait for the end of their prediction, and how many for their files to go."""
    (row,) = await rows(_COUNT_OPEN)
    return int(row["requested"]), int(row["with_files"])


# In the order of their ids, as by all who lock several predictions
_REQUEST = """
WITH alive AS (SELECT id FROM prediction WHERE id = ANY($1::uuid[]) ORDER BY id FOR KEY SHARE)
INSERT INTO deletion (prediction_id, requested_at) SELECT id, now() FROM alive
ON CONFLICT (prediction_id) DO NOTHING RETURNING prediction_id
"""
_REQUEST_OF_BATCH = """
WITH alive AS (SELECT id FROM prediction WHERE batch_id = $1 ORDER BY id FOR KEY SHARE),
requested AS (
  INSERT INTO deletion (prediction_id, requested_at) SELECT id, now() FROM alive ON CONFLICT (prediction_id) DO NOTHING)
SELECT count(*) AS n FROM alive
"""
# Of items that were deleted before stays what is counted, and not what their user called them
_REMOVE_BATCH = """
WITH gone AS (DELETE FROM batch WHERE id = $1 AND completed_at IS NOT NULL RETURNING id),
unnamed AS (UPDATE deletion d SET batch_key = NULL FROM gone WHERE d.batch_id = gone.id)
SELECT id FROM gone
"""
_ITEMS_OF = "SELECT id FROM prediction WHERE batch_id = $1 ORDER BY batch_index LIMIT $2"
# What is counted is taken along in the same statement: the bytes of its owner at once, the runs of its model and its
# place in its batch by the row that stays
_REMOVE = f"""
WITH old AS (
  SELECT p.id FROM prediction p JOIN deletion d ON d.prediction_id = p.id
  WHERE p.id = ANY($1::uuid[]) AND p.completed_at IS NOT NULL ORDER BY p.id FOR UPDATE OF p),
gone AS (
  DELETE FROM prediction p USING old WHERE p.id = old.id
  RETURNING p.id, p.owner, p.model_id, p.created_at, p.status, p.batch_id, p.batch_index, p.batch_key, p.stored_bytes,
    coalesce(jsonb_typeof(p.files) = 'array' AND p.files <> '[]'::jsonb, false) AS has_files),
noted AS (
  UPDATE deletion d SET deleted_at = now(), files_removed_at = CASE WHEN gone.has_files THEN NULL ELSE now() END,
    model_id = gone.model_id, created_at = gone.created_at, status = gone.status, batch_id = gone.batch_id,
    batch_index = gone.batch_index,
    batch_key = CASE WHEN EXISTS (SELECT FROM batch b WHERE b.id = gone.batch_id) THEN gone.batch_key END
  FROM gone WHERE d.prediction_id = gone.id),
{removed("gone")}
SELECT id, owner, has_files FROM gone
"""  # noqa: S608 - constants only
_LIST_DUE = """
WITH requested AS (
  SELECT prediction_id FROM deletion WHERE deleted_at IS NULL ORDER BY requested_at),
lost AS (
  DELETE FROM deletion d USING requested r WHERE d.prediction_id = r.prediction_id AND d.deleted_at IS NULL
    AND NOT EXISTS (SELECT FROM prediction p WHERE p.id = r.prediction_id))
SELECT p.id FROM requested r JOIN prediction p ON p.id = r.prediction_id
WHERE p.completed_at < now() - make_interval(secs => $2) LIMIT $1
"""
_LIST_WITH_FILES = """
SELECT prediction_id FROM deletion WHERE deleted_at IS NOT NULL AND files_removed_at IS NULL
ORDER BY deleted_at LIMIT $1
"""
_NOTE_FILES_REMOVED = """
UPDATE deletion SET files_removed_at = now() WHERE prediction_id = ANY($1::uuid[]) AND files_removed_at IS NULL
  AND deleted_at IS NOT NULL
RETURNING prediction_id
"""
_LIST_OLD = """
SELECT d.prediction_id FROM deletion d
WHERE d.files_removed_at IS NOT NULL AND d.deleted_at < now() - make_interval(secs => $1)
  AND NOT EXISTS (SELECT FROM batch b WHERE b.id = d.batch_id AND NOT b.data_removed)
ORDER BY d.deleted_at LIMIT $2
"""
# What was not counted yet will not be there when the others are. Two who forget the same lock it in one order
_FORGET = """
WITH mark AS (SELECT counted_until FROM run_count WHERE id = 1 FOR UPDATE),
old AS (
  SELECT d.prediction_id FROM deletion d, mark
  WHERE d.prediction_id = ANY($1::uuid[]) AND d.files_removed_at IS NOT NULL
  ORDER BY d.prediction_id FOR UPDATE OF d),
gone AS (
  DELETE FROM deletion d USING old WHERE d.prediction_id = old.prediction_id
  RETURNING d.prediction_id, d.model_id, d.created_at),
runs AS (
  SELECT g.model_id, count(*) AS n FROM gone g, mark WHERE g.created_at > mark.counted_until GROUP BY g.model_id),
counted AS (UPDATE model m SET runs = m.runs + r.n FROM runs r WHERE m.id = r.model_id)
SELECT prediction_id FROM gone
"""
_AMONG = "SELECT prediction_id FROM deletion WHERE prediction_id = ANY($1::uuid[]) AND deleted_at IS NOT NULL"
_OF_BATCH = """
SELECT prediction_id, batch_index, batch_key, status FROM deletion
WHERE batch_id = $1 AND batch_index > $2 ORDER BY batch_index LIMIT $3
"""
_COUNT_OF_BATCHES = """
SELECT batch_id, count(*) AS n FROM deletion WHERE batch_id = ANY($1::uuid[]) GROUP BY batch_id
"""
_COUNT_OPEN = """
SELECT (SELECT count(*) FROM deletion WHERE deleted_at IS NULL) AS requested,
  (SELECT count(*) FROM deletion WHERE deleted_at IS NOT NULL AND files_removed_at IS NULL) AS with_files
"""
