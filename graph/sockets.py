"""What comes in over a WebSocket, before strawberry reads it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived

from server.domain.storable import is_storable

MAX_NAME_BYTES = 80


class SocketAdapter(ASGIWebSocketAdapter):
    """Closes a socket with 4400 where strawberry would fail on a message of another shape."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """The messages that are of the protocol's shape."""
        async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
            if not is_well_formed(message):
                raise NonJsonMessageReceived
            yield message


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
