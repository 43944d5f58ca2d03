"""Sockets that are closed when their clients have left."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from starlette.websockets import WebSocket, WebSocketState

from graph.websocket.sockets import SocketAdapter


async def test_to_close_a_socket_whose_client_has_left_is_no_error() -> None:
    async def send(_: Any) -> None:
        raise OSError("gone")

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    socket = WebSocket({"type": "websocket", "headers": []}, receive, send)
    socket.application_state = WebSocketState.CONNECTED
    adapter = SocketAdapter(cast(Any, SimpleNamespace()), cast(Any, None), socket)
    await adapter.close(1000, "done")
    assert socket.application_state is WebSocketState.DISCONNECTED
    await adapter.close(1000, "done")
