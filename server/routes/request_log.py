"""Each request has an id, which is on its log lines and in its answer."""

from __future__ import annotations

import re
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars
from uuid6 import uuid7

from server.adapters.requests import ORIGIN, Origin
from server.domain.storable import storable

logger = structlog.get_logger(__name__)

HEADER = "x-request-id"
GIVEN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}", re.ASCII)
# Asked every few seconds by machines
QUIET = frozenset({"/health", "/health/live", "/health/ready", "/metrics"})


class RequestLog:
    """Takes a valid `x-request-id` of the client or its proxy, else makes one; logs a line per request.

    Paths are logged, queries and headers are not: those carry tokens and signatures.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(HEADER, "")
        request_id = given if GIVEN_ID.fullmatch(given) else str(uuid7())
        clear_contextvars()
        bind_contextvars(request=request_id)
        client = storable(headers.get("user-agent", ""))
        ORIGIN.set(Origin(request_id, client, is_rest=not scope["path"].endswith("/graphql")))
        began, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] in {"http.response.start", "websocket.accept"}:
                status = message.get("status", 101)
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            write = logger.debug if scope["path"] in QUIET else logger.info
            write("request.ended", method=scope.get("method", "WEBSOCKET"), path=scope["path"], status=status,
                  seconds=round(time.perf_counter() - began, 4))  # fmt: skip
