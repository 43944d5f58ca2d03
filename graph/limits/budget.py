"""What an operation costs is bounded before it runs, counted against the caller's rate, and shown in the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from graph.context import Context
from graph.limits.cost import Operation, cost_model_of
from server.adapters.metrics import OPERATION_COST
from server.errors import RateLimitedError
from server.services import rate_limits

MAX_COST = 5000
# What a client that reads JSON numbers as doubles still understands
SHOWN_COST = 10**9


class Budget(SchemaExtension):
    """`extensions.cost` with `requested` and `actual` points; those that were not paid at the door are paid here.

    What is refused before it is read costs one point, too.
    """

    def __init__(self, max_cost: int = MAX_COST) -> None:
        super().__init__()
        self._max_cost = max_cost
        self._operation: Operation | None = None
        self._requested = 0
        self._is_paid = False

    async def on_operation(self) -> AsyncIterator[None]:
        """Let an operation that did not come so far as to run pay its point."""
        try:
            yield
        finally:
            # A stream is closed where it stands once its only answer, that it is refused, was sent
            context = self.execution_context.context
            if isinstance(context, Context) and not self._is_paid and not context.paid:
                # Where this was one point too many, the next operation is refused
                with suppress(RateLimitedError):
                    await rate_limits.spend(context.rt, context.viewer, 1)

    def on_validate(self) -> Iterator[None]:
        """Refuse an operation that may cost too much; the validation itself has reported nothing."""
        context = self.execution_context
        if context.graphql_document and not context.pre_execution_errors:
            model = cost_model_of(context.schema._schema)
            operation = Operation(model, context.graphql_document, context.operation_name, context.variables)
            self._requested = min(operation.requested(), SHOWN_COST)
            if self._requested <= self._max_cost:
                self._operation = operation
            else:
                message = (
                    f"The operation may cost {self._requested} points; {self._max_cost} are allowed. "
                    "Ask for less at once."
                )
                cost = {"requested": self._requested, "allowed": self._max_cost}
                error = GraphQLError(message, extensions={"code": "COST_EXCEEDED", "cost": cost})
                context.pre_execution_errors = [error]
        yield

    async def on_execute(self) -> AsyncIterator[None]:
        """Count the points that were not paid yet."""
        OPERATION_COST.observe(self._requested)
        context = self.execution_context.context
        if isinstance(context, Context):
            self._is_paid = True
            if points := self._requested - context.paid:
                context.left = await rate_limits.spend(context.rt, context.viewer, points)
        yield

    def get_results(self) -> dict[str, Any]:
        """The cost of what has run; events of a subscription carry none."""
        context = self.execution_context
        if self._operation is None or context.operation_type is OperationType.SUBSCRIPTION:
            return {}
        data = getattr(context.result, "data", None)
        return {"cost": {"requested": self._requested, "actual": self._operation.actual(data)}}
