"""Requests to a host that a user named: its name is resolved once, every address is judged, and that address connected.

httpcore speaks HTTP; resolving is ours, since httpx would resolve the name again after it was judged, and a name may
have another address by then (DNS rebinding).

No proxy and no environment variable is heeded. A POST follows no redirect, and of its answer only the start is read; a
download follows a few, each judged like the first, and ends at a size and a time.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import anyio
import httpcore

from server.domain.addresses import Opening, may_connect
from server.domain.files import MAX_URL_CHARACTERS
from server.domain.storable import storable
from server.domain.targets import BadUrlError, Target, check_target

KEPT_BYTES = 1000
RESOLVERS = 16
# For an address that is not the last one, and for the start of a body
FIRST_SECONDS = 3.0
BODY_SECONDS = 2.0
MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
DOWNLOAD_HEADERS = [
    (b"User-Agent", b"inference-server"),
    (b"Accept", b"*/*"),
    (b"Accept-Encoding", b"identity"),
    (b"Connection", b"close"),
]
Resolve = Callable[[str, int], Awaitable[list[str]]]


class OutboundError(Exception):
    """No answer came; the message is for the user and names no address."""


class NotPublicError(OutboundError):
    """The host has an address that is not public."""

    def __init__(self) -> None:
        super().__init__("The host has an address that is not on the public internet.")


@dataclass(frozen=True)
class Answer:
    """The status code of an answer, the first kB of its body, and its Retry-After header."""

    code: int
    body: str
    retry_after: str | None


@dataclass(frozen=True)
class Download:
    """What came: its bytes, its type as the host tells it ("" where it does not), and the path that it came from."""

    size: int
    content_type: str
    path: str


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to an address that was judged, never to a name, which could mean another address by then."""

    def __init__(self, openings: Iterable[Opening], resolve: Resolve) -> None:
        self._openings = tuple(openings)
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that takes one; all of them have to be allowed."""
        addresses = await self._resolve(host, port)
        if not addresses:
            raise OutboundError("The name of the host could not be resolved.")
        if not all(may_connect(address, port, self._openings) for address in addresses):
            raise NotPublicError
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(address, port, FIRST_SECONDS, local_address, socket_options)
            except (httpcore.NetworkError, httpcore.TimeoutException):
                continue
        return await self._network.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._network.sleep(seconds)


class Resolver:
    """Resolves names by the system's resolver, in its own threads, so that a slow name server delays nothing else."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(RESOLVERS)

    async def __call__(self, host: str, port: int) -> list[str]:
        """The distinct addresses of a host; none if the name cannot be resolved."""
        try:
            look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            entries = await anyio.to_thread.run_sync(look_up, abandon_on_cancel=True, limiter=self._limiter)
        except (OSError, UnicodeError):
            return []
        return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


class Outbound:
    """Sends requests; `seconds` is the limit for all of it, from resolving the name to the answer."""

    def __init__(
        self,
        openings: Iterable[Opening],
        seconds: float,
        *,
        resolve: Resolve | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._openings = tuple(openings)
        self._backend = GuardedBackend(self._openings, resolve or Resolver())
        self._seconds = seconds
        self._ssl = ssl_context or httpcore.default_ssl_context()

    async def post(self, target: Target, headers: dict[str, str], body: bytes) -> Answer:
        """The answer to a POST, whatever its code; its body may be cut short.

        Raises:
            OutboundError: none came, or not in time.
        """
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        own = {"Host": target.host_header, "Content-Length": str(len(body)), "Connection": "close"}
        pairs = [(name.encode(), value.encode()) for name, value in {**own, **headers}.items()]
        pool = httpcore.AsyncConnectionPool(self._ssl, network_backend=self._backend, max_keepalive_connections=0)
        try:
            async with (
                asyncio.timeout(self._seconds),
                pool,
                pool.stream("POST", url, headers=pairs, content=body) as response,
            ):
                start = await self._start(response)
        except TimeoutError:
            raise OutboundError(f"No answer within {self._seconds:g} seconds.") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            raise OutboundError(_sentence(error)) from error
        retry_after = {name.lower(): value for name, value in response.headers}.get(b"retry-after")
        return Answer(response.status, start, retry_after.decode(errors="replace") if retry_after else None)

    async def download(self, url: str, most_bytes: int, write: Callable[[bytes], object]) -> Download:
        """GET a file, whose bytes are written as they come.

        Raises:
            OutboundError: it did not come whole and in time, has more than `most_bytes`, or the URL leads elsewhere.
        """
        try:
            async with asyncio.timeout(self._seconds):
                for _ in range(MAX_REDIRECTS + 1):
                    target = check_target(url, self._openings, MAX_URL_CHARACTERS)
                    pool = httpcore.AsyncConnectionPool(
                        self._ssl, network_backend=self._backend, max_keepalive_connections=0
                    )
                    address = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
                    pairs = [(b"Host", target.host_header.encode()), *DOWNLOAD_HEADERS]
                    async with pool, pool.stream("GET", address, headers=pairs) as response:
                        headers = {name.lower(): value.decode(errors="replace") for name, value in response.headers}
                        if response.status in REDIRECTS and b"location" in headers:
                            url = urljoin(url, headers[b"location"])
                            continue
                        size = await _receive(response, headers, most_bytes, write)
                        content_type = headers.get(b"content-type", "").partition(";")[0].strip().lower()
                        return Download(size, content_type, urlsplit(url).path)
                raise OutboundError("The host redirects too often.")
        except BadUrlError as error:
            raise OutboundError(str(error)) from None
        except TimeoutError:
            raise OutboundError(f"It did not come within {self._seconds:g} seconds.") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise OutboundError(_sentence(error)) from error

    async def _start(self, response: httpcore.Response) -> str:
        """The first KEPT_BYTES of the body; errors while reading it are ignored, since the status code is known."""
        start = b""
        with suppress(httpcore.NetworkError, httpcore.ProtocolError, TimeoutError):
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in response.aiter_stream():
                    start += chunk[: KEPT_BYTES - len(start)]
                    if len(start) >= KEPT_BYTES:
                        break
        text: str = storable(start.decode(errors="replace"))
        return text


async def _receive(
    response: httpcore.Response, headers: dict[bytes, str], most_bytes: int, write: Callable[[bytes], object]
) -> int:
    if response.status != HTTPStatus.OK:
        raise OutboundError(f"The host answered {response.status}.")
    if headers.get(b"content-encoding", "identity").strip().lower() != "identity":
        raise OutboundError("The host sends it compressed, though it was asked not to.")
    announced = headers.get(b"content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > most_bytes:
        raise OutboundError(f"It has more than {most_bytes} bytes.")
    size = 0
    async for chunk in response.aiter_stream():
        size += len(chunk)
        if size > most_bytes:
            raise OutboundError(f"It has more than {most_bytes} bytes.")
        write(chunk)
    return size


def _sentence(error: Exception) -> str:
    match error:
        case httpcore.ConnectError() if isinstance(error.__cause__, ssl.SSLError) or "SSL" in str(error):
            return f"The certificate of the host was refused: {error}"[:300]
        case httpcore.ConnectError() | OSError():
            return "The host refused the connection or cannot be reached."
        case httpcore.ProtocolError():
            return f"The answer is not valid HTTP: {error}"[:300]
        case _:
            return "The connection broke before an answer arrived."
