"""WebSocket clients that cost next to nothing: they parse frames as far as needed to count them."""

from __future__ import annotations

import asyncio
import base64
import os
import time
from collections.abc import Callable
from urllib.parse import urlsplit

TEXT, CLOSE, PING = 1, 8, 9


class RawSocket(asyncio.Protocol):
    """One connection; `heard` is told every text message."""

    def __init__(self, heard: Callable[[bytes], None]) -> None:
        loop = asyncio.get_running_loop()
        self._heard = heard
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[str] = loop.create_future()
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(str(exc))
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed while opening"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_open:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head:
                self.opened.set_exception(ConnectionError(head.decode(errors="replace")))
                return
            self._buffer, self._is_open = rest, True
            self.opened.set_result(None)
        self._parse()

    def _parse(self) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            opcode, size, start = buffer[at] & 15, buffer[at + 1], at + 2
            if size >= 126:
                start += 2 if size == 126 else 8
                if len(buffer) < start:
                    break
                size = int.from_bytes(buffer[at + 2 : start])
            if len(buffer) < start + size:
                break
            body = buffer[start : start + size]
            at = start + size
            if opcode == TEXT:
                self._heard(body)
            elif opcode == PING:
                self._write(10, body)
            elif opcode == CLOSE and not self.closed.done():
                self.closed.set_result(f"{int.from_bytes(body[:2])} {body[2:].decode(errors='replace')}")
        self._buffer = buffer[at:]

    def send(self, text: str) -> None:
        """Send a message."""
        self._write(TEXT, text.encode())

    def _write(self, opcode: int, body: bytes) -> None:
        assert self._transport is not None
        size = len(body)
        length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2)
        # A mask of zeros leaves the body as it is
        self._transport.write(bytes([0x80 | opcode]) + length + b"\0\0\0\0" + body)

    def pause(self) -> None:
        """Read nothing for a while."""
        assert self._transport is not None
        self._transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        assert self._transport is not None
        self._transport.resume_reading()

    def close(self) -> None:
        """Go, without a word."""
        if self._transport is not None:
            self._transport.abort()


async def connect(url: str, heard: Callable[[bytes], None], protocol: str | None = None) -> RawSocket:
    """An open WebSocket."""
    address = urlsplit(url)
    _, socket = await asyncio.get_running_loop().create_connection(
        lambda: RawSocket(heard), address.hostname, address.port
    )
    assert socket._transport is not None
    asked = [f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []
    lines = [
        f"GET {address.path or '/'} HTTP/1.1",
        f"Host: {address.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        *asked,
    ]
    socket._transport.write("\r\n".join([*lines, "", ""]).encode())
    async with asyncio.timeout(30):
        await socket.opened
    return socket


class Crowd:
    """Subscribers of one thing: it knows when all of them have heard the same number of messages."""

    def __init__(self) -> None:
        self.sockets: list[RawSocket] = []
        self.seconds: list[float] = []
        self._due = 0
        self._began = 0.0
        self._all = asyncio.Event()

    def heard(self, _: bytes) -> None:
        """Count one message."""
        self.seconds.append(time.perf_counter() - self._began)
        self._due -= 1
        if self._due <= 0:
            self._all.set()

    def expect(self) -> None:
        """One message is to come to each."""
        self._due = len(self.sockets)
        self._began = time.perf_counter()
        self._all.clear()

    async def wait(self) -> None:
        """Until each has it; says who was closed meanwhile."""
        try:
            async with asyncio.timeout(60):
                await self._all.wait()
        except TimeoutError:
            gone = [socket.closed.result() for socket in self.sockets if socket.closed.done()]
            raise AssertionError(f"{self._due} messages did not come; {len(gone)} closed: {gone[:3]}") from None
