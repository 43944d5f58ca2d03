"""What owners store, counted by the statements that store and remove it.

The count is changed behind everything else that a statement locks, and owners in their order: two statements of several
owners do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from server.adapters.database import rows
from server.tables.predictions import UNCOUNTED


def owner_of(column: str) -> str:
    """Who counts as one owner: a user, an IPv4 address, the /64 of an IPv6 address."""
    return f"""CASE WHEN {column} LIKE 'anon:%:%' AND {column} NOT LIKE 'anon:::ffff:%'
    THEN 'anon:' || network(set_masklen(substr({column}, 6)::inet, 64))::text ELSE {column} END"""


def added(rows_of: str) -> str:
    """The part of a statement that counts the `stored_bytes` of the rows of another part."""
    return f"""INSERT INTO stored_bytes AS s (owner, bytes)
  SELECT {owner_of("r.owner")} AS owner, sum(r.stored_bytes) FROM {rows_of} r
  WHERE r.stored_bytes > 0 GROUP BY 1 ORDER BY 1
  ON CONFLICT (owner) DO UPDATE SET bytes = s.bytes + excluded.bytes"""  # noqa: S608 - names only


def removed(rows_of: str) -> str:
    """The parts of a statement that take the `stored_bytes` of the rows of another part out of the count."""
    return f"""freed AS (
  SELECT {owner_of("r.owner")} AS owner, sum(r.stored_bytes) AS bytes FROM {rows_of} r
  WHERE r.stored_bytes > 0 GROUP BY 1),
of_owners AS (
  SELECT s.owner FROM stored_bytes s JOIN freed ON freed.owner = s.owner ORDER BY s.owner FOR UPDATE OF s),
uncounted AS (
  UPDATE stored_bytes s SET bytes = greatest(0, s.bytes - freed.bytes)
  FROM freed JOIN of_owners ON of_owners.owner = freed.owner WHERE s.owner = freed.owner)"""  # noqa: S608 - names only


async def read(owner: str) -> int:
    """The bytes that an owner has stored."""
    return sum(row["bytes"] for row in await rows(_READ, owner))


async def count_ended(limit: int) -> int:
    """Count up to so many predictions that ended without being counted; how many.

    No run finished those: they were canceled, lost or too late, or ended under an older release.
    """
    return len(await rows(_COUNT_ENDED, limit))


async def add_upload(owner: str, size: int) -> None:
    """Count an upload, in the transaction that makes it."""
    await rows(_ADD_UPLOAD, owner, size)


async def remove_uploads(upload_ids: Sequence[UUID]) -> None:
    """Remove the rows of uploads, which count no more."""
    await rows(_REMOVE_UPLOADS, list(upload_ids))


_READ = f"SELECT bytes FROM stored_bytes WHERE owner = {owner_of('$1::text')}"  # noqa: S608 - names only
# By its own index, which is empty as a rule. Sizes as PostgreSQL stores them, since reading old outputs to measure them
# may take gigabytes; `updated_at` stays, since nothing changed that anybody sees
_COUNT_ENDED = f"""
WITH old AS (
  SELECT id FROM prediction WHERE {UNCOUNTED} ORDER BY completed_at LIMIT $1 FOR UPDATE SKIP LOCKED),
sized AS (
  UPDATE prediction p SET stored_bytes = pg_column_size(p.input) + coalesce(pg_column_size(p.output), 0)
    + pg_column_size(p.logs) + coalesce((
      SELECT sum((file->>'bytes')::bigint) FROM jsonb_array_elements(
        CASE WHEN jsonb_typeof(p.files) = 'array' THEN p.files END) file), 0)
  FROM old WHERE p.id = old.id RETURNING p.id, p.owner, p.stored_bytes),
counted AS ({added("sized")})
SELECT id FROM sized
"""  # noqa: S608 - constants only
_ADD_UPLOAD = f"""
WITH new AS (SELECT $1::text AS owner, $2::bigint AS stored_bytes), counted AS ({added("new")} RETURNING s.owner)
SELECT owner FROM counted
"""  # noqa: S608 - names only
_REMOVE_UPLOADS = f"""
WITH gone AS (
  DELETE FROM upload WHERE id = ANY($1::uuid[]) RETURNING id, owner, stored_bytes),
{removed("gone")}
SELECT id FROM gone
"""  # noqa: S608 - constants only
