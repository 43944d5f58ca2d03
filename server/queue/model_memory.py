"""What administrators want in the memory of workers: asked for, done by the worker, and looked at.

The newest request for a version on a worker replaces an older one, and has another id: what the worker still writes of
the older one finds no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.transactions import in_transaction

from server.adapters.database import rows
from server.domain.model_memory import MemoryAction, MemoryRequestState
from server.tables.workers import ALIVE_SECONDS

PIN_RETRY_SECONDS = 60.0
"""How long a worker that could not load a pinned model leaves it to others before it tries again."""
SETTLE_SECONDS = 20.0
"""A load that another worker ended so lately may not stand in its heartbeat yet."""
REQUESTS_MAX = 50
_PINS_LOCK = 0x70696E73


@dataclass(frozen=True)
class OpenRequest:
    """What a worker is to do with a version; `variable_changes` of its model's variables there were by now."""

    id: UUID
    version_id: UUID
    action: MemoryAction
    variable_changes: int
    is_adapter: bool


@dataclass(frozen=True)
class MemoryRequestReport:
    """A request as administrators see it: of the version `slug`, with the reason where it failed."""

    version_id: UUID
    slug: str
    action: MemoryAction
    state: MemoryRequestState
    reason: str | None
    requested_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class ModelMemory:
    """How many live workers have a version of a model in memory; of a pinned one that none has, why."""

    loaded_on: int = 0
    pin_problem: str | None = None


async def request(worker_ids: Sequence[UUID], version_ids: Sequence[UUID], action: MemoryAction) -> None:
    """Ask each of some workers for each of some versions; what is asked for already stays as it is."""
    await rows(_REQUEST, list(worker_ids), list(version_ids), action.value)


async def list_open(worker_id: UUID) -> list[OpenRequest]:
    """What a worker is asked for and has not ended, the oldest first."""
    return [OpenRequest(**{**row, "action": MemoryAction(row["action"])}) for row in await rows(_OPEN, worker_id)]


async def begin(request_id: UUID) -> None:
    """The worker has begun."""
    await rows(_BEGIN, request_id)


async def end(request_id: UUID, reason: str | None) -> MemoryRequestState:
    """The worker is done; where it failed, for this reason."""
    state = MemoryRequestState.SUCCEEDED if reason is None else MemoryRequestState.FAILED
    await rows(_END, request_id, state.value, reason)
    return state


async def list_pinned() -> frozenset[UUID]:
    """The versions that are to stay in memory: of each pinned model the newest READY one."""
    return frozenset(row["version_id"] for row in await rows(_LIST_PINNED))


async def claim_pinned(worker_id: UUID) -> bool:
    """Ask a worker for the pinned versions that it may load and that no worker has; whether there are any.

    One that is drained has none in this sense: it will be stopped.
    """
    async with in_transaction():
        # Of two workers that look at once, one: behind the lock, so that it sees what the other has asked for
        (lock,) = await rows("SELECT pg_try_advisory_xact_lock($1::bigint) AS is_ours", _PINS_LOCK)
        if not lock["is_ours"]:
            return False
        return bool(await rows(_CLAIM_PINNED, worker_id, ALIVE_SECONDS, SETTLE_SECONDS, PIN_RETRY_SECONDS))


async def of_workers(worker_ids: Iterable[UUID]) -> dict[UUID, list[MemoryRequestReport]]:
    """The requests of some workers, the newest first, REQUESTS_MAX of each."""
    reports: dict[UUID, list[MemoryRequestReport]] = {}
    for row in await rows(_OF_WORKERS, list(worker_ids), ALIVE_SECONDS, REQUESTS_MAX):
        own = reports.setdefault(row.pop("worker_id"), [])
        action, state = MemoryAction(row.pop("action")), MemoryRequestState(row.pop("state"))
        own.append(MemoryRequestReport(**row, action=action, state=state))
    return reports


async def of_models(model_ids: Iterable[UUID]) -> dict[UUID, ModelMemory]:
    """Where models are loaded; those that are neither loaded nor pinned are missing."""
    return {
        row["model_id"]: ModelMemory(row["loaded_on"], row["problem"])
        for row in await rows(_OF_MODELS, list(model_ids), ALIVE_SECONDS)
    }


