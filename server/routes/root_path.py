"""Serving below a path of a proxy, which may pass it on or leave it out."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from server.settings import SettingsError


class RootPath:
    """Middleware: takes the path of the proxy off, where it is there, so that all else sees the server's own paths."""

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        self._app = app
        self._path = base_path
        self._raw = base_path.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if path.startswith(f"{self._path}/"):
            raw: bytes = scope.get("raw_path") or path.encode()
            # A client may have written the same in other bytes
            raw = raw.removeprefix(self._raw) if raw.startswith(self._raw) else path[len(self._path) :].encode()
            scope = {**scope, "path": path[len(self._path) :], "raw_path": raw}
        elif path == self._path and scope["type"] == "http":
            await RedirectResponse(f"{self._path}/", 308)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def require_own_path(base_path: str, routes: Iterable[BaseRoute]) -> None:
    """Refuse a path that begins as one of the server's own: below a proxy that leaves it out it could not be told.

    Raises:
        SettingsError: with a sentence.
    """
    first = base_path.split("/")[1]
    own = {route.path.split("/")[1] for route in routes if isinstance(route, Route | WebSocketRoute | Mount)}
    if first in own | {"v1", "openai"}:
        raise SettingsError(f"ROOT_PATH: {base_path} begins as paths of the server itself do, with /{first}")
