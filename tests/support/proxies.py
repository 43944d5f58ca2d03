"""TCP proxies that lose replies, stall, and hang up: each stands between one process and one of its servers."""

from __future__ import annotations

import asyncio
import re
import struct
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
CHUNK_BYTES = 65_536
SSL_REQUEST = 80_877_103


class Reader(Protocol):
    """Follows what a client says, to know when the reply to lose comes."""

    def asked(self, data: bytes) -> list[str]:
        """What a piece of the client's stream asks for, as texts that patterns are matched with."""

    def is_answered(self, data: bytes) -> bool:
        """Whether a piece of the server's stream ends the answer to it."""


class PostgresReader:
    """The statements that a client executes, prepared ones by their text."""

    def __init__(self) -> None:
        self._held = b""
        self._is_started = False
        self._statements: dict[bytes, str] = {}
        self._answer = b""

    def asked(self, data: bytes) -> list[str]:
        self._held += data
        found: list[str] = []
        while (message := self._next()) is not None:
            kind, body = message
            self.note(kind)
            if kind == b"P":
                name, sql, _ = body.split(b"\0", 2)
                self._statements[name] = sql.decode()
            elif kind == b"B":
                found.append(self._statements.get(body.split(b"\0", 2)[1], ""))
            elif kind == b"Q":
                found.append(body.rstrip(b"\0").decode())
        return found

    def note(self, kind: bytes) -> None:
        """A message of this kind has come; none for the first of a session."""

    def _next(self) -> tuple[bytes, bytes] | None:
        """The next whole message; those before the start of the session carry no type."""
        offset = 1 if self._is_started else 0
        if len(self._held) < offset + 8 - offset * 3:
            return None
        (length,) = struct.unpack_from("!I", self._held, offset)
        if len(self._held) < offset + length:
            return None
        kind, body = self._held[:offset], self._held[offset + 4 : offset + length]
        self._held = self._held[offset + length :]
        if not self._is_started:
            self._is_started = struct.unpack_from("!I", body)[0] != SSL_REQUEST
        return kind, body

    def is_answered(self, data: bytes) -> bool:
        """ReadyForQuery is the last message of every answer: what was asked is committed, or refused, by then."""
        self._answer += data
        while len(self._answer) >= 5:
            (length,) = struct.unpack_from("!I", self._answer, 1)
            if len(self._answer) < 1 + length:
                return False
            kind, self._answer = self._answer[:1], self._answer[1 + length :]
            if kind == b"Z":
                return True
        return False


class RedisReader:
    """The commands as they stand on the wire; a reply that has begun was executed."""

    def asked(self, data: bytes) -> list[str]:
        return [data.decode(errors="replace")]

    def is_answered(self, data: bytes) -> bool:
        return bool(data)


@dataclass(eq=False)
class Line:
    """One connection and its other half."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    reader: Reader
    is_losing: bool = False

    def abort(self) -> None:
        """Hang up on both sides at once."""
        self.client.transport.abort()
        self.server.transport.abort()


@dataclass(eq=False)
class Proxy:
    """Passes one port on to a Unix socket; its methods may be called from any thread."""

    target: str
    make_reader: Callable[[], Reader]
    loop: asyncio.AbstractEventLoop
    port: int = 0
    lost: int = 0
    _listener: asyncio.Server | None = None
    _lines: set[Line] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _pattern: re.Pattern[str] | None = None
    _to_lose: int = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the proxies' own loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def up(self) -> None:
        """Listen, again on the same port."""
        self.run(self._listen())

    def down(self) -> None:
        """Refuse connections, and hang up on those there are."""
        self.run(self._close())

    def reset(self) -> None:
        """Hang up on everybody; who comes again is let in."""
        self.run(self._abort())

    def stall(self) -> None:
        """Pass nothing on in either direction; what is said meanwhile is held, and told at `flow`."""
        self.run(self._set(flowing=False))

    def flow(self) -> None:
        """Pass on again."""
        self.run(self._set(flowing=True))

    def lose(self, pattern: str, count: int = 1) -> None:
        """Execute the next requests that match, and hang up instead of bringing their answers."""
        self._pattern, self._to_lose = re.compile(pattern, re.DOTALL), count

    async def _listen(self) -> None:
        self._flowing.set()
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=CHUNK_BYTES)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None
        self._flowing.set()
        await self._abort()

    async def _abort(self) -> None:
        for line in self._lines:
            line.abort()

    async def _set(self, *, flowing: bool) -> None:
        if flowing:
            self._flowing.set()
        else:
            self._flowing.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, server = await asyncio.open_unix_connection(self.target, limit=CHUNK_BYTES)
        except OSError:
            writer.transport.abort()
            return
        line = Line(writer, server, self.make_reader())
        self._lines.add(line)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_requests(reader, line))
                both.create_task(self._pass_answers(answers, line))
        finally:
            self._lines.discard(line)
            line.abort()

    async def _pass_requests(self, reader: asyncio.StreamReader, line: Line) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                await self._flowing.wait()
                asked = line.reader.asked(data)
                if self._to_lose and self._pattern and any(map(self._pattern.search, asked)):
                    self._to_lose -= 1
                    self.lost += 1
                    line.is_losing = True
                line.server.write(data)
                await line.server.drain()
        line.abort()

    async def _pass_answers(self, reader: asyncio.StreamReader, line: Line) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                await self._flowing.wait()
                if line.is_losing:
                    if line.reader.is_answered(data):
                        break
                    continue
                line.client.write(data)
                await line.client.drain()
        line.abort()


class Proxies:
    """All proxies of a cluster, in a loop and a thread of their own: who blocks the tests' loop stops no traffic."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.all: dict[str, Proxy] = {}
        self._thread = threading.Thread(target=self.loop.run_forever, name="proxies", daemon=True)

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Proxies]:
        """Proxies for the time of the context."""
        found = cls()
        found._thread.start()
        try:
            yield found
        finally:
            for proxy in found.all.values():
                proxy.down()
            found.loop.call_soon_threadsafe(found.loop.stop)
            found._thread.join(10)
            found.loop.close()

    def add(self, name: str, target: str, reader: Callable[[], Reader]) -> Proxy:
        """A proxy that listens."""
        proxy = self.all[name] = Proxy(target, reader, self.loop)
        proxy.up()
        return proxy

    def of(self, end: str) -> list[Proxy]:
        """All proxies to one server: `db` or `redis`."""
        return [proxy for name, proxy in self.all.items() if name.endswith(f"/{end}")]

    def heal(self) -> None:
        """Everything passes again."""
        for proxy in self.all.values():
            proxy.flow()
            proxy.lose("", 0)
