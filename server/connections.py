"""Bounds on what a connection may send before its request is complete, and on how many there are.

uvicorn bounds neither the bytes of a header nor the time until it or a body is complete, and counts requests instead of
connections. These are its own protocols with those bounds around them; docs/adr says why no other server is used.
"""

from __future__ import annotations

import ipaddress
import json
import logging
from asyncio import Transport
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import Any, cast

import structlog
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Response

from server.domain.callers import UNIX_PEER, network_of
from server.log import CLIENT_LOG
from server.routes import security_headers

logger = structlog.get_logger(__name__)

MAX_HEADERS = 100
MAX_PIPELINED = 16
MAX_FRAGMENTS = 1024
"""Of one WebSocket message; empty ones would count for nothing in its size."""
MAX_QUEUED_MESSAGES = 1024
"""That came together over one WebSocket and wait for their turn; nothing is read meanwhile."""
FRAMING_BYTES = 16
"""Around each byte of a chunked body: a client may send it byte by byte."""
MAX_UPGRADE_LINE = 8000
LINGER_SECONDS = 2.0
MAX_LINGERING = 64
WARNING_SECONDS = 30.0
MAX_SWEEP_SECONDS = 1.0
"""What counts of the time between two sweeps: while this process stood still, nobody could be heard."""


MAPPED = "::ffff:"


def peer_of(config: uvicorn.Config, client: tuple[str, int] | None) -> tuple[str, int] | None:
    """Who is at the other end, as TRUSTED_PROXIES names them: an IPv4 address on a listener of both kinds too."""
    if config.uds:
        return UNIX_PEER, 0
    if client and client[0].startswith(MAPPED) and "." in client[0]:
        return client[0].removeprefix(MAPPED), client[1]
    return client


def trusted_peers(proxies: Iterable[str]) -> list[str]:
    """Proxies as uvicorn compares them: an IPv4 address may also be written as one of IPv6, by proxies between."""
    peers = []
    for proxy in proxies:
        peers.append(proxy)
        network = None if proxy == UNIX_PEER else ipaddress.ip_network(proxy)
        if isinstance(network, ipaddress.IPv4Network):
            peers.append(f"{MAPPED}{network.network_address}/{96 + network.prefixlen}")
    return peers


@dataclass(frozen=True)
class ConnectionLimits:
    """What one process lets clients do before their requests are complete.

    A body may take `body_seconds`, and a second more for each `body_rate` bytes that came. Addresses in `proxies` may
    have as many connections as there are: they speak for others.
    """

    total: int = 10_000
    per_network: int = 2000
    header_bytes: int = 32_768
    header_seconds: float = 10.0
    body_seconds: float = 20.0
    body_rate: float = 500.0
    proxies: tuple[str, ...] = ()


