"""Trace contexts of requests, and a span around each request if traces are exported.

Starlette's own middleware writes the query of an address into its spans, and messages of exceptions: signatures of
links, documents and variables of GraphQL over GET.
"""

from __future__ import annotations

from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from server.adapters.tracing import HEADER, Tracing, below, mark_error, trace_id, traceparent_of
from server.routes.request_log import QUIET

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"})
SERVER_ERROR = 500


class Traces:
    """Takes the caller's trace context and measures HTTP requests; operations over sockets have their own spans."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope).getlist(HEADER)
        # Several contexts are none
        token = attach(below(headers[0] if len(headers) == 1 else None) or Context())
        try:
            if scope["type"] == "websocket" or not self._tracing.is_on or scope["path"] in QUIET:
                await self._app(scope, receive, send)
            else:
                await self._measure(scope, receive, send)
        finally:
            detach(token)

    async def _measure(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        attributes = {"http.request.method": method, "url.scheme": scope["scheme"]}
        with self._tracing.span(method, SpanKind.SERVER, attributes) as span:
            if traceparent := traceparent_of():
                bind_contextvars(trace=trace_id(traceparent))

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    status = message["status"]
                    span.set_attribute("http.response.status_code", status)
                    if route := getattr(scope.get("route"), "path_format", ""):
                        span.update_name(f"{method} {route}")
                        span.set_attribute("http.route", route)
                    if status >= SERVER_ERROR:
                        mark_error(span, str(status))
                await send(message)

            await self._app(scope, receive, answer)
