"""The executor of our schema, which runs the events of a subscription for as long as somebody watches."""

from __future__ import annotations

from typing import Any

from graphql.execution.executor import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


class EventExecutor(StrawberryGraphQLCoreExecutionContext):
    """Gives each event a memo of its own.

    graphql-core shares one memo of selections between the executors of all events, with keys that no other event has:
    it would grow by some entries with every event of a subscription.
    """

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        """An executor of one event, which ends with it."""
        executor = super().build_per_event_executor(payload)
        executor._relevant_sub_fields = {}
        return executor
