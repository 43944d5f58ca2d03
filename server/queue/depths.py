"""What waits and runs in each queue, as the rows say."""

from __future__ import annotations

from dataclasses import dataclass

from server.adapters.database import rows
from server.domain.models import ALL_QUEUES

# What is beyond is not counted: a look may not become a scan of a long queue
MOST_COUNTED = 100_000


@dataclass(frozen=True)
class QueueState:
    """One queue.

    `depth` predictions wait, MOST_COUNTED at most; `age_seconds` is how long the oldest of those that could run has
    waited, 0 where none could; `running` predictions are held by workers.
    """

    queue: str
    depth: int
    age_seconds: float
    running: int


async def count_paused() -> dict[str, int]:
    """How many predictions of paused models wait, by queue, MOST_COUNTED of a version at most; others are missing."""
    return {row["queue"]: int(row["n"]) for row in await rows(_PAUSED, MOST_COUNTED)}


async def read_states() -> list[QueueState]:
    """Every queue that there may be, in the order of ALL_QUEUES."""
    states = await rows(_STATES, list(ALL_QUEUES), MOST_COUNTED)
    return [QueueState(row["queue"], row["depth"], row["age"], row["running"]) for row in states]


async def count_waiting(owner: str, most: int) -> int:
    """How many predictions of an owner wait, counted up to `most`."""
    (row,) = await rows(_WAITING, owner, most)
    return int(row["n"])


_WAITING = """
SELECT count(*) AS n FROM (SELECT 1 FROM prediction WHERE owner = $1 AND status = 'starting' LIMIT $2) AS counted
"""
# Version by version, by the index of what waits
_PAUSED = """
SELECT w.queue, sum(w.n) AS n
FROM model m JOIN version v ON v.model_id = m.id CROSS JOIN LATERAL (
  SELECT queue, count(*) AS n FROM (
    SELECT queue FROM prediction WHERE version_id = v.id AND status = 'starting' LIMIT $1) AS counted GROUP BY queue) w
WHERE m.paused_at IS NOT NULL GROUP BY w.queue
"""
_STATES = """
SELECT q.queue, w.depth, w.age, coalesce(r.n, 0) AS running
FROM unnest($1::text[]) WITH ORDINALITY AS q(queue, place)
CROSS JOIN LATERAL (
  SELECT count(*) AS depth, coalesce(greatest(extract(epoch FROM now() - min(run_at)), 0), 0)::float8 AS age FROM (
    SELECT run_at FROM prediction WHERE status = 'starting' AND queue = q.queue LIMIT $2) AS counted) AS w
LEFT JOIN (SELECT queue, count(*) AS n FROM prediction WHERE status = 'processing' GROUP BY queue) AS r
  ON r.queue = q.queue
ORDER BY q.place
"""
