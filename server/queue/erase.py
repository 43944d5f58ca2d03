"""What is removed with a user beside predictions, which `deletions` removes: batches, and what tells of them elsewhere.

Each statement may be asked again after it was cut off, and finds what is left. The ledger stays, and how often models
ran; neither says any more by whom.
"""

from __future__ import annotations

from uuid import UUID

from tortoise.transactions import in_transaction

from server.adapters.database import rows
from server.queue import roll_ups
from server.queue.batches import request_cancel

NOBODY = "deleted"
"""The owner of lines of the ledger whose user was deleted."""


async def list_busy(limit: int) -> list[tuple[UUID, str]]:
    """Deactivated users of whom something waits, with the owner that it is of."""
    return [(row["id"], row["owner"]) for row in await rows(_LIST_BUSY, limit)]


async def cancel_batches(user_id: UUID) -> None:
    """Have all batches of a user canceled that have not ended."""
    for row in await rows(_LIVE_BATCHES, user_id):
        await request_cancel(row["id"], "The account was deactivated.")


async def is_busy(user_id: UUID, owner: str) -> bool:
    """Whether anything of a user waits or runs, or a batch has not ended."""
    (row,) = await rows(_IS_BUSY, user_id, owner)
    return bool(row["busy"])


async def list_predictions(owner: str, limit: int) -> list[UUID]:
    """Some of an owner's predictions."""
    return [row["id"] for row in await rows(_LIST_PREDICTIONS, owner, limit)]


async def erase_batches(user_id: UUID, limit: int) -> int:
    """Remove up to so many batches that have ended, with their lines and webhooks; how many."""
    return len(await rows(_ERASE_BATCHES, user_id, limit))


async def erase_names_of_models(user_id: UUID, owner_id: UUID) -> None:
    """Give the models of a user to another, without their names and what was written on them; their stars go.

    The rows stay, since predictions of others refer to them.
    """
    await rows(_ERASE_STARS, user_id)
    await rows(_ERASE_SHARES, str(user_id))
    await rows("DELETE FROM model_caller WHERE user_id = $1 RETURNING id", user_id)
    await rows(_ERASE_VERSIONS, user_id)
    await rows(_ERASE_MODELS, user_id, owner_id)


async def erase_owner(owner: str) -> None:
    """Take an owner's name from the ledger with its roll-ups, and from the counts of what is stored."""
    async with in_transaction():
        await roll_ups.erase_owner(owner, NOBODY)
        await rows("UPDATE usage SET owner = $2 WHERE owner = $1 RETURNING prediction_id", owner, NOBODY)
    await rows("DELETE FROM stored_bytes WHERE owner = $1 RETURNING owner", owner)


_LIST_BUSY = """
SELECT u.id, 'user:' || u.id AS owner FROM "user" u WHERE u.deactivated_at IS NOT NULL AND (
  EXISTS (SELECT FROM prediction p WHERE p.owner = 'user:' || u.id AND p.status = 'starting')
  OR EXISTS (SELECT FROM batch b WHERE b.user_id = u.id AND b.completed_at IS NULL AND b.cancel_requested_at IS NULL))
ORDER BY u.deactivated_at LIMIT $1
"""
_LIVE_BATCHES = """
SELECT id FROM batch WHERE user_id = $1 AND completed_at IS NULL AND cancel_requested_at IS NULL ORDER BY id
"""
_IS_BUSY = """
SELECT EXISTS (SELECT FROM prediction WHERE owner = $2 AND status = 'starting')
  OR EXISTS (SELECT FROM prediction WHERE owner = $2 AND status = 'processing')
  OR EXISTS (SELECT FROM batch WHERE user_id = $1 AND completed_at IS NULL) AS busy
"""
_LIST_PREDICTIONS = "SELECT id FROM prediction WHERE owner = $1 LIMIT $2"
# What is noted of items that were deleted before keeps their place, and not what their user called them
_ERASE_BATCHES = """
WITH gone AS (
  DELETE FROM batch WHERE id IN (
    SELECT id FROM batch WHERE user_id = $1 AND completed_at IS NOT NULL ORDER BY id LIMIT $2 FOR UPDATE)
  RETURNING id),
unnamed AS (UPDATE deletion d SET batch_key = NULL FROM gone WHERE d.batch_id = gone.id)
SELECT id FROM gone
"""
# In the order of their ids, as whoever changes several rows
_ERASE_STARS = """
WITH stars AS (DELETE FROM model_star WHERE user_id = $1 RETURNING model_id),
locked AS (SELECT m.id FROM model m JOIN stars s ON s.model_id = m.id ORDER BY m.id FOR UPDATE OF m)
UPDATE model m SET stars = m.stars - 1 FROM locked WHERE m.id = locked.id RETURNING m.id
"""
_ERASE_SHARES = """
WITH locked AS (SELECT id FROM model WHERE shared_with ? $1::text ORDER BY id FOR UPDATE)
UPDATE model m SET shared_with = m.shared_with - $1::text FROM locked WHERE m.id = locked.id RETURNING m.id
"""
_ERASE_VERSIONS = """
UPDATE version v SET source_ref = '', revision_asked = NULL, reason = NULL, own_schema = NULL, progress = NULL
FROM model m WHERE m.id = v.model_id AND m.owner_id = $1 RETURNING v.id
"""
_ERASE_MODELS = """
UPDATE model SET owner_id = $2, name = 'deleted-' || replace(gen_random_uuid()::text, '-', ''), description = '',
  tags = '[]', samples = '[]', shared_with = '[]', visibility = 'PRIVATE', pause_reason = NULL, categories = '[]',
  languages = '[]', license = NULL, license_url = NULL, featured_at = NULL, deleted_at = coalesce(deleted_at, now())
WHERE owner_id = $1 RETURNING id
"""
