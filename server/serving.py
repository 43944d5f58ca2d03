"""The API's server: uvicorn, which stops without waiting for clients that wait."""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette


class ApiServer(uvicorn.Server):
    """Answers at once the requests that wait for a prediction to end, finishes the others, closes sockets with 1012."""

    def __init__(self, app: Starlette, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop in order."""
        self._app.state.stop_waiting()
        await super().shutdown(sockets)
