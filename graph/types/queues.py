"""Queues of predictions."""

from __future__ import annotations

import strawberry

from graph.types.enums import DeviceClass, ModelKind
from server.domain.models import device_of, kind_of
from server.queue.depths import MOST_COUNTED
from server.services.queues import QueueReport


@strawberry.type(description="A queue of predictions: those of one kind of model and one class of devices.")
class Queue:
    name: str = strawberry.field(description="Name, as in metrics.")
    kind: ModelKind = strawberry.field(description="Kind of its models.")
    device: DeviceClass = strawberry.field(description="Class of workers that serve this queue.")
    depth: int = strawberry.field(description=f"Predictions waiting; counted up to {MOST_COUNTED}.")
    oldest_waiting_seconds: float | None = strawberry.field(
        description="How long the oldest prediction that could run has been waiting; null if none is waiting."
    )
    running: int = strawberry.field(description="Predictions running on workers.")
    workers: int = strawberry.field(description="Live workers that serve this queue.")

    @classmethod
    def of(cls, report: QueueReport) -> Queue:
        state = report.state
        return cls(
            name=state.queue,
            kind=kind_of(state.queue),
            device=device_of(state.queue),
            depth=state.depth,
            oldest_waiting_seconds=state.age_seconds if state.depth else None,
            running=state.running,
            workers=report.workers,
        )
