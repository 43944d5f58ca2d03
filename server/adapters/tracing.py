"""Spans of OpenTelemetry. Its API is the no-op: without a provider of `server.adapters.otel` nothing is recorded, and a
caller's own trace context goes through to the prediction, its model and its webhooks.

What is here beside the API: attributes and errors never hold what clients send or models make (no documents, variables,
inputs, outputs, headers or messages of errors; names and ids alone tell what happened), and a runner, which may run
anybody's code and exports nothing, has its spans recorded by its worker, from the times it measured.

A span that is not recorded costs 6 to 9 microseconds (measured), and a prediction has about ten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from secrets import randbits

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN_CONTEXT,
    NonRecordingSpan,
    NoOpTracer,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    get_current_span,
    set_span_in_context,
    use_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from server.errors import ServiceError

Attributes = Mapping[str, str | int | float | bool]
HEADER = "traceparent"
MAX_HEADER_LENGTH = 512
_KNOWN_FLAGS = 0x03
_BILLION = 1_000_000_000
_PROPAGATOR = TraceContextTextMapPropagator()

next_span_id: ContextVar[int | None] = ContextVar("next_span_id", default=None)
"""The id that the next recorded span takes: one that was given to a runner before its span was measured."""


def span_context(traceparent: str | None) -> SpanContext:
    """What a `traceparent` header says; an invalid one where it says nothing, with unknown flags left out."""
    text = (traceparent or "").strip(" \t")
    # The propagator lets a line end through, and warns of what is too long
    if not text.isprintable() or len(text) > MAX_HEADER_LENGTH:
        return INVALID_SPAN_CONTEXT
    given = get_current_span(_PROPAGATOR.extract({HEADER: text}, Context())).get_span_context()
    flags = TraceFlags(given.trace_flags & _KNOWN_FLAGS)
    return SpanContext(given.trace_id, given.span_id, is_remote=True, trace_flags=flags)


def below(traceparent: str | None) -> Context | None:
    """Where a span below this one lies; None, the context around, where it is none."""
    parent = span_context(traceparent)
    return set_span_in_context(NonRecordingSpan(parent), Context()) if parent.is_valid else None


def traceparent_of(context: Context | None = None) -> str | None:
    """The header of a context, or of the one around."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, context)
    return carrier.get(HEADER)


def trace_id(traceparent: str) -> str:
    """The part of a trace context by which a trace is found."""
    return traceparent.split("-")[1]


def mark_error(span: Span, kind: str) -> None:
    """Mark a span as an error; `kind` is a code or the name of a class."""
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR, kind))


class Tracing:
    """The spans of this process and of its runner; unless tracers are given, none is recorded."""

    def __init__(
        self, tracer: Tracer | None = None, runner: Tracer | None = None, close: Callable[[], None] | None = None
    ) -> None:
        self.is_on = tracer is not None
        self._tracer = tracer or NoOpTracer()
        self._runner = runner or NoOpTracer()
        self._close = close

    @contextmanager
    def span(
        self,
        name: str,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes | None = None,
        parent: str | None = None,
    ) -> Iterator[Span]:
        """A span around a block, which what begins in it lies below; an exception that leaves the block marks it.

        Below `parent`, where one is given, else below the span around it, else below the caller's.
        """
        span = self._tracer.start_span(name, below(parent), kind, attributes)
        with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield span
            except Exception as error:
                # Its message may hold what a client sent
                mark_error(span, error.code if isinstance(error, ServiceError) else type(error).__name__)
                raise

    def past(
        self,
        name: str,
        began: float,
        ended: float,
        attributes: Attributes,
        parent: str | None = None,
        error: str | None = None,
    ) -> None:
        """A span that ended already; times are seconds since 1970."""
        _record(self._tracer, name, began, ended, attributes, parent, error)

    def ahead(self) -> str | None:
        """The context of a span that a runner will measure and `measured` records; None where none will be."""
        around = get_current_span()
        if not around.is_recording():
            return None
        context = around.get_span_context()
        ahead = SpanContext(context.trace_id, randbits(64), is_remote=False, trace_flags=context.trace_flags)
        return traceparent_of(set_span_in_context(NonRecordingSpan(ahead), Context()))

    def measured(
        self,
        name: str,
        began: float,
        ended: float,
        attributes: Attributes,
        *,
        parent: str,
        itself: str | None = None,
        error: str | None = None,
    ) -> None:
        """What a runner measured, as a span of its process; `itself` is what `ahead` gave for it."""
        token = next_span_id.set(span_context(itself).span_id or None)
        try:
            _record(self._runner, name, began, ended, attributes, parent, error)
        finally:
            next_span_id.reset(token)

    def close(self) -> None:
        """Send what is left, within two seconds."""
        if self._close is not None:
            self._close()


def _record(
    tracer: Tracer,
    name: str,
    began: float,
    ended: float,
    attributes: Attributes,
    parent: str | None,
    error: str | None,
) -> None:
    span = tracer.start_span(name, below(parent), attributes=attributes, start_time=int(began * _BILLION))
    if error is not None:
        mark_error(span, error)
    span.end(int(max(began, ended) * _BILLION))


NO_TRACING = Tracing()
