"""Tracing by the OpenTelemetry SDK; imported only where an exporter is set."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import entry_points, version

from dotenv import dotenv_values
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from server.adapters.tracing import NO_ATTRIBUTES, Attributes, Kind, Span, Tracing, incoming
from server.domain import traces
from server.errors import ServiceError
from server.settings import SettingsError
from server.settings.settings import EXPORTERS

CLOSE_SECONDS = 2.0
_BILLION = 1_000_000_000
_next_id: ContextVar[int | None] = ContextVar("next_span_id", default=None)


class _Ids(RandomIdGenerator):
    """Random ids, and those that were given out before their spans were measured."""

    def generate_span_id(self) -> int:
        """An id of 64 bits."""
        return _next_id.get() or super().generate_span_id()


class _Recorded(Span):
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def traceparent(self) -> str | None:
        return _written(self._span.get_span_context())

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def note(self, **attributes: str | float | bool) -> None:
        self._span.set_attributes({name.replace("__", "."): value for name, value in attributes.items()})

    def failed(self, kind: str) -> None:
        self._span.set_attribute("error.type", kind)
        self._span.set_status(Status(StatusCode.ERROR, kind))


class OtelTracing(Tracing):
    """Spans of this process, and of its runner, through one queue to the exporters."""

    is_on = True

    def __init__(self, exporters: Sequence[type], role: str) -> None:
        self._processors = [BatchSpanProcessor(exporter()) for exporter in exporters]
        self._tracer = self._tracer_of(role)
        self._runner = self._tracer_of("runner")
        self._ids = RandomIdGenerator()

    def _tracer_of(self, role: str) -> trace.Tracer:
        provider = TracerProvider(resource=_resource(role), shutdown_on_exit=False, id_generator=_Ids())
        for processor in self._processors:
            provider.add_span_processor(processor)
        return provider.get_tracer("inference-server", version("inference-server"))

    @contextmanager
    def span(
        self,
        name: str,
        kind: Kind = Kind.INTERNAL,
        attributes: Attributes = NO_ATTRIBUTES,
        parent: str | None = None,
    ) -> Iterator[Span]:
        """A span around a block."""
        made = self._tracer.start_span(name, _context(parent), SpanKind[kind], attributes)
        with trace.use_span(made, record_exception=False, set_status_on_exception=False), _ending(made) as span:
            yield span

    def past(
        self,
        name: str,
        began: float,
        ended: float,
        attributes: Attributes = NO_ATTRIBUTES,
        parent: str | None = None,
        error: str | None = None,
    ) -> None:
        """A span that ended already."""
        _record(self._tracer, name, began, ended, attributes, _context(parent), error)

    def ahead(self, parent: str | None = None) -> str | None:
        """The context of a span to come."""
        around = trace.get_current_span(_context(parent)).get_span_context()
        if not (around.is_valid and around.trace_flags.sampled):
            return None
        return traces.write(around.trace_id, self._ids.generate_span_id(), around.trace_flags)

    def measured(
        self,
        name: str,
        began: float,
        ended: float,
        attributes: Attributes = NO_ATTRIBUTES,
        *,
        parent: str,
        itself: str | None = None,
        error: str | None = None,
    ) -> None:
        """A span of the runner's process."""
        known = traces.parse(itself)
        token = _next_id.set(known[1] if known else None)
        try:
            _record(self._runner, name, began, ended, attributes, _context(parent), error)
        finally:
            _next_id.reset(token)

    @property
    def traceparent(self) -> str | None:
        """The context of the span around it, or the caller's own."""
        return _written(trace.get_current_span().get_span_context()) or incoming.get()

    def close(self) -> None:
        """Send what is left; a collector that does not answer holds nobody up for long."""
        ends = [threading.Thread(target=processor.shutdown, daemon=True) for processor in self._processors]
        for end in ends:
            end.start()
        for end in ends:
            end.join(CLOSE_SECONDS)


def _context(parent: str | None) -> Context | None:
    """Where a new span lies; None is the context around it."""
    if parent is None and not trace.get_current_span().get_span_context().is_valid:
        parent = incoming.get()
    if (found := traces.parse(parent)) is None:
        return None
    given = SpanContext(found[0], found[1], is_remote=True, trace_flags=TraceFlags(found[2]))
    return trace.set_span_in_context(NonRecordingSpan(given), Context())


@contextmanager
def _ending(made: trace.Span) -> Iterator[Span]:
    """The end of a span, whatever happens; messages of exceptions may hold what a client sent, so they are left out."""
    span = _Recorded(made)
    try:
        yield span
    except Exception as error:
        span.failed(error.code if isinstance(error, ServiceError) else type(error).__name__)
        raise
    finally:
        made.end()


def _record(
    tracer: trace.Tracer,
    name: str,
    began: float,
    ended: float,
    attributes: Attributes,
    context: Context | None,
    error: str | None,
) -> None:
    made = tracer.start_span(name, context, SpanKind.INTERNAL, attributes, start_time=int(began * _BILLION))
    if error is not None:
        _Recorded(made).failed(error)
    made.end(int(max(began, ended) * _BILLION))


def _written(context: SpanContext) -> str | None:
    return traces.write(context.trace_id, context.span_id, context.trace_flags) if context.is_valid else None


def _resource(role: str) -> Resource:
    named = "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "") or os.environ.get("OTEL_SERVICE_NAME")
    name = {} if named else {SERVICE_NAME: f"inference-server-{role}"}
    return Resource.create({**name, SERVICE_VERSION: version("inference-server"), "inference.role": role})


def open_otel(names: Sequence[str], role: str) -> OtelTracing:
    """Tracing with these exporters, each set up by the standard's variables, of the environment or of `.env`.

    Raises:
        SettingsError: what is set makes no exporter.
    """
    for name, value in dotenv_values(".env").items():
        if name.startswith("OTEL_") and value:
            os.environ.setdefault(name, value)
    # A batch that is lost is one line, not one for each try
    logging.getLogger("opentelemetry.exporter").setLevel(logging.ERROR)
    found = [entry_points(group=EXPORTERS, name=name) for name in names]
    try:
        return OtelTracing([next(iter(each)).load() for each in found], role)
    except (ValueError, TypeError, RuntimeError, OSError, ImportError) as error:
        raise SettingsError(f"OTEL_TRACES_EXPORTER: the exporter cannot be made: {error}") from error
