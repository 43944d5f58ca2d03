"""Queues as administrators see them: what waits and runs in each, and how many workers take from it."""

from __future__ import annotations

from dataclasses import dataclass

from server.adapters.database import rows
from server.domain.accounts import Viewer
from server.domain.models import ALL_QUEUES, QUEUES, queues_of
from server.errors import ForbiddenError
from server.queue.depths import QueueState, read_states
from server.tables.workers import ALIVE_SECONDS


@dataclass(frozen=True)
class Staffed:
    """A queue, and how many living workers take from it."""

    state: QueueState
    workers: int


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
    staffed = [Staffed(state, taking[state.queue]) for state in await read_states()]
    return [one for one in staffed if one.state.queue in QUEUES or one.workers or one.state.depth or one.state.running]


_DEVICES = (
    "SELECT device, count(*) AS n FROM worker WHERE last_seen > now() - make_interval(secs => $1) GROUP BY device"
)
