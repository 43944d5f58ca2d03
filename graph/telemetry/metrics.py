"""Every operation is counted, by names that no client can invent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from graphql import FieldNode, GraphQLError, OperationDefinitionNode, get_operation_ast
from strawberry.extensions import SchemaExtension

from graph.websocket.frames import HANDOVER
from server.adapters.metrics import OPERATION_SECONDS, OPERATIONS

OTHER = "other"
INTROSPECTION = frozenset({"__schema", "__type", "__typename"})


class OperationMetrics(SchemaExtension):
    """Counts operations when they end: `invalid` ones were refused before they ran, `internal` is a bug of ours."""

    def __init__(self, names: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._names = names

    def on_operation(self) -> Iterator[None]:
        """Measure one operation; that of a subscription ends with its stream."""
        began = time.perf_counter()
        try:
            yield
        finally:
            context = self.execution_context
            document = context.graphql_document
            operation = get_operation_ast(document, context._provided_operation_name) if document else None
            kind = operation.operation.value if operation else OTHER
            field = first_field(context.schema, operation)
            name = operation.name.value if operation and operation.name else ""
            label = name if not name or name in self._names else OTHER
            errors = getattr(context.result, "errors", None) or context.pre_execution_errors or []
            if (handover := HANDOVER.get()) is not None and handover.events is not None:
                # Its stream goes on as frames, and is counted when these end
                handover.on_end = lambda later: OPERATIONS.labels(kind, field, label, _outcome(later or errors)).inc()
            else:
                outcome = _outcome(errors)
                OPERATIONS.labels(kind, field, label, outcome).inc()
                if kind in {"query", "mutation"} and outcome != "invalid":
                    OPERATION_SECONDS.labels(kind, field).observe(time.perf_counter() - began)


def _outcome(errors: list[GraphQLError]) -> str:
    if any((error.extensions or {}).get("code") == "INTERNAL_SERVER_ERROR" for error in errors):
        return "internal"
    # An error of a resolver has a path in the answer
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
