"""The API's view at a real server in this process, so that what it executes can be counted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import WebSocketRoute

from graph.context import Context
from graph.http.view import GraphQLView
from graph.types.ids import global_id
from server.adapters.event_log import NewEvent, new_epoch
from server.domain.accounts import Viewer
from server.domain.events import EventType
from server.live.credentials import CredentialWatcher
from server.live.hubs import Hubs
from server.queue.claim import PredictionLease
from server.routes.stalls import Stalls
from server.runtime import Runtime
from server.settings import Settings
from server.tables import Version
from tests.conftest import free_port
from tests.integration.events.watching import hubs_of, running_prediction
from tests.load.raw_sockets import RawSocket, connect


@dataclass
class Served:
    """An address with its parts."""

    rt: Runtime
    hubs: Hubs
    view: GraphQLView
    url: str

    def context(self, viewer: Viewer) -> Context:
        """What resolvers know of somebody."""
        return Context(self.rt, self.hubs, self.url.replace("ws", "http", 1), viewer.address, viewer=viewer)

    async def ordinary(self, query: str, viewer: Viewer, variables: dict[str, Any]) -> list[dict[str, Any]]:
        """The payloads that graphql-core makes for one subscriber alone."""
        found = []
        stream = await self.view.schema.stream(query, variable_values=variables, context_value=self.context(viewer))
        async for result in stream:
            errors = {"errors": [error.formatted for error in result.errors]} if result.errors else {}
            found.append({"data": result.data, **errors})
        return found


@asynccontextmanager
async def served(rt: Runtime) -> AsyncIterator[Served]:
    """Serve the subscriptions of a runtime."""
    settings = Settings(
        _env_file=None, secret_key="s" * 48, max_subscriptions_per_user=10**6, max_subscriptions_per_socket=1000
    )
    view = GraphQLView(settings, Response)
    async with hubs_of(rt) as hubs:

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
            yield {"rt": rt, "hubs": hubs, "credential_watcher": CredentialWatcher()}

        routes, middleware = [WebSocketRoute("/graphql", view)], [Middleware(Stalls)]
        port = free_port()
        app = Starlette(routes=routes, middleware=middleware, lifespan=lifespan)
        config = uvicorn.Config(
            app, port=port, log_config=None, ws_per_message_deflate=False, timeout_graceful_shutdown=5
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server._serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield Served(rt, hubs, view, f"ws://127.0.0.1:{port}/graphql")
        finally:
            server.should_exit = True
            await task


class Listener:
    """One socket with subscriptions; what came for each, as it was on the wire."""

    def __init__(self) -> None:
        self.socket: RawSocket
        self.frames: dict[str, list[bytes]] = {}
        self._changed = asyncio.Event()
        self._acknowledged = False

    @classmethod
    async def at(cls, url: str, token: str | None = None) -> Listener:
        """An acknowledged socket."""
        found = cls()
        found.socket = await connect(url, found._heard, "graphql-transport-ws")
        payload = {"authorization": f"Bearer {token}"} if token else {}
        found.socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        await found.until(lambda: found._acknowledged)
        return found

    def _heard(self, body: bytes) -> None:
        message = json.loads(body)
        if message["type"] == "connection_ack":
            self._acknowledged = True
        elif "id" in message:
            self.frames.setdefault(message["id"], []).append(body)
        self._changed.set()

    def subscribe(self, query: str, variables: dict[str, Any], name: str | None = None) -> str:
        """Begin a subscription; its id."""
        key = uuid4().hex
        payload = {"query": query, "variables": variables, "operationName": name}
        self.socket.send(json.dumps({"id": key, "type": "subscribe", "payload": payload}))
        self.frames[key] = []
        return key

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what comes."""
        async with asyncio.timeout(30):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def payloads(self, key: str) -> list[dict[str, Any]]:
        """The payloads of a subscription."""
        messages = [json.loads(frame) for frame in self.frames[key]]
        return [message["payload"] for message in messages if message["type"] == "next"]

    def events(self, key: str) -> list[dict[str, Any]]:
        """The events of a subscription."""
        return [payload["data"]["predictionEvents"] for payload in self.payloads(key)]

    def is_complete(self, key: str) -> bool:
        """Whether the server has completed it."""
        return any(json.loads(frame)["type"] == "complete" for frame in self.frames[key])


class Told:
    """A running prediction, of which a test writes the events."""

    def __init__(self, rt: Runtime, claim: PredictionLease) -> None:
        self._log = rt.event_log
        self.claim = claim
        self.id = global_id("Prediction", claim.id)
        self._epoch, self._seq, self._pieces = new_epoch(), 0, 0

    @classmethod
    async def begun(cls, rt: Runtime, version: Version) -> Told:
        """A prediction whose stream has begun."""
        told = cls(rt, await running_prediction(version))
        await told.append(NewEvent(EventType.SNAPSHOT, {"attempt": 1}))
        return told

    async def append(self, *events: NewEvent) -> None:
        """Append some events at once."""
        self._seq, _ = await self._log.append(str(self.claim.id), 1, self._epoch, self._seq, events)

    def text(self, text: str) -> NewEvent:
        """The next piece of text."""
        self._pieces += 1
        return NewEvent(EventType.OUTPUT, {"index": self._pieces - 1, "text": text}, text=text)


def line(text: str) -> NewEvent:
    """A log line."""
    return NewEvent(EventType.LOG, {"line": text}, log=f"{text}\n")
