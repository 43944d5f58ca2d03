"""Clients that stop reading: after a while their connection ends, so that nothing is held for them."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = structlog.get_logger(__name__)

SOCKET_SECONDS = 15.0
DOWNLOAD_SECONDS = 60.0
TRY_AGAIN_LATER = 1013


class ClientStalledError(OSError):
    """The client did not read for too long; Starlette takes an OSError for a connection that is gone."""


class Stalls:
    """Middleware that ends a connection when one message could not be sent in time; its client resumes or asks again.

    A send that waits for a full buffer would pin its task, its subscription and all that is queued for it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        is_socket = scope["type"] == "websocket"
        connection = _Connection(scope, receive, send, SOCKET_SECONDS if is_socket else DOWNLOAD_SECONDS)
        try:
            await self._app(scope, connection.receive if is_socket else receive, connection.send)
        except Exception:
            # What fails because the client is gone was said once
            if not connection.is_stalled:
                raise
        finally:
            connection.close()


class _Connection:
    def __init__(self, scope: Scope, receive: Receive, send: Send, seconds: float) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._seconds = seconds
        self._stalled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._next: asyncio.Future[Message] | None = None

    @property
    def is_stalled(self) -> bool:
        """Whether a send took too long."""
        return self._stalled.done()

    async def send(self, message: Message) -> None:
        """Send, for at most so many seconds; raises ClientStalledError."""
        if not self._stalled.done():
            try:
                async with asyncio.timeout(self._seconds):
                    await self._send(message)
                return
            except TimeoutError:
                logger.warning("client.stalled", path=self._scope["path"], client=self._scope.get("client"))
                if not self._stalled.done():
                    self._stalled.set_result(None)
        raise ClientStalledError("the client does not read")

    async def receive(self) -> Message:
        """The next message; a disconnect once a send has stalled, since a client that is stuck sends none."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._receive())
        waiting: set[asyncio.Future[Any]] = {self._next, self._stalled}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if self._stalled.done():
            return {"type": "websocket.disconnect", "code": TRY_AGAIN_LATER}
        message, self._next = self._next.result(), None
        return message

    def close(self) -> None:
        """Wait for nothing more."""
        if self._next is not None:
            self._next.cancel()