# In one order, as by all who lock several rows of one table
_REQUEST = """
INSERT INTO memory_request AS r (id, worker_id, version_id, action, state, reason, requested_at, ended_at)
SELECT gen_random_uuid(), w.id, v.id, $3, 'REQUESTED', NULL, now(), NULL
FROM unnest($1::uuid[]) AS w(id) CROSS JOIN unnest($2::uuid[]) AS v(id) ORDER BY w.id, v.id
ON CONFLICT (worker_id, version_id) DO UPDATE SET id = excluded.id, action = excluded.action, state = 'REQUESTED',
  reason = NULL, requested_at = now(), ended_at = NULL
WHERE r.action <> excluded.action OR r.ended_at IS NOT NULL
RETURNING id
"""
_OPEN = """
SELECT r.id, r.version_id, r.action, m.variable_changes, v.base_id IS NOT NULL AS is_adapter FROM memory_request r
JOIN version v ON v.id = r.version_id JOIN model m ON m.id = v.model_id
WHERE r.worker_id = $1 AND r.ended_at IS NULL ORDER BY r.requested_at, r.id
"""
_BEGIN = "UPDATE memory_request SET state = 'RUNNING' WHERE id = $1 AND state = 'REQUESTED' RETURNING id"
_END = """
UPDATE memory_request SET state = $2, reason = $3, ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING id
"""
# An adapter runs where its base does
_PINNED = """
WITH pinned AS (
  SELECT m.id AS model_id, v.id AS version_id, coalesce(b.options, v.options) AS options
  FROM model m
  CROSS JOIN LATERAL (
    SELECT id, options, base_id FROM version WHERE model_id = m.id AND state = 'READY' ORDER BY number DESC LIMIT 1) v
  LEFT JOIN version b ON b.id = v.base_id
  WHERE m.pinned_at IS NOT NULL AND m.deleted_at IS NULL)
"""
_LIST_PINNED = f"{_PINNED} SELECT version_id FROM pinned"  # noqa: S608 - constants only
_CLAIM_PINNED = f"""
{_PINNED},
others AS (SELECT id, versions FROM worker WHERE last_seen > now() - make_interval(secs => $2) AND drained_at IS NULL)
INSERT INTO memory_request AS r (id, worker_id, version_id, action, state, reason, requested_at, ended_at)
SELECT gen_random_uuid(), w.id, p.version_id, 'LOAD', 'REQUESTED', NULL, now(), NULL
FROM pinned p CROSS JOIN worker w
WHERE w.id = $1 AND w.drained_at IS NULL
  AND coalesce(p.options->>'device', 'ANY') IN ('ANY', upper(split_part(w.device, ':', 1)))
  AND NOT EXISTS (SELECT FROM others o WHERE o.versions @> jsonb_build_array(p.version_id))
  AND NOT EXISTS (
    SELECT FROM memory_request q JOIN others o ON o.id = q.worker_id
    WHERE q.version_id = p.version_id AND q.action = 'LOAD' AND (
      q.ended_at IS NULL
      OR (q.state = 'SUCCEEDED' AND q.worker_id <> w.id AND q.ended_at > now() - make_interval(secs => $3))
      OR (q.state = 'FAILED' AND q.worker_id = w.id AND q.ended_at > now() - make_interval(secs => $4))))
ON CONFLICT (worker_id, version_id) DO UPDATE SET id = excluded.id, action = 'LOAD', state = 'REQUESTED', reason = NULL,
  requested_at = now(), ended_at = NULL
RETURNING id
"""  # noqa: S608 - constants only
_OF_WORKERS = """
SELECT w.id AS worker_id, q.version_id, u.handle || '/' || m.name || ':' || v.number AS slug, q.action, q.state,
  q.reason, q.requested_at, q.ended_at
FROM worker w CROSS JOIN LATERAL (
  SELECT * FROM memory_request WHERE worker_id = w.id ORDER BY requested_at DESC, id LIMIT $3) q
JOIN version v ON v.id = q.version_id JOIN model m ON m.id = v.model_id JOIN "user" u ON u.id = m.owner_id
WHERE w.id = ANY($1::uuid[]) AND w.last_seen > now() - make_interval(secs => $2)
ORDER BY q.requested_at DESC, q.id
"""
_OF_MODELS = f"""
{_PINNED},
living AS (SELECT id, versions FROM worker WHERE last_seen > now() - make_interval(secs => $2)),
loaded AS (
  SELECT v.model_id, v.id AS version_id, l.id AS worker_id
  FROM living l CROSS JOIN LATERAL jsonb_array_elements_text(l.versions) AS e(id) JOIN version v ON v.id = e.id::uuid
  WHERE v.model_id = ANY($1::uuid[])),
counts AS (SELECT model_id, count(DISTINCT worker_id) AS n FROM loaded GROUP BY model_id)
SELECT m.id AS model_id, coalesce(c.n, 0) AS loaded_on, CASE
  WHEN p.version_id IS NULL AND m.pinned_at IS NULL THEN NULL
  WHEN p.version_id IS NULL THEN 'No version of it is READY.'
  WHEN EXISTS (SELECT FROM loaded d WHERE d.version_id = p.version_id) THEN NULL
  WHEN EXISTS (
    SELECT FROM memory_request q JOIN living l ON l.id = q.worker_id
    WHERE q.version_id = p.version_id AND q.action = 'LOAD' AND q.ended_at IS NULL) THEN 'It is being loaded.'
  ELSE coalesce((
    SELECT q.reason FROM memory_request q JOIN living l ON l.id = q.worker_id
    WHERE q.version_id = p.version_id AND q.action = 'LOAD' AND q.state = 'FAILED'
    ORDER BY q.ended_at DESC LIMIT 1), 'No live worker that may run it has it in memory.') END AS problem
FROM model m LEFT JOIN counts c ON c.model_id = m.id LEFT JOIN pinned p ON p.model_id = m.id
WHERE m.id = ANY($1::uuid[]) AND (c.n IS NOT NULL OR m.pinned_at IS NOT NULL)
"""  # noqa: S608 - constants only
