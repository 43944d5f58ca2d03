"""Spans of OpenTelemetry, where an exporter is set; else nothing is measured and nothing of it is imported.

Attributes never hold what clients send or models make: no documents, variables, inputs, outputs, headers or messages
of errors. Names and ids alone tell what happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.settings import Settings

Attributes = Mapping[str, str | int | float | bool]
NO_ATTRIBUTES: Attributes = {}
incoming: ContextVar[str | None] = ContextVar("incoming_trace", default=None)
"""The trace context that came with a request, or with a socket's first one."""


class Kind(StrEnum):
    """What a span is to those beside it: the names of OpenTelemetry's SpanKind."""

    INTERNAL = "INTERNAL"
    SERVER = "SERVER"
    CLIENT = "CLIENT"
    PRODUCER = "PRODUCER"
    CONSUMER = "CONSUMER"


class Span:
    """One that is not recorded."""

    @property
    def traceparent(self) -> str | None:
        """Its context, for what goes on elsewhere."""
        return None

    def rename(self, name: str) -> None:
        """Give it the name that was not known when it began."""

    def note(self, **attributes: str | float | bool) -> None:
        """Add attributes; `__` in a name stands for a dot."""

    def failed(self, kind: str) -> None:
        """Mark it as an error; `kind` is a code or the name of a class."""


class Tracing:
    """No tracing: only a caller's own trace context goes through."""

    is_on = False

    def span(
        self,
        name: str,
        kind: Kind = Kind.INTERNAL,
        attributes: Attributes = NO_ATTRIBUTES,
        parent: str | None = None,
    ) -> AbstractContextManager[Span]:
        """A span around a block, which what begins in it lies below; an exception that leaves the block marks it.

        Below `parent`, where one is given, else below the span around it, else below the caller's.
        """
        return _UNRECORDED

    def past(
        self,
        name: str,
        began: float,
        ended: float,
        attributes: Attributes = NO_ATTRIBUTES,
        parent: str | None = None,
        error: str | None = None,
    ) -> None:
        """A span that ended already; times are seconds since 1970."""

    def ahead(self, parent: str | None = None) -> str | None:
        """The context of a span that a runner will measure and `measured` records; None where none will be."""
        return None

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
        """What a runner measured, as a span of its process; `itself` is what `ahead` gave for it."""

    @property
    def traceparent(self) -> str | None:
        """The context for what goes on elsewhere: of the span around it, or the caller's own."""
        return incoming.get()

    def close(self) -> None:
        """Send what is left, within CLOSE_SECONDS."""


NOTHING = Span()
_UNRECORDED = nullcontext(NOTHING)
NO_TRACING = Tracing()


def open_tracing(settings: Settings, role: str) -> Tracing:
    """What a process of this role traces with.

    Raises:
        SettingsError: an exporter cannot be made of what is set.
    """
    if not settings.trace_exporters:
        return NO_TRACING
    from server.adapters.otel import open_otel

    return open_otel(settings.trace_exporters, role)
