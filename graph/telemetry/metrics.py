"""Every operation is counted, by names that no client can make up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from graphql import FieldNode, GraphQLError, OperationDefinitionNode, get_operation_ast
from strawberry.extensions import SchemaExtension

from graph.websocket.frames import TAP
from server.adapters.metrics import OPERATION_SECONDS, OPERATIONS

OTHER = "other"
INTROSPECTION = frozenset({"__schema", "__type", "__typename"})


class OperationMetrics(SchemaExtension):
    """Counts operations when they end: `invalid` ones were refused unread, `internal` is a bug of ours."""

    def __init__(self, names: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._names = names

    def on_operation(self) -> Iterator[None]:
        """Measure one operation; that of a subscription ends with its stream."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._note(time.perf_counter() - began)

    def _note(self, seconds: float) -> None:
        execution = self.execution_context
        document = execution.graphql_document
        operation = get_operation_ast(document, execution._provided_operation_name) if document else None
        kind = operation.operation.value if operation else OTHER
        field = first_field(execution.schema, operation)
        name = operation.name.value if operation and operation.name else ""
        label = name if not name or name in self._names else OTHER
        errors = self._errors()
        if (tap := TAP.get()) is not None and tap.events is not None:
            # It goes on without us
            tap.ended = lambda later: OPERATIONS.labels(kind, field, label, _outcome(later or errors)).inc()
            return
        outcome = _outcome(errors)
        OPERATIONS.labels(kind, field, label, outcome).inc()
        if kind in {"query", "mutation"} and outcome != "invalid":
            OPERATION_SECONDS.labels(kind, field).observe(seconds)

    def _errors(self) -> list[GraphQLError]:
        execution = self.execution_context
        return getattr(execution.result, "errors", None) or execution.pre_execution_errors or []


def _outcome(errors: list[GraphQLError]) -> str:
    if any((error.extensions or {}).get("code") == "INTERNAL_SERVER_ERROR" for error in errors):
        return "internal"
    # What a resolver said has a place in the answer
    if any(error.path for error in errors):
        return "error"
    return "invalid" if errors else "ok"


def first_field(schema: Any, operation: OperationDefinitionNode | None) -> str:
    """The first field that an operation asks for, where the schema has it."""
    if operation is None:
        return OTHER
    root = schema._schema.get_root_type(operation.operation)
    for selection in operation.selection_set.selections:
        if isinstance(selection, FieldNode):
            name = selection.name.value
            return name if name in INTROSPECTION or (root and name in root.fields) else OTHER
    return OTHER
