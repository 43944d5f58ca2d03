"""The API's server: uvicorn, which bounds its connections and stops without waiting for clients that wait."""

from __future__ import annotations

import asyncio
import ctypes
import os
import resource
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import cast

import anyio
import structlog
import uvicorn
from starlette.applications import Starlette

from server.connections import BoundedHttp, BoundedSocket, ConnectionLimits, Connections
from server.settings import Settings

logger = structlog.get_logger(__name__)

TICKS_BETWEEN_SWEEPS = 5
TICK_SECONDS = 0.1
# What is open beside connections: Redis, logs, the program itself
RESERVED_DESCRIPTORS = 128
MIN_CONNECTIONS = 16
# A request that was on its way when the listener closed is here by then
LINGER_SECONDS = 1.0
# Longer than a client takes to answer the second packet of a connection
UNANSWERED_SECONDS = 0.3
SO_ATTACH_FILTER = 26


class ApiServer(uvicorn.Server):
    """Bounds connections; at a stop answers those that wait for a prediction, and closes sockets with 1012.

    A SIGTERM first says at `/health/ready` that this process stops, and still serves for `lame_duck_seconds`, in which
    whoever sends clients here learns of it; then it listens no more, and serves what was on its way. A second signal
    ends that time, and SIGINT has none.
    """

    def __init__(
        self,
        app: Starlette,
        config: uvicorn.Config,
        limits: ConnectionLimits | None = None,
        lame_duck_seconds: float = 0.0,
    ) -> None:
        self.connections = Connections(limits or ConnectionLimits())
        # uvicorn calls what it takes for a class
        config.http = cast("type[asyncio.Protocol]", partial(BoundedHttp, self.connections))
        config.ws = cast("type[asyncio.Protocol]", partial(BoundedSocket, self.connections))
        super().__init__(config)
        self._app = app
        self._lame_duck_seconds = lame_duck_seconds
        self._is_hurried = False

    async def on_tick(self, counter: int) -> bool:
        """Close what takes too long."""
        if counter % TICKS_BETWEEN_SWEEPS == 0:
            self.connections.sweep(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Say at once that this process stops."""
        self._is_hurried = self.should_exit or sig == signal.SIGINT
        self._app.state.is_stopping = True
        self.connections.is_stopping = True
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop in order."""
        self._app.state.is_stopping = True
        if self._lame_duck_seconds and not self._is_hurried:
            logger.info("serve.lame_duck", seconds=self._lame_duck_seconds)
            await self._serve_for(self._lame_duck_seconds)
            await self._close_listeners()
            # A proxy sends no POST again whose connection is closed under it
            await self._serve_for(LINGER_SECONDS)
        else:
            await self._close_listeners()
        self._app.state.stop_waiting()
        await super().shutdown(sockets)

    async def _close_listeners(self) -> None:
        """Listen no more, and take in what has connected by now: the kernel would reset it with the listener.

        First new connections are left unanswered for a moment, in which those that had begun come in whole; where they
        are tried again, a second later, nobody listens, and a proxy asks another process.
        """
        loop = asyncio.get_running_loop()
        # Another loop than asyncio's has no sockets that could be copied
        numbers = [listener.fileno() for server in self.servers for listener in server.sockets]
        listeners = [socket.socket(fileno=os.dup(number)) for number in numbers]
        for listener in listeners:
            drop_new_connections(listener)
        await self._serve_for(UNANSWERED_SECONDS)
        if self.config.uds:
            # Before it is closed: what lies there later may be the next process' own
            await anyio.Path(self.config.uds).unlink(missing_ok=True)
        for server in self.servers:
            server.close()
        for listener in listeners:
            listener.setblocking(False)
            with listener:
                while True:
                    try:
                        connection, _ = listener.accept()
                    except (BlockingIOError, ConnectionAbortedError):
                        break
                    connection.setblocking(False)
                    await loop.connect_accepted_socket(self._make_protocol, connection)

    def _make_protocol(self) -> asyncio.Protocol:
        make = cast("Callable[..., asyncio.Protocol]", self.config.http_protocol_class)
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    async def _serve_for(self, seconds: float) -> None:
        """Go on for this long, or until a second signal."""
        end, counter = time.monotonic() + seconds, 0
        while time.monotonic() < end and not self._is_hurried:
            await self.on_tick(counter)
            await asyncio.sleep(TICK_SECONDS)
            counter += 1


def drop_new_connections(listener: socket.socket) -> None:
    """Let a listener drop what would begin a connection, where the system can: clients send it again after a second."""
    if sys.platform != "linux" or listener.family not in (socket.AF_INET, socket.AF_INET6):
        return
    # Load the flags of TCP's header; with SYN among them keep nothing of the packet, else all
    steps = [(0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    listener.setsockopt(
        socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HxxxxxxP", len(steps), ctypes.addressof(program))
    )


def connection_limits(settings: Settings) -> ConnectionLimits:
    """What the settings and the system allow; raises this process' limit of open files as far as they need it."""
    beside = RESERVED_DESCRIPTORS + settings.database_pool_size
    # A quarter of them may read or write a file, or ask another server, at the same time
    needed = settings.max_connections * 5 // 4 + beside
    descriptors = _raise_descriptors(needed)
    total = max(MIN_CONNECTIONS, min(settings.max_connections, (descriptors - beside) * 4 // 5))
    per_network = min(settings.max_connections_per_address, total // 2)
    write = logger.warning if total < settings.max_connections else logger.info
    write("serve.connections", most=total, most_per_address=per_network, open_files=descriptors,
          open_files_needed=needed)  # fmt: skip
    return ConnectionLimits(
        total=total,
        per_network=per_network,
        header_bytes=settings.max_header_bytes,
        header_seconds=settings.header_seconds,
        body_seconds=settings.body_seconds,
        body_rate=settings.body_bytes_per_second,
        proxies=settings.trusted_proxies,
    )


def _raise_descriptors(needed: int) -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return needed if soft == resource.RLIM_INFINITY else soft
