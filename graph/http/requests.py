"""What a request says of itself: its client's address, this server's address, and its credential."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.websockets import WebSocket

from server.domain.callers import address_of
from server.errors import UnauthenticatedError


def address_of_client(request: Request | WebSocket) -> str:
    """The client's address."""
    return address_of(request.client.host if request.client else None)


def base_url(request: Request | WebSocket, public_url: str | None) -> str:
    """What links to this server begin with: PUBLIC_URL where it is set, else what the client used."""
    if public_url:
        return public_url.rstrip("/")
    scheme = {"ws": "http", "wss": "https"}.get(request.url.scheme, request.url.scheme)
    return f"{scheme}://{request.url.netloc}"


def bearer_token(header: str | None) -> str | None:
    """The token of an Authorization header, which may leave out `Bearer`; None where the header is empty.

    Raises:
        UnauthenticatedError: the header has another scheme.
    """
    if header is None or not header.strip():
        return None
    scheme, _, token = header.strip().partition(" ")
    if not token.strip():
        scheme, token = "bearer", scheme
    if scheme.lower() != "bearer":
        raise UnauthenticatedError("Send `Authorization: Bearer <access token>`.")
    return token.strip()


def authorization_parameter(params: Any) -> str | None:
    """The authorization among the parameters of `connection_init`; names are compared without case."""
    if not isinstance(params, Mapping):
        return None
    by_name = {str(key).lower(): value for key, value in params.items()}
    value = by_name.get("authorization", by_name.get("token"))
    return value if isinstance(value, str) else None
