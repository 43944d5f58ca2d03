"""Results after the end of their predictions: shared by equal ones, and forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.adapters.database import from_json, rows
from server.domain.lineage import Environment
from server.domain.predictions import PredictionStatus
from server.queue.claim import PredictionLease
from server.queue.storage import removed
from server.runtime import Runtime


@dataclass(frozen=True)
class SharedResult:
    """What an equal prediction made: its output, its files as their row keeps them, and with what it ran."""

    output: Any
    files: list[dict[str, Any]]
    environment: Environment | None = None


async def find(rt: Runtime, lease: PredictionLease) -> SharedResult | None:
    """What an equal prediction made within RESULT_CACHE_SECONDS."""
    equal = await rows(_FIND, lease.cache_key, lease.id, rt.settings.result_cache_seconds)
    if not equal:
        return None
    facts = from_json(equal[0]["facts"])
    environment = Environment.read(facts) if facts else None
    return SharedResult(from_json(equal[0]["output"]), from_json(equal[0]["files"]) or [], environment)


async def find_leader(lease: PredictionLease) -> UUID | None:
    """An equal prediction that began to run before this one, and still does."""
    running = await rows(_LEADER, lease.cache_key, lease.id, lease.started_at)
    return running[0]["id"] if running else None


async def read_status(prediction_id: UUID) -> PredictionStatus | None:
    """Where a prediction stands; None where there is none."""
    statuses = [row["status"] for row in await rows("SELECT status FROM prediction WHERE id = $1", prediction_id)]
    return PredictionStatus(statuses[0]) if statuses else None


async def forget_copy(lease: PredictionLease) -> None:
    """Keep a copy out of the cache: its life would prolong that of the original."""
    await rows(_FORGET_COPY, lease.id, lease.attempt)


async def forget(model_id: UUID | None) -> int:
    """Forget all shared results, or those of one model; how many."""
    return len(await rows(_FORGET, model_id))


async def remove_old_data(seconds: float, limit: int, *, anonymous: bool = False) -> list[dict[str, Any]]:
    """Remove input, output, files and logs from rows that ended `seconds` ago; id and owner of up to `limit`.

    `anonymous` takes those without an account alone. Samples of models are left.
    """
    return await rows(_REMOVE_ANONYMOUS_DATA if anonymous else _REMOVE_OLD_DATA, seconds, limit)


# The oldest, so that all copies come from one original
_FIND = """
SELECT output, files, (SELECT facts FROM run_environment e WHERE e.id = environment_id) AS facts FROM prediction
WHERE cache_key = $1 AND id <> $2 AND status = 'succeeded' AND NOT data_removed
  AND completed_at > now() - make_interval(secs => $3)
ORDER BY completed_at LIMIT 1
"""
# `completed_at IS NULL` says what the status says already, for the sake of the index; a total order by begin and id
# makes sure that no two wait for each other
_LEADER = """
SELECT id FROM prediction
WHERE cache_key = $1 AND completed_at IS NULL AND status = 'processing' AND lease_until > now()
  AND (started_at, id) < ($3, $2)
ORDER BY started_at, id LIMIT 1
"""
# The rows keep their outputs: only equal predictions find them no more
_FORGET = """
UPDATE prediction SET cache_key = NULL WHERE cache_key IS NOT NULL AND ($1::uuid IS NULL OR model_id = $1) RETURNING id
"""
# Fenced, since the leader of a newer attempt may be another
_FORGET_COPY = "UPDATE prediction SET cache_key = NULL WHERE id = $1 AND attempt = $2 RETURNING id"


# The status stays, since what ended stays ended; by the end's time and in small portions, so that it locks few rows.
# What the owner of a model shows as its sample stays as long as they show it
def _removal(condition: str) -> str:
    return f"""
WITH old AS (
  SELECT id, owner, stored_bytes FROM prediction
  WHERE {condition} AND completed_at < now() - make_interval(secs => $1) AND NOT EXISTS (
    SELECT FROM model m WHERE m.id = prediction.model_id AND m.deleted_at IS NULL AND m.samples ? prediction.id::text)
  ORDER BY completed_at LIMIT $2 FOR UPDATE SKIP LOCKED),
{removed("old")}
UPDATE prediction p SET data_removed = true, input = '{{}}', output = NULL, files = NULL, logs = '', cache_key = NULL,
  metadata = NULL, openai = NULL, stored_bytes = NULL, updated_at = now()
FROM old WHERE p.id = old.id RETURNING p.id, p.owner
"""  # noqa: S608 - constants only


_REMOVE_OLD_DATA = _removal("NOT data_removed")
# Each has an index: one does not look at the rows of the other
_REMOVE_ANONYMOUS_DATA = _removal("NOT data_removed AND user_id IS NULL")
