"""What a request says of itself: its client's address, this server's address, and its credential."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import dataclass

from starlette.requests import Request
from starlette.websockets import WebSocket

from server.domain.callers import address_of
from server.errors import UnauthenticatedError
from server.settings import Settings


@dataclass(frozen=True)
class Origin:
    """Where a request came from: its id, the name of the client's program, and whether it came by REST."""

    request_id: str = ""
    client: str = ""
    is_rest: bool = False


ORIGIN: ContextVar[Origin | None] = ContextVar("ORIGIN", default=None)
"""The request that is answered, if one is."""


NOTHING_HERE = "There is nothing at this address."
OPENAI_ENDINGS = (
    *("/chat/completions", "/completions", "/embeddings", "/responses", "/rerank", "/batches", "/moderations"),
    *("/images/generations", "/images/edits", "/audio/transcriptions", "/audio/translations", "/audio/speech"),
)
"""What the paths of OpenAI's API end in, wherever a client believes that it begins."""
_OLLAMA_PATHS = ("/api/chat", "/api/generate", "/api/embed", "/api/embeddings", "/api/tags", "/api/show")


def nothing_at(path: str) -> str:
    """What is said of a path that no route takes: where it tells of a wrong base URL, which one is right."""
    if path.endswith(OPENAI_ENDINGS):
        return f"{NOTHING_HERE} OpenAI's API is below /openai/v1: the base URL of its clients ends so."
    if path.startswith("/v1/v1/"):
        return f"{NOTHING_HERE} The base URL of this client is the server's, without /v1."
    if path in _OLLAMA_PATHS:
        return f"{NOTHING_HERE} This server has no API of Ollama's form, and OpenAI's is below /openai/v1."
    return NOTHING_HERE


def address_of_client(request: Request | WebSocket) -> str:
    """The client's address."""
    return address_of(request.client.host if request.client else None)


def base_url(request: Request | WebSocket, settings: Settings) -> str:
    """What links to this server begin with: PUBLIC_URL where it is set, else what the client used, and ROOT_PATH."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    scheme = {"ws": "http", "wss": "https"}.get(request.url.scheme, request.url.scheme)
    return f"{scheme}://{request.url.netloc}{settings.base_path}"


def bearer_token(header: str | None, schemes: Collection[str] = ("bearer",)) -> str | None:
    """The token of an Authorization header, which may leave out the scheme; None where the header is empty.

    Raises:
        UnauthenticatedError: the header has another scheme.
    """
    if header is None or not header.strip():
        return None
    scheme, _, token = header.strip().partition(" ")
    if not token.strip():
        scheme, token = next(iter(schemes)), scheme
    if scheme.lower() not in schemes:
        raise UnauthenticatedError("Send `Authorization: Bearer <access token>`.")
    return token.strip()
