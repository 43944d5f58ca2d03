"""Queues of predictions."""

from __future__ import annotations

import strawberry

from graph.types.enums import DeviceClass, ModelKind
from server.domain.models import device_of, kind_of
from server.services.queues import MOST_COUNTED, Staffed


@strawberry.type(description="What waits for workers, and runs, of one kind of models and one class of devices.")
class Queue:
    """One queue."""

    name: str = strawberry.field(description="Its name, as in metrics.")
    kind: ModelKind = strawberry.field(description="The kind of its models.")
    device: DeviceClass = strawberry.field(description="The workers that may take from it.")
    depth: int = strawberry.field(description=f"Predictions that wait; counted up to {MOST_COUNTED}.")
    oldest_waiting_seconds: float | None = strawberry.field(
        description="How long the oldest of those that could run has waited; null while none waits."
    )
    running: int = strawberry.field(description="Predictions that workers hold.")
    workers: int = strawberry.field(description="Living workers that take from it.")

    @classmethod
    def of(cls, staffed: Staffed) -> Queue:
        """The type of a service's queue."""
        state = staffed.state
        return cls(
            name=state.queue,
            kind=kind_of(state.queue),
            device=device_of(state.queue),
            depth=state.depth,
            oldest_waiting_seconds=state.age_seconds if state.depth else None,
            running=state.running,
            workers=staffed.workers,
        )
