"""What counts as one client's connections, and what a process of few open files may have."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from typing import Any, cast

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from server.connections import BoundedHttp, ConnectionLimits, Connections
from server.serving import connection_limits
from server.settings import Settings


def test_an_ipv6_network_counts_as_one_and_a_proxy_as_none() -> None:
    connections = Connections(ConnectionLimits(per_network=2, proxies=("10.0.0.0/8",)))
    first, second = connections.enter(("2001:db8::1", 1)), connections.enter(("2001:db8::ffff:2", 1))
    assert first is second
    assert connections.enter(("2001:db8:0:1::1", 1)) is not first
    assert [connections.has_room(connections.enter(("10.1.2.3", 1)), 0.0) for _ in range(5)] == [True] * 5
    assert connections.has_room(first, 0.0)
    connections.enter(("2001:db8::3", 1))
    # None of the three waits, so that none can make room
    assert not connections.has_room(first, 0.0)
    connections.leave(first)
    assert connections.has_room(first, 0.0)
    assert connections.total == 8


@pytest.mark.parametrize(
    ("open_files", "chosen", "most", "of_one"),
    [(1024, 10_000, 708, 354), (100, 10_000, 16, 8), (20_000, 10_000, 10_000, 2000), (20_000, 100, 100, 50)],
)
def test_connections_leave_open_files_for_the_rest(
    monkeypatch: pytest.MonkeyPatch, open_files: int, chosen: int, most: int, of_one: int
) -> None:
    monkeypatch.setattr("server.serving.resource.getrlimit", lambda _: (64, open_files))
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr("server.serving.resource.setrlimit", lambda _, limits: raised.append(limits))
    limits = connection_limits(Settings(_env_file=None, secret_key="s" * 48, max_connections=chosen))
    assert (limits.total, limits.per_network) == (most, of_one)
    assert raised[0][0] <= open_files
    assert resource.RLIM_INFINITY not in raised[0]


class Silent:
    """A connection whose request does not come."""

    def __init__(self, connections: Connections) -> None:
        self.network = connections.enter(("192.0.2.1", 1))
        self.has_ended, self.body_seconds = False, 0.0
        self._stop: Callable[[Any], None] = connections.stop_waiting

    def end_waiting(self) -> None:
        self.has_ended = True
        self._stop(self)

    def wait_for_body(self, seconds: float) -> None:
        self.body_seconds += seconds


def test_time_in_which_the_process_stood_still_is_nobody_s() -> None:
    connections = Connections(ConnectionLimits(header_seconds=10.0))
    early, late, body = (Silent(connections) for _ in range(3))
    connections.sweep(100.0)
    connections.wait(cast("BoundedHttp", early), 100.0)
    connections.begin_body(cast("BoundedHttp", body))
    # Requests may have come meanwhile; of these thirty seconds one counts
    connections.sweep(130.0)
    assert not early.has_ended
    assert body.body_seconds == 1.0
    connections.wait(cast("BoundedHttp", late), 130.2)
    for half in range(1, 18):
        connections.sweep(130.0 + half / 2)
    assert not early.has_ended
    connections.sweep(139.0)
    assert early.has_ended
    connections.sweep(140.0)
    assert not late.has_ended
    connections.sweep(140.2)
    assert late.has_ended


class Wire(asyncio.Transport):
    """A connection that keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return False

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def test_the_end_of_a_body_and_the_beginning_of_the_next_may_come_together() -> None:
    sizes: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        size, has_more = 0, True
        while has_more:
            message = await receive()
            size += len(message.get("body", b""))
            has_more = message.get("more_body", False)
        sizes.append(size)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    def chunk(size: int) -> bytes:
        return b"%x\r\n%s\r\n" % (size, bytes(size))

    connection = BoundedHttp(
        Connections(ConnectionLimits()), config=Config(app), server_state=ServerState(), app_state={}
    )
    wire = Wire()
    connection.connection_made(wire)
    size = 1_000_000
    connection.data_received(b"PUT / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (size, bytes(size // 2)))
    next_header = b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.data_received(bytes(size - size // 2) + next_header + chunk(1000))
    for data in (chunk(1000), chunk(1000) + b"0\r\n\r\n"):
        connection.data_received(data)
    async with asyncio.timeout(5):
        while len(sizes) < 2:
            await asyncio.sleep(0.01)
    assert sizes == [size, 3000]
    assert wire.written.count(b"HTTP/1.1 200") == 2
    connection.connection_lost(None)
