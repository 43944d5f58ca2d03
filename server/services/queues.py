"""What waits and runs in each queue, as its rows say, and who takes from it."""

from __future__ import annotations

from dataclasses import dataclass

from server.adapters.database import rows
from server.domain.accounts import Viewer
from server.domain.models import ALL_QUEUES, QUEUES, queues_of
from server.errors import ForbiddenError
from server.services.catalogue import ALIVE_SECONDS

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


@dataclass(frozen=True)
class Staffed:
    """A queue, and how many living workers take from it."""

    state: QueueState
    workers: int


async def states() -> list[QueueState]:
    """Every queue that there may be, in the order of ALL_QUEUES."""
    found = await rows(_STATES, list(ALL_QUEUES), MOST_COUNTED)
    return [QueueState(row["queue"], row["depth"], row["age"], row["running"]) for row in found]


async def listing(viewer: Viewer) -> list[Staffed]:
    """The queues that workers take from, and those of one class of devices where something waits or somebody works.

    Raises:
        ForbiddenError: the viewer is no admin.
    """
    if not viewer.is_admin:
        raise ForbiddenError("Only admins see the queues.")
    taking = dict.fromkeys(ALL_QUEUES, 0)
    for row in await rows(_DEVICES, ALIVE_SECONDS):
        for queue in queues_of(row["device"]):
            taking[queue] += row["n"]
    staffed = [Staffed(state, taking[state.queue]) for state in await states()]
    return [one for one in staffed if one.state.queue in QUEUES or one.workers or one.state.depth or one.state.running]


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
_DEVICES = (
    "SELECT device, count(*) AS n FROM worker WHERE last_seen > now() - make_interval(secs => $1) GROUP BY device"
)
