"""Clients that never read: their sockets and subscriptions are freed in time, and memory stays flat."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest

from tests.conftest import LiveServer, running
from tests.support.api import EVENTS, Client
from tests.support.prepared import StartServers

SOCKETS = 20
FREED_SECONDS = 30
# Each chunk of the output is one event of so many bytes, faster than a stalled client's buffers can hold for long
NOISE = {"text": "x" * 9000, "repeat": 1000, "delay_seconds": 0.02}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def live(start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with (
        start_servers() as servers,
        running(servers, tmp_path_factory.mktemp("stalls")) as found,
    ):
        yield found


class Stalled:
    """A socket that subscribes and then reads nothing, with the smallest buffer that the kernel gives."""

    def __init__(self, url: str, prediction_id: str) -> None:
        address = urlsplit(url)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        self._socket.connect((address.hostname, address.port))
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET /graphql HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )
        assert b" 101 " in self._socket.recv(64)
        self._send({"type": "connection_init", "payload": {}})
        operation = {"query": EVENTS, "variables": {"id": prediction_id}}
        self._send({"id": "1", "type": "subscribe", "payload": operation})

    def _send(self, message: object) -> None:
        data, mask = json.dumps(message).encode(), os.urandom(4)
        head = bytes([0x81, 0x80 | 126]) + len(data).to_bytes(2, "big")
        self._socket.sendall(head + mask + bytes(byte ^ mask[n % 4] for n, byte in enumerate(data)))

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        self._socket.close()


def held(process: psutil.Process, ports: set[int]) -> int:
    """Connections that the API still has with some ports."""
    return sum(1 for c in process.net_connections("tcp") if c.raddr and c.raddr.port in ports)


async def read_all(client: Client, prediction_id: str) -> str:
    """The text that a subscriber who reads is told, and nothing twice: a whole output would be too large a frame."""
    query = """subscription ($id: ID!) { predictionEvents(id: $id) { __typename
      ... on PredictionSnapshot { prediction { text } } ... on OutputAppended { text } } }"""
    text = ""
    async with client.socket() as socket:
        payload = {"query": query, "variables": {"id": prediction_id}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        while (message := json.loads(await socket.recv()))["type"] == "next":
            event = message["payload"]["data"]["predictionEvents"]
            if event["__typename"] == "PredictionSnapshot":
                text = event["prediction"]["text"] or ""
            text += event.get("text") or ""
    return text


async def test_sockets_that_never_read_are_freed_and_cost_nothing(live: LiveServer) -> None:
    client = Client(live.url)
    process = psutil.Process(live.processes["api"].pid)
    made = await client.create("demo/echo", NOISE)
    reader = asyncio.create_task(read_all(client, made["id"]))
    stalled = [await asyncio.to_thread(Stalled, live.url, made["id"]) for _ in range(SOCKETS)]
    ports = {one.port for one in stalled}
    assert held(process, ports) == SOCKETS
    before, most = process.memory_info().rss, 0
    began = asyncio.get_running_loop().time()
    while held(process, ports):
        await asyncio.sleep(0.25)
        most = max(most, process.memory_info().rss)
        assert asyncio.get_running_loop().time() - began < FREED_SECONDS + 10, "stalled sockets are still held"
    took = asyncio.get_running_loop().time() - began
    measured = f"freed after {took:.1f} s, memory {before / 1e6:.0f} -> at most {most / 1e6:.0f} MB"
    assert took < FREED_SECONDS, measured
    assert most - before < 60_000_000, measured
    # Whoever reads beside them was served all the while
    await client.cancel(made["id"])
    found = await client.run("query ($id: ID!) { prediction(id: $id) { text } }", id=made["id"])
    assert await reader == found["prediction"]["text"]
    for one in stalled:
        one.close()
    await client.close()
