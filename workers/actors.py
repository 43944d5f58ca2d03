"""The doorbells: one actor a queue, each of which only wakes the supervisor."""

from __future__ import annotations

from collections.abc import Callable

import dramatiq

from server.adapters.bell import ACTOR
from server.domain.models import PREPARE_QUEUE, QUEUES


def declare(broker: dramatiq.Broker, wake: Callable[..., None]) -> None:
    """Declare the actor; one name serves all queues, since messages name their queue themselves."""
    for queue in (*QUEUES, PREPARE_QUEUE):
        broker.declare_queue(queue)
    dramatiq.Actor(wake, broker=broker, actor_name=ACTOR, queue_name=QUEUES[0], priority=0, options={})
