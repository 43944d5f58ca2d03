"""The floor of fan-out: a bare Starlette WebSocket relay of one Redis channel, with nothing of a GraphQL API."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import redis.asyncio
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

CHANNEL = "relayed"


class Relay:
    """One subscription of Redis, and a queue for each socket, so that a slow one holds up no other."""

    def __init__(self, url: str) -> None:
        self._client = redis.asyncio.Redis.from_url(url, socket_timeout=None)
        self._queues: set[asyncio.Queue[str]] = set()

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Listen while the application runs."""
        async with self._client.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL)
            listening = asyncio.create_task(self._listen(pubsub))
            yield
            listening.cancel()
        await self._client.aclose()

    async def _listen(self, pubsub: redis.asyncio.client.PubSub) -> None:
        async for message in pubsub.listen():
            if message["type"] == "message":
                text = message["data"].decode()
                for queue in self._queues:
                    queue.put_nowait(text)

    async def serve(self, socket: WebSocket) -> None:
        """Send everything to one socket until it goes."""
        await socket.accept()
        queue: asyncio.Queue[str] = asyncio.Queue(256)
        self._queues.add(queue)
        sending = asyncio.create_task(self._send(socket, queue))
        with suppress(WebSocketDisconnect):
            while True:
                await socket.receive_text()
        self._queues.discard(queue)
        sending.cancel()

    async def _send(self, socket: WebSocket, queue: asyncio.Queue[str]) -> None:
        with suppress(WebSocketDisconnect):
            while True:
                await socket.send_text(await queue.get())


async def _ready(_: object) -> PlainTextResponse:
    return PlainTextResponse("ok")


def main(url: str, port: str) -> None:
    """Serve on a port of this machine."""
    relay = Relay(url)
    routes = [Route("/health", _ready), WebSocketRoute("/", relay.serve)]
    app = Starlette(routes=routes, lifespan=relay.lifespan)
    uvicorn.run(
        app, port=int(port), ws_per_message_deflate=False, log_level="warning"
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
