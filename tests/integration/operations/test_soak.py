"""An API, a supervisor and a runner that worked for long hold what they held when they had warmed up."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import psutil
import pytest

from graph.types.ids import global_id
from server.adapters.database import open_database
from server.adapters.event_log import EventLog, NewEvent, new_epoch
from server.adapters.redis_clients import async_redis
from server.domain.events import EventType
from server.domain.predictions import PredictionStatus
from server.embedded.servers import LocalServers
from server.queue.claim import claim
from server.queue.finish import Result, finish
from tests.conftest import LiveServer, running
from tests.integration.queue.store import add, add_version
from tests.load.raw_sockets import RawSocket, connect
from tests.support.api import Client, wait_for
from tests.support.operations import somebody

logger = logging.getLogger(__name__)
# Of a million events, a hundred thousand queries, ten thousand sockets and a million words of models
SIZE = float(os.environ.get("SOAK", "1"))
WARM_UP = 0.05
GROWTH = 1.1
EVENTS_OF_ONE, EVENTS_AT_ONCE = 10_000, 100
CLIENTS, WORDS = 8, 1000
# All of it takes longer than a token usually lives
SETTINGS = {"MAX_SUBSCRIPTIONS_PER_SOCKET": "100", "ACCESS_TOKEN_SECONDS": "86400"}
WATCH = """subscription ($id: ID!) { predictionEvents(id: $id) { __typename cursor seq
  ... on PredictionSnapshot { prediction { status text logs } } ... on Logged { line }
  ... on StatusChanged { status prediction { text user { handle } } } } }"""
QUERIES = (
    "{ viewer { handle } rateLimit { remaining } }",
    "{ models(first: 5) { nodes { slug owner { handle } latestVersion { number } } pageInfo { endCursor } } }",
    "{ predictions(first: 2) { nodes { id status text error { message } } } }",
)
RUN = """mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { __typename
  ... on Prediction { status } ... on UserError { message } } }"""


class Caller:
    """A WebSocket that asks and counts what comes."""

    def __init__(self) -> None:
        self.socket: RawSocket
        self.frames = 0
        self._wanted = 0
        self.answer = b""
        self._reached = asyncio.Event()

    @classmethod
    async def at(cls, url: str, token: str | None) -> Caller:
        """An acknowledged socket."""
        caller = cls()
        caller.socket = await connect(f"{url.replace('http', 'ws', 1)}/graphql", caller._hear, "graphql-transport-ws")
        payload = {"authorization": f"Bearer {token}"} if token else {}
        caller.socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        await caller.reach(1)
        return caller

    def _hear(self, body: bytes) -> None:
        self.frames += 1
        if b'"type":"next"' in body:
            self.answer = body
        if self.frames >= self._wanted:
            self._reached.set()

    async def reach(self, frames: int) -> None:
        """Wait until so many frames have come since the last call."""
        self._wanted = frames
        if self.frames < frames:
            self._reached.clear()
            ends = asyncio.ensure_future(self._reached.wait())
            await asyncio.wait({ends, self.socket.closed}, timeout=60, return_when=asyncio.FIRST_COMPLETED)
            ends.cancel()
            assert self._reached.is_set(), f"{self.frames} of {frames} frames; closed: {self.socket.closed}"
        self.frames -= frames

    def begin(self, query: str, variables: dict[str, Any] | None = None) -> str:
        """Begin an operation; its id."""
        key = uuid4().hex
        payload = {"query": query, "variables": variables or {}}
        self.socket.send(json.dumps({"id": key, "type": "subscribe", "payload": payload}))
        return key

    async def run(self, query: str, variables: dict[str, Any] | None = None) -> None:
        """Run an operation to its end; errors fail the test."""
        self.begin(query, variables)
        await self.reach(2)
        assert b'"errors"' not in self.answer, self.answer[:500]


class Load:
    """What is done to a server, in parts of any size."""

    def __init__(self, live: LiveServer, client: Client, log: EventLog) -> None:
        self._live, self._client, self._log = live, client, log

    async def do(self, part: float) -> None:
        """All of it, or a part."""
        await self._events(int(1_000_000 * part))
        await self._side_by_side(int(100_000 * part), self._ask)
        await self._side_by_side(int(10_000 * part), self._come_and_go)
        await self._side_by_side(int(1_000 * part), self._run_model)

    async def _side_by_side(self, count: int, work: Callable[[int], Awaitable[None]]) -> None:
        await asyncio.gather(*(work(max(1, count // CLIENTS)) for _ in range(CLIENTS)))

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Somebody watches a quiet prediction and the list all the while, so that what is common to all stays."""
        caller = await Caller.at(self._live.url, self._client.token)
        async with self._prediction() as (key, _):
            caller.begin(WATCH, {"id": key})
            caller.begin("subscription { predictions { id status } }")
            await caller.reach(1)
            yield
        assert not caller.socket.closed.done()
        caller.socket.close()

    @asynccontextmanager
    async def _prediction(self) -> AsyncIterator[tuple[str, Callable[[list[NewEvent]], Awaitable[None]]]]:
        """A running prediction's id, and what appends events to it; it ends with the context."""
        queue, epoch = uuid4().hex[:12], new_epoch()
        await add(await add_version(), queue)
        (lease,) = await claim(queue, uuid4(), 3600, 1)
        seq, _ = await self._log.append(str(lease.id), 1, epoch, 0, [NewEvent(EventType.SNAPSHOT, {"attempt": 1})])

        async def append(events: list[NewEvent]) -> None:
            nonlocal seq
            seq, _ = await self._log.append(str(lease.id), 1, epoch, seq, events)

        yield global_id("Prediction", lease.id), append
        await finish(lease, Result(PredictionStatus.SUCCEEDED, "done"))
        await self._log.announce(str(lease.id))
        await self._log.delete(str(lease.id))

    async def _events(self, count: int) -> None:
        """Events of predictions that two watch, one of them signed in."""
        for _ in range(max(1, count // EVENTS_OF_ONE)):
            watchers = [await Caller.at(self._live.url, token) for token in (None, self._client.token)]
            async with self._prediction() as (key, append):
                for watcher in watchers:
                    watcher.begin(WATCH, {"id": key})
                    await watcher.reach(1)
                for begin in range(0, EVENTS_OF_ONE, EVENTS_AT_ONCE):
                    numbers = range(begin, begin + EVENTS_AT_ONCE)
                    await append([NewEvent(EventType.LOG, {"line": f"line {number}"}) for number in numbers])
                    for watcher in watchers:
                        await watcher.reach(EVENTS_AT_ONCE)
            for watcher in watchers:
                await watcher.reach(2)
                watcher.socket.close()

    async def _ask(self, count: int) -> None:
        """Queries; each tenth document is one that nobody sent before."""
        caller = await Caller.at(self._live.url, self._client.token)
        for number in range(count):
            is_new = number % 10 == 0
            query = f"{{ a{uuid4().hex}: rateLimit {{ limit }} }}" if is_new else QUERIES[number % len(QUERIES)]
            if number % 20 == 1:
                await self._client.run(query)
            else:
                await caller.run(query)
        caller.socket.close()

    async def _come_and_go(self, count: int) -> None:
        """Sockets that watch a prediction and the list, and leave in order or without a word."""
        async with self._prediction() as (key, _):
            for number in range(count):
                caller = await Caller.at(self._live.url, self._client.token if number % 2 else None)
                operations = [caller.begin(WATCH, {"id": key})]
                await caller.reach(1)
                if number % 2:
                    operations.append(caller.begin("subscription { predictions { id status } }"))
                    await caller.run("{ viewer { handle } }")
                for operation in operations if number % 4 < 2 else []:
                    caller.socket.send(json.dumps({"id": operation, "type": "complete"}))
                caller.socket.close()

    async def _run_model(self, count: int) -> None:
        """Predictions of a thousand words each."""
        caller = await Caller.at(self._live.url, self._client.token)
        for number in range(count):
            text = " ".join(f"word{number}" for _ in range(100))
            values = {"model": "demo/echo", "input": {"text": text, "repeat": WORDS // 100}, "wait": 60}
            await caller.run(RUN, {"input": values})
            assert b'"SUCCEEDED"' in caller.answer, caller.answer
        caller.socket.close()


def _parts(live: LiveServer) -> dict[str, psutil.Process]:
    """The processes by what they are."""
    below = psutil.Process(live.processes["worker-0"].pid).children(recursive=True)
    runner = next(process for process in below if "workers.runner.main" in process.cmdline())
    supervisor = psutil.Process(runner.ppid())
    return {"api": psutil.Process(live.processes["api"].pid), "supervisor": supervisor, "runner": runner}


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_memory_ends_where_it_began_after_a_million_events(
    own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running(own_servers, tmp_path_factory.mktemp("data"), **SETTINGS) as live:
        client, _ = await somebody(live.url)
        async with (
            async_redis(live.environment["REDIS_URL"]) as redis,
            open_database(live.environment["DATABASE_URL"], 4),
        ):
            load, parts = Load(live, client, EventLog(redis)), _parts(live)
            async with load.watched():
                await load.do(WARM_UP * min(1, SIZE * 4))
                before = {name: process.memory_info().rss for name, process in parts.items()}
                await load.do(SIZE)

            def growth() -> dict[str, float]:
                return {name: round(process.memory_info().rss / before[name], 3) for name, process in parts.items()}

            try:
                wait_for(lambda: max(growth().values()) <= GROWTH, 20, 1)
            finally:
                logger.warning("before: %s, growth: %s", before, growth())
        await client.close()
