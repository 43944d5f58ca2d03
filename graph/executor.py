"""The executor of our schema: answers have a bound of bytes, and events leave nothing behind."""

from __future__ import annotations

from typing import Any, cast

from graphql import GraphQLError, GraphQLLeafType, OperationType
from graphql.execution.executor import Executor
from graphql.execution.types import ExecutionResult
from graphql.pyutils import AwaitableOrValue
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.context import Context
from server.errors import BusyError
from server.live.answer_memory import ACCOUNT, NO_ROOM, RETRY_SECONDS
from server.live.answer_size import ANSWER, MAX_BYTES, AnswerSize


class BoundedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Counts the bytes of an answer as its fields are written, and ends the operation where they are too many.

    Each event has a count and a memo of its own. graphql-core shares one memo of selections between the executors of
    all events, with keys that no other event has: it would grow by some entries with every event of a subscription.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        context = self.context_value
        self._limit = context.rt.settings.max_response_bytes if isinstance(context, Context) else MAX_BYTES
        self._answer = AnswerSize(self._limit)

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        """An executor of one event, which ends with it."""
        executor = cast("BoundedExecutor", super().build_per_event_executor(payload))
        executor._relevant_sub_fields = {}
        executor._answer = AnswerSize(self._limit)
        return executor

    def execute_operation(self, serially: bool | None = None) -> AwaitableOrValue[Any]:
        """Execute, with the count in reach of the resolvers."""
        ANSWER.set(self._answer)
        if (account := ACCOUNT.get()) is not None and self.operation.operation is OperationType.MUTATION:
            account.is_due = True
        return super().execute_operation(serially)

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]
        """A scalar or enum as it is written, counted."""
        value = super().complete_leaf_value(return_type, result)
        self._answer.write(value)
        return value

    def build_response(self, data: dict[str, Any] | None) -> Any:
        """The result; of an answer that is too large only that it is, whatever fields have failed by it.

        Likewise of one without room now, but of a mutation all the rest is told: asked again, it would be done twice.
        """
        if self._answer.is_refused and self.operation.operation is not OperationType.MUTATION:
            super().build_response(None)
            busy = BusyError(NO_ROOM, RETRY_SECONDS)
            return ExecutionResult(None, [GraphQLError(busy.message, original_error=busy)])
        if not self._answer.is_over:
            return super().build_response(data)
        super().build_response(None)
        error = self._answer.error()
        return ExecutionResult(None, [GraphQLError(error.message, original_error=error)])
