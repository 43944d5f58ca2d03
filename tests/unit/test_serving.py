"""The server around an application of one route: sockets have ids, and a stop is told to those who wait."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from server.connections import ConnectionLimits
from server.routes.request_log import RequestLog
from server.serving import LINGER_SECONDS, ApiServer, drop_new_connections

SERVICE_RESTART = 1012


class Served:
    """A server of this process, and a request that waits until the server stops."""

    def __init__(self, lame_duck_seconds: float = 0.0) -> None:
        self.begun, self.stopping = asyncio.Event(), asyncio.Event()
        app = Starlette(
            routes=[Route("/wait", self._wait), WebSocketRoute("/socket", self._echo)],
            middleware=[Middleware(RequestLog)],
        )
        app.state.stop_waiting = self.stopping.set
        # A request that takes long to answer is not taken for one that takes long to come
        limits = ConnectionLimits(header_seconds=0.2, body_seconds=0.2)
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=10)
        self.server = ApiServer(app, config, limits, lame_duck_seconds)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"

    async def _wait(self, request: Request) -> Response:
        self.begun.set()
        await self.stopping.wait()
        return PlainTextResponse("as it stands")

    async def _echo(self, accepted: WebSocket) -> None:
        await accepted.accept()
        async for text in accepted.iter_text():
            await accepted.send_text(text)


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with _running() as made:
        yield made


@asynccontextmanager
async def _running(lame_duck_seconds: float = 0.0) -> AsyncIterator[Served]:
    made = Served(lame_duck_seconds)
    task = asyncio.create_task(made.server._serve([made.listener]))
    try:
        yield made
    finally:
        made.server.should_exit = True
        await asyncio.wait_for(task, 20)


async def test_a_stop_answers_requests_and_tells_sockets_to_come_again(served: Served) -> None:
    async with (
        httpx.AsyncClient(trust_env=False, timeout=20) as http,
        websockets.connect(f"ws://{served.address}/socket", proxy=None) as open_socket,
    ):
        await open_socket.send("hello")
        assert await open_socket.recv() == "hello"
        asked = asyncio.create_task(http.get(f"http://{served.address}/wait"))
        await served.begun.wait()
        assert not served.stopping.is_set()
        served.server.should_exit = True
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await open_socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == SERVICE_RESTART
        assert (await asked).text == "as it stands"


async def test_a_socket_has_an_id(served: Served) -> None:
    address = f"ws://{served.address}/socket"
    async with websockets.connect(address, proxy=None, additional_headers={"x-request-id": "mine-1"}) as mine:
        assert mine.response is not None
        assert mine.response.headers["x-request-id"] == "mine-1"
    async with websockets.connect(address, proxy=None) as other:
        assert other.response is not None
        assert len(other.response.headers["x-request-id"]) == 36


async def test_an_answer_may_take_longer_than_a_request(served: Served) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        asked = asyncio.create_task(http.get(f"http://{served.address}/wait"))
        await served.begun.wait()
        _, pending = await asyncio.wait([asked], timeout=1.5)
        assert pending
        served.stopping.set()
        assert (await asked).text == "as it stands"


@pytest.mark.parametrize(
    "signals", [[signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]], ids=["SIGINT", "SIGTERM twice"]
)
async def test_who_is_in_a_hurry_does_not_wait(signals: list[signal.Signals]) -> None:
    began = time.monotonic()
    async with _running(lame_duck_seconds=60) as hurried:
        while not hurried.server.started:
            await asyncio.sleep(0.01)
        for number in signals:
            hurried.server.handle_exit(number, None)
            await asyncio.sleep(0.3)
    assert time.monotonic() - began < 15


async def test_what_connects_in_the_moment_of_a_stop_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    clients: list[socket.socket] = []
    serve_for = ApiServer._serve_for

    async def serve_and_connect(self: ApiServer, seconds: float) -> None:
        if seconds != LINGER_SECONDS:
            # The kernel takes them in, and this loop gets no turn before it closes the listener
            for _ in range(25):
                clients.append(socket.create_connection(("127.0.0.1", port), 5))
                clients[-1].sendall(b"GET /there HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        else:
            await serve_for(self, seconds)

    monkeypatch.setattr(ApiServer, "_serve_for", serve_and_connect)
    monkeypatch.setattr("server.serving.drop_new_connections", lambda _: None)
    async with _running(lame_duck_seconds=0.1) as stopping:
        port = stopping.listener.getsockname()[1]
        while not stopping.server.started:
            await asyncio.sleep(0.01)
    answers = [client.recv(100) for client in clients]
    for client in clients:
        client.close()
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 404"] * 50


@pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's")
def test_a_listener_may_leave_new_connections_unanswered() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        before = socket.create_connection(address, 5)
        drop_new_connections(listener)
        with pytest.raises(TimeoutError):
            socket.create_connection(address, 0.2)
        accepted, _ = listener.accept()
        with before, accepted:
            before.sendall(b"there")
            assert accepted.recv(10) == b"there"
