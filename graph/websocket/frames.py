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

from graph import wire
from graph.context import Context, Info
from graph.websocket.common_fields import own_events
from server.adapters.tasks import shared
from server.domain.events import Event
from server.live.prediction_events import SubscriberEvent

logger = structlog.get_logger(__name__)

MAX_SELECTIONS = 16
"""Of so many selections an event is kept as text at most; whoever comes with yet another one is served alone."""

Payload = str | None


class ClientOperation(NamedTuple):
    """An operation as its client sent it."""

    query: str
    name: str | None
    variables: dict[str, Any] | None


class Tap:
    """The events of one subscription: its resolver takes the first, the sender of frames those that follow."""

    __slots__ = ("ended", "errors", "events", "info", "root_of")

    def __init__(self) -> None:
        self.info: Info | None = None
        self.events: AsyncGenerator[SubscriberEvent, None] | None = None
        self.root_of: Callable[[SubscriberEvent], object] = lambda item: item
        self.errors: list[GraphQLError] = []
        self.ended: Callable[[list[GraphQLError]], None] = lambda _: None

    def open(
        self, events: AsyncGenerator[SubscriberEvent, None], root_of: Callable[[SubscriberEvent], object], info: Info
    ) -> None:
        """Take over the events of a resolver that has begun."""
        self.events, self.root_of, self.info = events, root_of, info

    def noted(self, result: Result) -> Result:
        """A result, whose errors are remembered for the count of operations."""
        self.errors = result.errors or self.errors
        return result

    async def close(self) -> None:
        """Let the events go."""
        if self.events is not None:
            await self.events.aclose()


TAP: ContextVar[Tap | None] = ContextVar("tap", default=None)


def tap_open(
    events: AsyncGenerator[SubscriberEvent, None], root_of: Callable[[SubscriberEvent], object], info: Info
) -> None:
    """Offer the events of a resolver to the WebSocket that it runs for."""
    if (tap := TAP.get()) is not None:
        tap.open(events, root_of, info)


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
        # Nobody's: what should not have been common would be what strangers see
        neutral = Context(
            context.rt, context.hubs, base_url="", address="", credential_watcher=context.credential_watcher
        )
        self._common = self._executor(neutral, request, None)

    def payload(
        self, item: SubscriberEvent, root_of: Callable[[SubscriberEvent], object]
    ) -> Payload | asyncio.Task[Payload]:
        """An event as it is sent, or what will give it; None where it is not the same for all."""
        if not item.is_common or item.event.type.value in self._own:
            return None
        renderings = item.event.renderings
        if self not in renderings:
            if len(renderings) >= MAX_SELECTIONS:
                return None
            renderings[self] = self._execute(item.event, root_of(item))
        payload: Payload | asyncio.Task[Payload] = renderings[self]
        return payload

    async def result(self, context: Context, request: ClientOperation, root: object) -> Result:
        """An event as one subscriber alone sees it."""
        result = self._executor(context, request, root).execute_operation(False)
        if inspect.isawaitable(result):
            result = await result
        if result.errors:
            self._schema.process_errors(result.errors)
        return Result(data=result.data, errors=result.errors)

    def failure(self, error: Exception) -> Result:
        """What a subscriber is told when its events end with an error."""
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
    """The payload of a message; None with errors, which each subscriber is told for itself."""
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
        given = {key: value for key, value in (request.variables or {}).items() if key in used}
        # By the library that takes whatever a client may send, lone surrogates too
        key = (request.query, request.name, json.dumps(given, sort_keys=True))
        selection = self._selections.get(key)
        if selection is None:
            selection = self._selections[key] = Selection(self._schema, info, request)
        return selection


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.add(node.name.value)


def used_variables(operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]) -> frozenset[str]:
    """The variables that the payload of an event depends on: all but those of the root field's arguments."""
    variables = _Variables()
    for node in [*_without_arguments(operation.selection_set), *fragments.values()]:
        visit(node, variables)
    return frozenset(variables.names)


def _without_arguments(roots: SelectionSetNode) -> Iterator[Node]:
    for selection in roots.selections:
        yield from selection.directives or ()
        if isinstance(selection, FieldNode) and selection.selection_set:
            yield selection.selection_set
        elif isinstance(selection, InlineFragmentNode):
            yield from _without_arguments(selection.selection_set)
