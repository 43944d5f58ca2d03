"""HTTP and WebSockets, blocking and not, behind one interface; nothing here knows of predictions."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection as BlockingConnection
from websockets.sync.client import connect as connect_blocking
from websockets.typing import Subprotocol

from inference_client.version import VERSION

USER_AGENT = f"inference-client-python/{VERSION}"
CONNECT_SECONDS = 10.0
PING_SECONDS = 10.0
OK = 200
SOCKET_OPTIONS: dict[str, Any] = {
    "subprotocols": [Subprotocol("graphql-transport-ws")],
    "user_agent_header": USER_AGENT,
    "ping_interval": PING_SECONDS,
    "ping_timeout": PING_SECONDS,
    "close_timeout": 1,
    "max_size": None,
    "compression": None,
}


class BrokenError(Exception):
    """No answer came. `was_sent`: the server may have done what was asked; `status` is that of a refusal."""

    def __init__(self, reason: str, *, was_sent: bool, status: int | None = None) -> None:
        super().__init__(reason)
        self.was_sent = was_sent
        self.status = status


class ClosedError(Exception):
    """A WebSocket was closed, or broke; its code is 1006 where nobody said why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}".strip())
        self.code = code
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """What came over HTTP."""

    status: int
    headers: Mapping[str, str]
    content: Any


class Socket(Protocol):
    """A WebSocket."""

    async def send(self, text: str) -> None:
        """Send a message; raises ClosedError."""

    async def receive(self, seconds: float | None) -> str:
        """The next message; raises ClosedError, and TimeoutError after so many seconds."""

    async def close(self) -> None:
        """Close it."""


class Transport(Protocol):
    """One way to wait for the network."""

    is_blocking: bool

    async def request(
        self, method: str, url: str, *, content: Any = None, headers: Mapping[str, str], seconds: float
    ) -> Answer:
        """An HTTP request; raises BrokenError."""

    def lines(self, url: str, seconds: float) -> AsyncGenerator[str, None]:
        """The lines of a file that is read as it comes; raises BrokenError, with the status of a refusal."""

    async def connect(self, url: str, seconds: float) -> Socket:
        """Open a WebSocket; raises BrokenError."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    def exclusive(self) -> Any:
        """A context in which one of this client's threads or tasks is at a time."""

    async def close(self) -> None:
        """Close what is open."""


def _timeouts(seconds: float) -> httpx.Timeout:
    return httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))


def _broken(error: Exception) -> BrokenError:
    reason = str(error) or type(error).__name__
    if isinstance(error, InvalidStatus):
        return BrokenError(reason, was_sent=False, status=error.response.status_code)
    never = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
    return BrokenError(reason, was_sent=isinstance(error, httpx.TransportError) and not isinstance(error, never))


def _closed(error: ConnectionClosed) -> ClosedError:
    frame = error.rcvd
    return ClosedError(frame.code, frame.reason) if frame else ClosedError(1006, "the connection broke")


def _socket_options(url: str, seconds: float, context: ssl.SSLContext | None) -> dict[str, Any]:
    options = {**SOCKET_OPTIONS, "open_timeout": seconds}
    return {**options, "ssl": context} if url.startswith("wss:") and context else options


class BlockingSocket:
    """A WebSocket of a thread."""

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        self._open = ExitStack()
        self._connection: BlockingConnection = self._open.enter_context(connect_blocking(url, **options))

    async def send(self, text: str) -> None:
        """Send a message; raises ClosedError."""
        try:
            self._connection.send(text)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def receive(self, seconds: float | None) -> str:
        """The next message; raises ClosedError, and TimeoutError after so many seconds."""
        try:
            return str(self._connection.recv(seconds))
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def close(self) -> None:
        """Close it."""
        self._open.close()


