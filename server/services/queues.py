"""Queues as administrators see them: what waits and runs in each, and how many workers serve it."""

from __future__ import annotations

from dataclasses import dataclass

from server.adapters.database import rows
from server.domain.accounts import Viewer
from server.domain.models import ALL_QUEUES, QUEUES, queues_of
from server.errors import ForbiddenError
from server.queue.depths import QueueState, read_states
from server.tables.workers import ALIVE_SECONDS


@dataclass(frozen=True)
class QueueReport:
    """A queue, and how many living workers serve it."""

    state: QueueState
    workers: int


async def listing(viewer: Viewer | None) -> list[QueueReport]:
    """The queues of every kind, and those of one class of devices that workers serve or where something waits or runs.

    No viewer is the operator at the command line.

    Raises:
        ForbiddenError: the viewer is no admin.
    """
    if viewer is not None and not viewer.is_admin:
        raise ForbiddenError("Only administrators may see the queues.")
    workers = dict.fromkeys(ALL_QUEUES, 0)
    for row in await rows(_DEVICES, ALIVE_SECONDS):
        for queue in queues_of(row["device"]):
            workers[queue] += row["n"]
    reports = [QueueReport(state, workers[state.queue]) for state in await read_states()]
    return [
        report
        for report in reports
        if report.state.queue in QUEUES or report.workers or report.state.depth or report.state.running
    ]


_DEVICES = (
    "SELECT device, count(*) AS n FROM worker WHERE last_seen > now() - make_interval(secs => $1)"
    " AND drained_at IS NULL GROUP BY device"
)
