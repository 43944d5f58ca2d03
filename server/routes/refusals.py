"""Errors outside of routes, as JSON or, for GraphQL, in its own form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.adapters.database import CONNECTION_ERRORS
from server.adapters.requests import NOTHING_HERE, nothing_at
from server.routes import answers

logger = structlog.get_logger(__name__)

Shape = Callable[[Headers, int, str, str], Response]
# Starlette's own answers, which are plain text
PLAIN = {
    404: ("NOT_FOUND", NOTHING_HERE),
    405: ("METHOD_NOT_ALLOWED", "This address does not take requests of this method."),
    413: ("BODY_TOO_LARGE", "The body of this request is too large."),
}
AWAY = "The database does not answer; try again."


class Refusals:
    """Middleware: answers what no route takes, outages of the database, and bugs, with a code.

    A bug is logged once, with an incident id.

    `shapes` makes an answer of a request's headers, a status, a code and a message, by the beginning of its path.
    """

    def __init__(self, app: ASGIApp, shapes: Mapping[str, Shape]) -> None:
        self._app = app
        self._shapes = shapes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = refused = False

        async def forward(message: Message) -> None:
            nonlocal started, refused
            if refused:
                return
            if message["type"] == "http.response.start":
                started = True
                headers, status = Headers(raw=message["headers"]), message["status"]
                if refused := status in PLAIN and headers.get("content-type", "").startswith("text/plain"):
                    code, sentence = PLAIN[status]
                    sentence = nothing_at(scope["path"]) if status == 404 else sentence
                    shaped = self._shaped(scope, status, code, sentence)
                    if allowed := headers.get("allow"):
                        shaped.headers["allow"] = allowed
                    await shaped(scope, receive, send)
                    return
            await send(message)

        try:
            await self._app(scope, receive, forward)
        except ClientDisconnect:
            # Nobody is there to be answered
            logger.info("request.client_left", path=scope["path"])
        except Exception as error:
            if started:
                raise
            if isinstance(error, CONNECTION_ERRORS):
                logger.warning("request.unavailable", path=scope["path"], error=str(error) or type(error).__name__)
                answer = self._shaped(scope, 503, "UNAVAILABLE", AWAY)
                answer.headers["retry-after"] = "1"
                await answer(scope, receive, send)
                return
            incident = uuid4().hex
            logger.error("request.bug", incident=incident, path=scope["path"], exc_info=error)
            message = f"Something went wrong on our side (incident {incident})."
            await self._shaped(scope, 500, "INTERNAL_SERVER_ERROR", message)(scope, receive, send)

    def _shaped(self, scope: Scope, status: int, code: str, message: str) -> Response:
        path: str = scope["path"]
        for beginning, shape in self._shapes.items():
            if path == beginning or path.startswith(f"{beginning}/"):
                return shape(Headers(scope=scope), status, code, message)
        return answers.error(status, code, message)
