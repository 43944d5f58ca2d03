"""A webhook's receiver that does what a test says, good or bad, and keeps what it was told."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Answering = Callable[["Told", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Told:
    """One request that came."""

    line: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> str:
        return self.headers["webhook-event"]


def answer(code: int, body: bytes = b"", **headers: str) -> Answering:
    """Answer at once."""

    async def send(told: Told, writer: asyncio.StreamWriter) -> None:
        named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {code} Some\r\ncontent-length: {len(body)}\r\n{named}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return send


OK = answer(200, b"thanks")


async def hang(told: Told, writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.Event().wait()


@dataclass
class Receiver:
    """Listens at `port`; answers by `script`, one entry a request, then by `otherwise`."""

    port: int = 0
    told: list[Told] = field(default_factory=list)
    script: list[Answering] = field(default_factory=list)
    otherwise: Answering = OK
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def wait(self, count: int, seconds: float = 20) -> list[Told]:
        """All requests, once so many have come."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: len(self.told) >= count)
        return self.told

    async def until(self, event: str, seconds: float = 20) -> Told:
        """The first request of an event."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: any(told.event == event for told in self.told))
        return next(told for told in self.told if told.event == event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *rest = head.strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (item.partition(":") for item in rest)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            told = Told(line, headers, body, asyncio.get_running_loop().time())
            doing = self.script.pop(0) if self.script else self.otherwise
            async with self._news:
                self.told.append(told)
                self._news.notify_all()
            await doing(told, writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(
    *script: Answering, otherwise: Answering = OK, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    """A receiver for the time of the context."""
    made = Receiver(script=list(script), otherwise=otherwise)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            await made.serve(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
