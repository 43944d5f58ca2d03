"""How routes of plain HTTP read what comes in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from server.adapters import wire


class JsonRequest(Request):
    """A request whose JSON is read with bounded depth."""

    async def json(self) -> Any:
        """The body; raises json.JSONDecodeError."""
        return wire.decode(await self.body())


class BoundedRoute(APIRoute):
    """A route that reads its body so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            return await handle(JsonRequest(request.scope, request.receive))

        return answer
