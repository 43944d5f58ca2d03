"""What comes in over a WebSocket before Strawberry reads it, and the end of a socket with its credential."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from json import JSONDecodeError
from typing import Any

from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from graph.context import Context
from server.adapters import wire
from server.adapters.tasks import end
from server.domain.storable import is_storable
from server.errors import BusyError, UnavailableError
from server.live.answer_memory import ACCOUNT, NO_ROOM, RETRY_SECONDS, SMALL_BYTES

MAX_NAME_BYTES = 80
FORBIDDEN = 4403
TRY_AGAIN_LATER = 1013
"""Clients connect again after it: graphql-ws retries after 1012 to 1014, and gives up after all others below 2000."""
LIMITED = "Subscription limit reached"


class SocketAdapter(ASGIWebSocketAdapter):
    """Closes a socket with 4400 where Strawberry would fail on a message of another shape."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """The messages that are of the protocol's shape; none is held while the next is waited for."""
        while self.ws.application_state is not WebSocketState.DISCONNECTED:
            try:
                message = self.view.decode_json(await self.ws.receive_text())
            except WebSocketDisconnect:
                return
            except KeyError as error:
                raise NonTextMessageReceived from error
            except JSONDecodeError as error:
                raise NonJsonMessageReceived from error
            if not is_well_formed(message):
                raise NonJsonMessageReceived
            yield message
            del message

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message, unless we closed the socket meanwhile."""
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            text = wire.encode(message)
            account = ACCOUNT.get()
            if account is not None and len(text) > SMALL_BYTES and not account.has_room_for(len(text)):
                raise BusyError(NO_ROOM, RETRY_SECONDS)
            await self.send_text(text)

    async def close(self, code: int, reason: str) -> None:
        """Close the socket, unless that was done for another reason, or its client has left."""
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            with suppress(WebSocketDisconnect):
                await super().close(code, reason)

    async def send_text(self, text: str) -> None:
        """Send a message that is text already."""
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            try:
                await self.ws.send_text(text)
            except WebSocketDisconnect as error:
                raise WebSocketDisconnected from error


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """A socket that is closed with 4403 when the session or key it was opened with ends.

    Clients take that code as a reason to connect again with a new token; `refreshSession` over the socket itself
    makes it live as long as the token that it gives.
    """

    _lapse: asyncio.Task[None] | None = None

    async def handle_connection_init(self, message: Any) -> None:
        """Let the client in while its credential is valid; if that is unknown now, it is told to try again later."""
        try:
            await super().handle_connection_init(message)
        except UnavailableError as error:
            await self.websocket.close(code=TRY_AGAIN_LATER, reason=error.message)
            return
        if self.connection_acknowledged:
            # The task has ended, and is not to be kept as long as the socket
            self.connection_init_timeout_task = None
        if self.connection_acknowledged and self._lapse is None and self.context.viewer.user_id is not None:
            self._lapse = asyncio.create_task(self._close_when_lapsed())

    async def _close_when_lapsed(self) -> None:
        reason = viewer = None
        while viewer is not self.context.viewer:
            viewer = self.context.viewer
            reason = await self.context.credential_watcher.wait_for_expiry(viewer)
        await self.websocket.close(code=FORBIDDEN, reason=reason or "")

    def forget_id(self, id: str) -> None:  # noqa: A002 - Strawberry's own name
        """Let an id be used again; one that ended with the socket was forgotten before."""
        self.operations.pop(id, None)

    async def send_message(self, message: Any) -> None:
        """Send a message; errors that Strawberry makes itself get codes."""
        if message["type"] == "error":
            errors = [coded(error) for error in message["payload"]]
            message = {**message, "payload": errors}
        await super().send_message(message)

    async def shutdown(self) -> None:
        """End what belongs to the socket."""
        if self._lapse is not None:
            await end(self._lapse)
        await super().shutdown()


def coded(error: dict[str, Any]) -> dict[str, Any]:
    """An error with a code, where it has none."""
    if (error.get("extensions") or {}).get("code"):
        return error
    code = "TOO_MANY_SUBSCRIPTIONS" if error.get("message") == LIMITED else "BAD_REQUEST"
    return {**error, "extensions": {"code": code}}


def is_well_formed(message: object) -> bool:
    """Whether the parts of a message have the types that the protocol gives them."""
    if not isinstance(message, dict) or not _is_name(message.get("id", "")) or not _is_name(message.get("type")):
        return False
    if message["type"] != "subscribe":
        return True
    payload = message.get("payload")
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        return False
    return isinstance(payload.get("variables"), dict | None) and _is_name(payload.get("operationName") or "")


def _is_name(text: object) -> bool:
    """Names come back in the reasons of close frames, which hold 123 bytes."""
    return isinstance(text, str) and is_storable(text) and len(text.encode()) <= MAX_NAME_BYTES
