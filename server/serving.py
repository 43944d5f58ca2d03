"""The API's server: uvicorn, which lets nobody wait long once it is to stop."""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette


class ApiServer(uvicorn.Server):
    """Closes sockets with 1012, answers what is under way, and first tells those who wait for an end to answer now."""

    def __init__(self, app: Starlette, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, in order."""
        self._app.state.stop_waiting()
        await super().shutdown(sockets)
