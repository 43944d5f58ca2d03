"""Events as text, made once for all who selected the same, whatever their number.

A subscription begins as usual: parsed, validated, charged, let in, and its first result given. What follows is executed
once for each event and selection; what is not the same for everybody, for each subscriber.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncGenerator, Callable, Iterator
from contextvars import ContextVar
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import structlog
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from graphql.language import Visitor, visit
from strawberry import Schema
from strawberry.types import ExecutionResult as Result

from graph.context import Context, Info
from graph.websocket.common_fields import own_events
from server.adapters import wire
from server.adapters.tasks import shared
from server.domain.events import Event
from server.live.prediction_events import SubscriberEvent

logger = structlog.get_logger(__name__)

MAX_SELECTIONS = 16
"""An event is kept as the text of this many selections; a subscriber with yet another one is served alone."""

Payload = str | None


class ClientOperation(NamedTuple):
    """An operation as its client sent it."""

    query: str
    name: str | None
    variables: dict[str, Any] | None


class Handover:
    """Hands the events of one subscription from its resolver, which takes the first, to the sender of frames."""

    __slots__ = ("errors", "events", "info", "on_end", "root_of")

    def __init__(self) -> None:
        self.info: Info | None = None
        self.events: AsyncGenerator[SubscriberEvent, None] | None = None
        self.root_of: Callable[[SubscriberEvent], object] = lambda event: event
        self.errors: list[GraphQLError] = []
        self.on_end: Callable[[list[GraphQLError]], None] = lambda _: None

    def note_errors(self, result: Result) -> Result:
        """The same result; its errors are remembered for the count of operations."""
        self.errors = result.errors or self.errors
        return result

    async def close(self) -> None:
        """Close the events."""
        if self.events is not None:
            await self.events.aclose()


HANDOVER: ContextVar[Handover | None] = ContextVar("handover", default=None)


def offer_events(
    events: AsyncGenerator[SubscriberEvent, None], root_of: Callable[[SubscriberEvent], object], info: Info
) -> None:
    """Offer the events of a resolver to the WebSocket that it runs for; over HTTP nobody takes them."""
    if (handover := HANDOVER.get()) is not None:
        handover.events, handover.root_of, handover.info = events, root_of, info


class Selection:
    """What some subscribers selected of a prediction's events, equal to the last variable."""

    def __init__(self, schema: Schema, info: Info, request: ClientOperation) -> None:
        raw = info._raw_info
        self.query = request.query
        self._schema = schema
        self._document = DocumentNode(definitions=(raw.operation, *raw.fragments.values()))
        event = get_named_type(raw.return_type).name
        self._own = own_events(raw.schema, raw.operation.selection_set, raw.fragments, event)
        context = info.context
        # Nobody's: a field that were common by mistake would show what a stranger sees
        neutral = Context(
            context.rt, context.hubs, base_url="", address="", credential_watcher=context.credential_watcher
        )
        self._common = self._executor(neutral, request, None)

    def payload(
        self, update: SubscriberEvent, root_of: Callable[[SubscriberEvent], object]
    ) -> Payload | asyncio.Task[Payload]:
        """An event as it is sent, or a task that gives it; None where it is not the same for all."""
        if not update.is_common or update.event.type.value in self._own:
            return None
        renderings = update.event.renderings
        if self not in renderings:
            if len(renderings) >= MAX_SELECTIONS:
                return None
            renderings[self] = self._execute(update.event, root_of(update))
        rendering: Payload | asyncio.Task[Payload] = renderings[self]
        return rendering

    async def result(self, context: Context, request: ClientOperation, root: object) -> Result:
        """An event as one subscriber alone sees it."""
        result = self._executor(context, request, root).execute_operation(False)
        if inspect.isawaitable(result):
            result = await result
        if result.errors:
            self._schema.process_errors(result.errors)
        return Result(data=result.data, errors=result.errors)

    def failure(self, error: Exception) -> Result:
        """The result that a subscriber gets when its events end with an error."""
        failure = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
        self._schema.process_errors([failure])
        return Result(data=None, errors=[failure])

    def _executor(self, context: Context, request: ClientOperation, root: object) -> Any:
        build = self._schema.execution_context_class.build
        return build(
            self._schema._schema,
            self._document,
            root,
            context,
            request.variables,
            request.name,
            operation_extensions=None,
        )

    def _execute(self, event: Event, root: object) -> Payload | asyncio.Task[Payload]:
        result = self._common.build_per_event_executor(root).execute_operation(False)
        return shared(self._finish(event, result)) if inspect.isawaitable(result) else _encoded(result)

    async def _finish(self, event: Event, result: Any) -> Payload:
        try:
            payload = _encoded(await result)
        except Exception:
            logger.exception("frames.failed", event=event.type.value)
            payload = None
        event.renderings[self] = payload
        return payload


def _encoded(result: ExecutionResult) -> Payload:
    """The payload of a message; None with errors, which each subscriber gets from an execution of its own."""
    return None if result.errors else wire.encode({"data": result.data})


class Frames:
    """The selections that somebody watches by now."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._selections: WeakValueDictionary[tuple[str, str | None, str], Selection] = WeakValueDictionary()

    def selection(self, info: Info, request: ClientOperation) -> Selection:
        """The selection of a subscription, which has been validated and runs."""
        raw = info._raw_info
        used = used_variables(raw.operation, raw.fragments)
        values = {key: value for key, value in (request.variables or {}).items() if key in used}
        # By the library that takes whatever a client may send, lone surrogates too
        key = (request.query, request.name, json.dumps(values, sort_keys=True))
        selection = self._selections.get(key)
        if selection is None:
            selection = self._selections[key] = Selection(self._schema, info, request)
        return selection


class VariableNames(Visitor):
    """Collects the names of variables."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        """Remember a variable."""
        self.names.add(node.name.value)


def used_variables(operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]) -> frozenset[str]:
    """The variables that the payload of an event depends on: all but those of the root field's arguments."""
    visitor = VariableNames()
    for node in [*_without_arguments(operation.selection_set), *fragments.values()]:
        visit(node, visitor)
    return frozenset(visitor.names)


def _without_arguments(roots: SelectionSetNode) -> Iterator[Node]:
    for selection in roots.selections:
        yield from selection.directives or ()
        if isinstance(selection, FieldNode) and selection.selection_set:
            yield selection.selection_set
        elif isinstance(selection, InlineFragmentNode):
            yield from _without_arguments(selection.selection_set)