class BlockingTransport:
    """The network for a thread; several may use it at once."""

    is_blocking = True

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context
        self._http = httpx.Client(headers={"user-agent": USER_AGENT}, verify=True if context is None else context)
        # Short programs close nothing
        weakref.finalize(self, self._http.close)
        self._lock = threading.Lock()

    async def request(
        self, method: str, url: str, *, content: Any = None, headers: Mapping[str, str], seconds: float
    ) -> Answer:
        """An HTTP request; raises BrokenError."""
        try:
            answer = self._http.request(method, url, content=content, headers=headers, timeout=_timeouts(seconds))
        except httpx.TransportError as error:
            raise _broken(error) from error
        return Answer(answer.status_code, answer.headers, answer.content)

    async def lines(self, url: str, seconds: float) -> AsyncGenerator[str, None]:
        """The lines of a file that is read as it comes; raises BrokenError, with the status of a refusal."""
        try:
            with self._http.stream("GET", url, timeout=_timeouts(seconds)) as answer:
                if answer.status_code != OK:
                    raise BrokenError(f"HTTP {answer.status_code}", was_sent=True, status=answer.status_code)
                for line in answer.iter_lines():
                    yield line
        except httpx.TransportError as error:
            raise _broken(error) from error

    async def connect(self, url: str, seconds: float) -> Socket:
        """Open a WebSocket; raises BrokenError."""
        try:
            return BlockingSocket(url, _socket_options(url, seconds, self._context))
        except (OSError, WebSocketException) as error:
            raise _broken(error) from error

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)  # noqa: ASYNC251 - that is how a thread waits

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """A context in which one thread is at a time."""
        with self._lock:
            yield

    async def close(self) -> None:
        """Close what is open."""
        self._http.close()


class AsyncSocket:
    """A WebSocket of an event loop."""

    def __init__(self, open_connection: AsyncExitStack, connection: ClientConnection) -> None:
        self._open = open_connection
        self._connection = connection

    @classmethod
    async def open(cls, url: str, options: Mapping[str, Any]) -> AsyncSocket:
        """Connect."""
        open_connection = AsyncExitStack()
        return cls(open_connection, await open_connection.enter_async_context(connect_async(url, **options)))

    async def send(self, text: str) -> None:
        """Send a message; raises ClosedError."""
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def receive(self, seconds: float | None) -> str:
        """The next message; raises ClosedError, and TimeoutError after so many seconds."""
        try:
            return str(await asyncio.wait_for(self._connection.recv(), seconds))
        except ConnectionClosed as error:
            raise _closed(error) from error
        except asyncio.TimeoutError:
            raise TimeoutError from None

    async def close(self) -> None:
        """Close it."""
        await self._open.aclose()


class AsyncTransport:
    """The network for an event loop."""

    is_blocking = False

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context
        self._http = httpx.AsyncClient(headers={"user-agent": USER_AGENT}, verify=True if context is None else context)
        self._lock = asyncio.Lock()

    async def request(
        self, method: str, url: str, *, content: Any = None, headers: Mapping[str, str], seconds: float
    ) -> Answer:
        """An HTTP request; raises BrokenError."""
        try:
            answer = await self._http.request(method, url, content=content, headers=headers, timeout=_timeouts(seconds))
        except httpx.TransportError as error:
            raise _broken(error) from error
        return Answer(answer.status_code, answer.headers, answer.content)

    async def lines(self, url: str, seconds: float) -> AsyncGenerator[str, None]:
        """The lines of a file that is read as it comes; raises BrokenError, with the status of a refusal."""
        try:
            async with self._http.stream("GET", url, timeout=_timeouts(seconds)) as answer:
                if answer.status_code != OK:
                    raise BrokenError(f"HTTP {answer.status_code}", was_sent=True, status=answer.status_code)
                async for line in answer.aiter_lines():
                    yield line
        except httpx.TransportError as error:
            raise _broken(error) from error

    async def connect(self, url: str, seconds: float) -> Socket:
        """Open a WebSocket; raises BrokenError."""
        try:
            return await AsyncSocket.open(url, _socket_options(url, seconds, self._context))
        except (OSError, WebSocketException) as error:
            raise _broken(error) from error

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def exclusive(self) -> Any:
        """A context in which one task is at a time."""
        return self._lock

    async def close(self) -> None:
        """Close what is open."""
        await self._http.aclose()
