"""A span around every operation; Strawberry's own extension writes documents and arguments into its spans."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import get_operation_ast
from strawberry.extensions import SchemaExtension

from graph.telemetry.metrics import first_field
from server.adapters.tracing import Tracing, mark_error

MAX_NAME = 80


class TracedOperations(SchemaExtension):
    """Measures operations, named by their type and first field; what they do lies below."""

    def __init__(self, tracing: Tracing) -> None:
        super().__init__()
        self._tracing = tracing

    def on_operation(self) -> Iterator[None]:
        """Measure one operation; that of a subscription ends with its stream, or when frames follow it."""
        with self._tracing.span("graphql") as span:
            try:
                yield
            finally:
                # Also where Strawberry's stream is closed, since frames follow
                context = self.execution_context
                document = context.graphql_document
                operation = get_operation_ast(document, context._provided_operation_name) if document else None
                if operation is not None:
                    kind, field = operation.operation.value, first_field(context.schema, operation)
                    span.update_name(f"{kind} {field}")
                    span.set_attributes({"graphql.operation.type": kind, "graphql.field": field})
                    if operation.name:
                        span.set_attribute("graphql.operation.name", operation.name.value[:MAX_NAME])
                errors = getattr(context.result, "errors", None) or context.pre_execution_errors or []
                if errors:
                    mark_error(span, str((errors[0].extensions or {}).get("code", "")))
