"""A span around every operation; strawberry's own extension writes documents and arguments into its spans."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import get_operation_ast
from opentelemetry.trace import Span
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
        """Measure one operation; that of a subscription ends with its stream, or when ready frames follow."""
        with self._tracing.span("graphql") as span:
            try:
                yield
            finally:
                # Also where a stream is let go, since ready frames follow
                self._describe(span)

    def _describe(self, span: Span) -> None:
        execution = self.execution_context
        document = execution.graphql_document
        operation = get_operation_ast(document, execution._provided_operation_name) if document else None
        if operation is not None:
            kind, field = operation.operation.value, first_field(execution.schema, operation)
            span.update_name(f"{kind} {field}")
            span.set_attributes({"graphql.operation.type": kind, "graphql.field": field})
            if operation.name:
                span.set_attribute("graphql.operation.name", operation.name.value[:MAX_NAME])
        errors = getattr(execution.result, "errors", None) or execution.pre_execution_errors or []
        if errors:
            mark_error(span, str((errors[0].extensions or {}).get("code", "")))