class Refusal(Enum):
    """Why a connection is closed: the status, and a sentence for the client."""

    BAD_REQUEST = HTTPStatus.BAD_REQUEST, "BAD_REQUEST", "The request cannot be read as HTTP/1.1."
    SLOW = HTTPStatus.REQUEST_TIMEOUT, "REQUEST_TIMEOUT", "The request took too long to arrive; send it again."
    LARGE_HEADER = (
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "HEADER_TOO_LARGE",
        "The request line and headers are too large; send long queries as the body of a POST.",
    )
    FULL = HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE", "There are too many connections; try again in a few seconds."

    def answer(self, default_headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """The whole response."""
        status, code, message = self.value
        body = json.dumps({"error": {"code": code, "message": message}}).encode()
        headers = {
            "content-type": "application/json",
            "content-length": str(len(body)),
            "connection": "close",
            **security_headers.DATA,
            **({"retry-after": "5"} if self is Refusal.FULL else {}),
        }
        lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
        lines += [b"%s: %s" % pair for pair in default_headers]
        lines += [f"{name}: {value}".encode() for name, value in headers.items()]
        return b"\r\n".join([*lines, b"", body])


class RefusedError(Exception):
    """Ends the parsing of a request that is refused."""


@dataclass
class Network:
    """The connections of one address: how many, and those that wait for a request, oldest first."""

    key: str | None
    count: int = 0
    waiting: dict[BoundedHttp, None] = field(default_factory=dict)


class Connections:
    """All connections of this process, by where they come from and what they wait for.

    When there are too many, whoever has waited longest for a request that does not come makes room for the newcomer:
    silence keeps nobody out.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self.total = 0
        self.is_stopping = False
        self._proxies = [ipaddress.ip_network(proxy) for proxy in limits.proxies if proxy != UNIX_PEER]
        self._networks: dict[str | None, Network] = {}
        self._waiting: dict[BoundedHttp, float] = {}
        self._arriving: dict[BoundedHttp, None] = {}
        self._lingering: dict[BoundedHttp, None] = {}
        self._swept_at = 0.0
        # How long this process stood still, which is no time that a client took
        self._still_seconds = 0.0
        self._warned_at = -WARNING_SECONDS

    def enter(self, client: tuple[str, int] | None) -> Network:
        """Count a connection from an address."""
        key = self._key(client)
        network = self._networks.setdefault(key, Network(key))
        network.count += 1
        self.total += 1
        return network

    def leave(self, network: Network) -> None:
        """Forget one that was counted."""
        network.count -= 1
        self.total -= 1
        if not network.count:
            self._networks.pop(network.key, None)

    def has_room(self, network: Network, at: float) -> bool:
        """Whether a connection that was just counted may stay, perhaps instead of one that waits."""
        limits = self.limits
        if network.key is not None and network.count > limits.per_network:
            return self._give_way(network.waiting, at, network.key)
        return self.total <= limits.total or self._give_way(self._waiting, at)

    def _give_way(self, waiting: dict[BoundedHttp, Any], at: float, address: str | None = None) -> bool:
        if at - self._warned_at >= WARNING_SECONDS:
            self._warned_at = at
            logger.warning("connections.full", connections=self.total, address=address)
        if (oldest := next(iter(waiting), None)) is None:
            return False
        oldest.drop()
        return True

    def wait(self, connection: BoundedHttp, at: float) -> None:
        """A connection waits for a request from now on."""
        self._waiting[connection] = at - self._still_seconds
        connection.network.waiting[connection] = None

    def stop_waiting(self, connection: BoundedHttp) -> None:
        """The header is complete."""
        if self._waiting.pop(connection, None) is not None:
            del connection.network.waiting[connection]

    def begin_body(self, connection: BoundedHttp) -> None:
        """What follows the header is still to come."""
        self._arriving[connection] = None

    def end_body(self, connection: BoundedHttp) -> None:
        """The request is complete."""
        self._arriving.pop(connection, None)

    def linger(self, connection: BoundedHttp) -> None:
        """Keep a refused connection until its client has read why; the oldest are cut off where there are many."""
        self._lingering[connection] = None
        if len(self._lingering) > MAX_LINGERING:
            oldest = next(iter(self._lingering))
            del self._lingering[oldest]
            oldest.transport.abort()

    def end_linger(self, connection: BoundedHttp) -> None:
        """Forget a refused connection."""
        self._lingering.pop(connection, None)

    def sweep(self, at: float) -> None:
        """Close what takes too long; called about twice a second."""
        passed = at - self._swept_at if self._swept_at else 0.0
        elapsed = min(passed, MAX_SWEEP_SECONDS)
        self._still_seconds += passed - elapsed
        self._swept_at = at
        while self._waiting:
            connection, began = next(iter(self._waiting.items()))
            if at - self._still_seconds - began < self.limits.header_seconds:
                break
            connection.end_waiting()
        for connection in list(self._arriving):
            connection.wait_for_body(elapsed)

    def _key(self, client: tuple[str, int] | None) -> str | None:
        if client is None or client[0] == UNIX_PEER:
            return None
        if self._proxies:
            address = ipaddress.ip_address(client[0])
            if any(address in proxy for proxy in self._proxies):
                return None
        return network_of(client[0])


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol, with bounds on header bytes, time and pipelined requests."""

    network: Network

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self.logger = logging.getLogger(CLIENT_LOG)
        self._table = connections
        self._is_counted = self._is_refused = False
        self._refusal = Refusal.BAD_REQUEST
        # Whether the line and headers of a request are next, and how much came of them and of nothing else
        self._reads_header = True
        self._header_bytes = 0
        # Whether a request began with what came last
        self._has_begun = False
        # Of the body that is coming: what it holds, what came around it, and how long it was waited for
        self._reads_body = False
        self._body_bytes = self._framing_bytes = 0
        self._body_seconds = 0.0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Count the connection, or refuse it."""
        super().connection_made(transport)
        self.client = peer_of(self.config, self.client)
        self.network, self._is_counted = self._table.enter(self.client), True
        at = self.loop.time()
        if self._table.has_room(self.network, at):
            self._table.wait(self, at)
        else:
            self.refuse(Refusal.FULL)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        self._forget()
        self._table.end_linger(self)

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless there is too much of it."""
        if self._is_refused:
            return
        read_header, read_body, body_bytes = self._reads_header, self._reads_body, self._body_bytes
        self._has_begun = False
        super().data_received(data)
        if self._is_refused:
            return
        limit = self._table.limits.header_bytes
        if read_header and self._reads_header and not self._has_begun:
            # No request came in whole with it, whose body may be larger than any header
            self._header_bytes += len(data)
            if self._header_bytes > limit:
                self.refuse(Refusal.LARGE_HEADER)
        elif read_body and self._reads_body and not self._has_begun:
            # Trailers and extensions of chunks, which nobody bounds else; where a body began with it, what came belongs
            # to two
            self._framing_bytes += len(data) - (self._body_bytes - body_bytes)
            if self._framing_bytes > limit + FRAMING_BYTES * self._body_bytes:
                self.refuse(Refusal.LARGE_HEADER)

    def on_headers_complete(self) -> None:
        """Begin a request, unless its header is too large or too many requests wait behind each other."""
        self._reads_header, self._header_bytes, self._has_begun = False, 0, True
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > self._table.limits.header_bytes or len(self.headers) > MAX_HEADERS:
            self._refusal = Refusal.LARGE_HEADER
            raise RefusedError
        if len(self.pipeline) >= MAX_PIPELINED:
            self._refusal = Refusal.FULL
            raise RefusedError
        super().on_headers_complete()
        if self.parser.should_upgrade() and self._should_upgrade():
            # It waits until it is a WebSocket
            return
        if self._table.is_stopping:
            # Whoever asks again asks another process
            self.cycle.keep_alive = False
        self._table.stop_waiting(self)
        self._reads_body, self._body_bytes, self._framing_bytes, self._body_seconds = True, 0, 0, 0.0
        self._table.begin_body(self)

    def on_body(self, body: bytes) -> None:
        """Count what came."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete."""
        super().on_message_complete()
        self._reads_header = True
        if self._reads_body:
            self._reads_body = False
            self._table.end_body(self)
            if self.cycle.response_complete and not self.transport.is_closing():
                self._table.wait(self, self.loop.time())

    def on_response_complete(self) -> None:
        """Wait for the next request, unless it is there already."""
        super().on_response_complete()
        if self.cycle.response_complete and not self._reads_body and not self.transport.is_closing():
            self._table.wait(self, self.loop.time())

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over to a socket, which is counted for itself."""
        super().handle_websocket_upgrade()
        self._forget()
        socket = cast("BoundedSocket", self.transport.get_protocol())
        if not socket.handshake_initiated:
            # `websockets` could not read it, and waits for ever; its bounds of lines are closer than ours
            is_large = (
                any(len(value) > MAX_UPGRADE_LINE for _, value in self.headers) or len(self.url) > MAX_UPGRADE_LINE
            )
            refusal = Refusal.LARGE_HEADER if is_large else Refusal.BAD_REQUEST
            self.transport.write(refusal.answer(self.server_state.default_headers))
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what could not be parsed."""
        self.refuse(self._refusal)

    def end_waiting(self) -> None:
        """The request did not come in time: whoever sent some of it learns why."""
        if self._header_bytes:
            self.refuse(Refusal.SLOW)
        else:
            self.drop()

    def wait_for_body(self, seconds: float) -> None:
        """So much time went by; it counts while we are ready to read."""
        if self.flow.read_paused:
            return
        self._body_seconds += seconds
        limits = self._table.limits
        if self._body_seconds > limits.body_seconds + self._body_bytes / limits.body_rate:
            self.refuse(Refusal.SLOW)

    def refuse(self, refusal: Refusal) -> None:
        """Say why, and close the connection; where an answer is under way, only close it."""
        self._is_refused = True
        self._unset_keepalive_if_required()
        cycle = self.cycle
        is_idle = cycle is None or cycle.response_complete
        may_answer = is_idle or (cycle.more_body and not cycle.response_started and not self.pipeline)
        if not is_idle:
            cycle.disconnected = True
            cycle.message_event.set()
        self.pipeline.clear()
        self._forget()
        if not may_answer or self.transport.is_closing():
            self.transport.close()
            return
        self.transport.write(refusal.answer(self.server_state.default_headers))
        if not self.transport.can_write_eof():
            self.transport.close()
            return
        # Closed at once, what the client still sends would make its system throw the answer away
        self.transport.write_eof()
        self.flow.resume_reading()
        self._table.linger(self)
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def drop(self) -> None:
        """Close a connection that waits for a request."""
        self._forget()
        self.transport.close()

    def _forget(self) -> None:
        if self._is_counted:
            self._is_counted = False
            self._table.stop_waiting(self)
            self._table.end_body(self)
            self._table.leave(self.network)


class BoundedSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, counted, with bounds on fragments, on messages that wait, and on unread pongs."""

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._table = connections
        self._network: Network | None = None
        # Whether nothing is read until the client has read its pongs
        self._owes_pongs = False
        # All answers to handshakes go through it, those of `websockets` itself too
        self._send_response = self.conn.send_response
        self.conn.send_response = self._answer_handshake  # type: ignore[method-assign]  # uvicorn lets choose no class

    def _answer_handshake(self, response: Response) -> None:
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            for name, value in security_headers.DATA.items():
                response.headers.setdefault(name, value)
        self._send_response(response)

    def connection_made(self, transport: Any) -> None:
        """Count the connection."""
        super().connection_made(transport)
        self.client = peer_of(self.config, self.client)
        self._network = self._table.enter(self.client)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        if self._network is not None:
            self._table.leave(self._network)
            self._network = None

    async def send(self, message: Any) -> None:
        """Send a message, and wait until the most of it has gone out: what waits to be sent is then one message."""
        await super().send(message)
        if not self.writable.is_set():
            await self.writable.wait()

    def handle_cont(self, event: Frame) -> None:
        """Take a fragment, unless there are too many."""
        if self.close_sent:
            return
        if len(self.frames) >= MAX_FRAGMENTS:
            self._fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
            return
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """Take a whole message, unless it is no text or too many wait."""
        if self.close_sent:
            self.frames = []
            return
        if self.queue.qsize() >= MAX_QUEUED_MESSAGES:
            self._fail(CloseCode.POLICY_VIOLATION, "too many messages at once")
            return
        if self.curr_msg_data_type == "text":
            # uvicorn logs it as a bug of ours
            self.frames = [b"".join(self.frames)]
            try:
                self.frames[0].decode()
            except UnicodeDecodeError:
                self._fail(CloseCode.INVALID_DATA, "text that is not UTF-8")
                return
        super().send_receive_event_to_app()

    def _fail(self, code: CloseCode, reason: str) -> None:
        self.frames = []
        self.conn.fail(code, reason)
        self.handle_parser_exception()

    def handle_ping(self) -> None:
        """Answer, and read nothing more until the client has read most of what it was answered."""
        super().handle_ping()
        if not self.writable.is_set() and not self.read_paused:
            self.read_paused = self._owes_pongs = True
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on reading, unless messages wait: who takes the last of them does it then."""
        super().resume_writing()
        if self._owes_pongs:
            self._owes_pongs = False
            if self.read_paused and self.queue.empty():
                self.read_paused = False
                self.transport.resume_reading()
