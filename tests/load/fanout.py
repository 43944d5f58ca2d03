"""Fan-out: subscribers of one prediction beside a bare relay of one Redis channel, in turns."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import redis.asyncio
from rich.table import Table

from graph.types.ids import global_id
from server.adapters.database import open_database
from server.adapters.event_log import EventLog, NewEvent, new_epoch
from server.adapters.redis_clients import async_redis
from server.domain.events import EventType
from server.queue.claim import claim
from tests.conftest import LiveServer, free_port
from tests.integration.queue.store import add, add_version
from tests.load.raw_sockets import Crowd, RawSocket, connect
from tests.load.references.relay import CHANNEL
from tests.support.api import wait_for

SUBSCRIBERS = int(os.environ.get("SUBSCRIBERS", "1000"))
EVENTS = 40
CONNECTING = 25
LIMITS = dict.fromkeys(
    (
        "MAX_CONNECTIONS",
        "MAX_CONNECTIONS_PER_ADDRESS",
        "MAX_SOCKETS",
        "MAX_SOCKETS_PER_ADDRESS",
        "MAX_SUBSCRIPTIONS",
        "MAX_SUBSCRIPTIONS_PER_USER",
    ),
    str(10**5),
)
WORD = "some tokens of text "
QUERY = """subscription ($id: ID!) { predictionEvents(id: $id) { __typename cursor
  ... on PredictionSnapshot { prediction { status text } }
  ... on OutputAppended { text }
  ... on StatusChanged { status prediction { text } } } }"""


@dataclass
class Side:
    """One of the two: its process, its crowd, and what was measured."""

    name: str
    process: psutil.Process
    publish: Callable[[], Awaitable[object]]
    crowd: Crowd = field(default_factory=Crowd)
    rates: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    bytes_each: float = 0.0

    async def round(self, events: int) -> None:
        """So many events, each published when all have the one before."""
        self.crowd.seconds.clear()
        began, cpu = time.perf_counter(), _cpu(self.process)
        for _ in range(events):
            self.crowd.expect()
            await self.publish()
            await self.crowd.wait()
        frames = events * len(self.crowd.sockets)
        self.rates.append(frames / (time.perf_counter() - began))
        self.cpu.append((_cpu(self.process) - cpu) / frames * 1e6)
        self.late.append(statistics.quantiles(self.crowd.seconds, n=100)[98])

    async def fill(self, count: int, join: Callable[[Side], Awaitable[RawSocket]]) -> None:
        """Connect subscribers, some at a time; what each takes of the process's memory."""
        before = self.process.memory_info().rss
        room = asyncio.Semaphore(CONNECTING)

        async def one() -> None:
            async with room:
                self.crowd.sockets.append(await join(self))

        await asyncio.gather(*(one() for _ in range(count)))
        self.bytes_each = (self.process.memory_info().rss - before) / count

    def told(self) -> list[tuple[str, str]]:
        """Rows of the table."""
        late = statistics.median(self.late) * 1000
        return [
            (f"{self.name}: frames/s", f"{statistics.median(self.rates):.0f}"),
            (f"{self.name}: p99", f"{late:.0f} ms"),
            (f"{self.name}: CPU of the server a frame", f"{statistics.median(self.cpu):.1f} us"),
            (f"{self.name}: memory of a subscriber", f"{self.bytes_each / 1000:.1f} kB"),
        ]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def relaying(redis_url: str, log: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The relay's address and process."""
    port = free_port()
    command = [sys.executable, "-m", "tests.load.references.relay", redis_url, str(port)]
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)

    def ready() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).is_success
        except httpx.HTTPError:
            return False

    try:
        wait_for(ready, 30)
        yield f"ws://127.0.0.1:{port}/", psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


@asynccontextmanager
async def prediction(live: LiveServer) -> AsyncIterator[tuple[str, Callable[[], Awaitable[object]]]]:
    """A running prediction, and what appends one more piece of text to it."""
    client = async_redis(live.environment["REDIS_URL"])
    log, epoch = EventLog(client), new_epoch()
    async with open_database(live.environment["DATABASE_URL"], 2):
        queue = uuid4().hex[:12]
        await add(await add_version(), queue)
        (lease,) = await claim(queue, uuid4(), 3600, 1)
        first = NewEvent(EventType.SNAPSHOT, {"attempt": 1})
        seq, _ = await log.append(str(lease.id), 1, epoch, 0, [first])
        count = 0

        async def publish() -> None:
            nonlocal seq, count
            event = NewEvent(EventType.OUTPUT, {"index": count, "text": WORD}, text=WORD)
            count += 1
            seq, _ = await log.append(str(lease.id), 1, epoch, seq, [event])

        yield global_id("Prediction", lease.id), publish
    await client.aclose()


async def _join_relay(side: Side, url: str) -> RawSocket:
    return await connect(url, side.crowd.heard)


async def _join_api(side: Side, url: str, prediction_id: str) -> RawSocket:
    """Subscribe, and read until the snapshot is there."""
    began: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def heard(body: bytes) -> None:
        if began.done():
            side.crowd.heard(body)
        elif b'"type":"next"' in body:
            began.set_result(None)
        elif b"connection_ack" in body:
            payload = {"query": QUERY, "variables": {"id": prediction_id}}
            socket.send(json.dumps({"id": uuid4().hex, "type": "subscribe", "payload": payload}))
        else:
            began.set_exception(AssertionError(body))

    socket = await connect(f"{url.replace('http', 'ws', 1)}/graphql", heard, "graphql-transport-ws")
    socket.send('{"type":"connection_init"}')
    async with asyncio.timeout(60):
        await began
    return socket


async def measure(live: LiveServer, folder: Path, repeats: int) -> Table:
    """Both in turns."""
    client = redis.asyncio.Redis.from_url(live.environment["REDIS_URL"])
    async with prediction(live) as (prediction_id, publish):
        with relaying(live.environment["REDIS_URL"], folder / "relay.log") as (url, process):
            frame = json.dumps(
                {"id": uuid4().hex, "type": "next", "payload": {"data": {"predictionEvents": {
                    "__typename": "OutputAppended", "cursor": "0123456789ab:1234", "text": WORD}}}},
                separators=(",", ":"),
            )  # fmt: skip
            relay = Side("bare relay", process, lambda: client.publish(CHANNEL, frame))
            ours = Side("subscriptions", psutil.Process(live.processes["api"].pid), publish)
            sides = [relay, ours]
            try:
                await relay.fill(SUBSCRIBERS, lambda side: _join_relay(side, url))
                await ours.fill(SUBSCRIBERS, lambda side: _join_api(side, live.url, prediction_id))
                for side in sides:
                    await side.round(5)
                    side.rates.clear(), side.late.clear(), side.cpu.clear()
                for _ in range(repeats):
                    for side in sides:
                        await side.round(EVENTS)
            finally:
                for socket in [*relay.crowd.sockets, *ours.crowd.sockets]:
                    socket.close()
            await client.aclose()
    ratio = statistics.median(ours.rates) / statistics.median(relay.rates)
    table = Table(f"{SUBSCRIBERS} subscribers", "median")
    for row in (*relay.told(), *ours.told(), ("subscriptions / bare relay", f"{ratio:.2f}")):
        table.add_row(*row)
    return table
