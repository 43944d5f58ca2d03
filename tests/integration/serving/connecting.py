"""Raw connections to an API process."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import websockets
from websockets.sync.client import ClientConnection, connect

from tests.integration.serving.conftest import Api

START = b"POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
SENT = '{"query": "{ __typename }"}'


def opened(api: Api, *, source: str = "127.0.0.1") -> socket.socket:
    """A connection that says nothing."""
    return socket.create_connection(("127.0.0.1", api.port), 20, (source, 0))


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """Status and bytes of what is answered until the server closes; 0 where it only closes."""
    said = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            said += piece
    match = re.match(rb"HTTP/1\.1 (\d+)", said)
    return (int(match[1]) if match else 0), said


@contextmanager
def acknowledged(api: Api, *, source: str = "127.0.0.1") -> Iterator[ClientConnection]:
    """A WebSocket that was let in."""
    protocol = websockets.Subprotocol("graphql-transport-ws")
    line = opened(api, source=source)
    with connect(f"ws://127.0.0.1:{api.port}/graphql", sock=line, subprotocols=[protocol], proxy=None) as connection:
        connection.send('{"type": "connection_init"}')
        assert json.loads(connection.recv())["type"] == "connection_ack"
        yield connection
