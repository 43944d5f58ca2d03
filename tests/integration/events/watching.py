"""Running predictions without a worker, subscribers that write down what they see, and a Redis that may die."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Self
from uuid import UUID, uuid4

import redis

from server.adapters.redis_calls import REDIS_ERRORS
from server.domain.accounts import Viewer
from server.domain.events import EventType
from server.domain.predictions import PredictionStatus
from server.embedded.redis import find_redis
from server.live import prediction_events
from server.live.hubs import Hubs
from server.live.prediction_events import SubscriberEvent
from server.queue.claim import PredictionLease, claim
from server.queue.finish import Result, finish
from server.runtime import Runtime
from server.tables import Version
from tests.integration.queue.store import add
from tests.support.api import wait_for
from workers.supervisor.event_writer import EventWriter

NOBODY = Viewer()


class RedisProcess:
    """A Redis on a socket of its own, without persistence."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "r.sock"
        self.url = f"unix://{self.socket}?db=0"
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        with tempfile.TemporaryDirectory(prefix="rt-") as folder:
            found = cls(Path(folder))
            found.start()
            try:
                yield found
            finally:
                found.kill()

    def start(self) -> None:
        """Start it, unless it runs."""
        if self._process is not None:
            return
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([str(find_redis()), *options], stdout=subprocess.DEVNULL)
        wait_for(self._answers, 20)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1, retry=None) as client:
                return bool(client.ping())
        except REDIS_ERRORS:
            return False

    def kill(self) -> None:
        """kill -9: everything in it is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def run(self, *command: str) -> object:
        """One command."""
        with redis.Redis.from_url(self.url, retry=None) as client:
            return client.execute_command(*command)


async def running_prediction(version: Version) -> PredictionLease:
    """A prediction that a worker (the test) has just claimed."""
    queue = uuid4().hex[:12]
    await add(version, queue)
    (claimed,) = await claim(queue, uuid4(), 600, 1)
    return claimed


async def finish_run(rt: Runtime, claimed: PredictionLease, text: str, logs: str = "") -> None:
    """End it as a worker does."""
    assert await finish(claimed, Result(PredictionStatus.SUCCEEDED, text, logs=logs))
    await rt.event_log.announce(str(claimed.id))


@asynccontextmanager
async def hubs_of(rt: Runtime) -> AsyncIterator[Hubs]:
    """The hubs of one node."""
    hubs = Hubs(rt.event_log, rt.wakeups)
    task = asyncio.create_task(hubs.run())
    try:
        yield hubs
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Subscriber:
    """What one subscriber saw."""

    def __init__(
        self, rt: Runtime, hubs: Hubs, prediction_id: UUID, after: str | None = None, held: str = "", *,
        previews: bool = False,
    ) -> None:  # fmt: skip
        self.seen: list[SubscriberEvent] = []
        self.text = held
        self._changed = asyncio.Event()
        self._stream = prediction_events.watch(rt, hubs, NOBODY, prediction_id, after, previews=previews)
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with asyncio.timeout(60):
            async for seen in self._stream:
                self.take(seen)

    def take(self, seen: SubscriberEvent) -> None:
        self.seen.append(seen)
        if seen.event.type is EventType.SNAPSHOT:
            assert seen.row is not None
            self.text = seen.live.text if seen.live else (seen.row.output or "")
        elif seen.event.type is EventType.OUTPUT:
            self.text += seen.event.data["text"]
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what it sees."""
        async with asyncio.timeout(30):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    @property
    def seq(self) -> int:
        """The number of the last event seen."""
        return self.seen[-1].event.cursor.seq if self.seen else 0

    @property
    def types(self) -> list[EventType]:
        return [seen.event.type for seen in self.seen]

    def check(self, text: str) -> None:
        """The right text, seqs that only rise, and one terminal event, last."""
        assert self.text == text
        seqs = [seen.event.cursor.seq for seen in self.seen]
        assert seqs == sorted(seqs)
        terminal = [n for n, s in enumerate(self.seen) if s.event.data.get("status") == "succeeded"]
        assert terminal == [len(self.seen) - 1]
        assert str(self.seen[-1].event.cursor).startswith("end.")
        assert EventType.LOST not in self.types


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Poll what cannot be waited for."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


async def write(writer: EventWriter, first: int, last: int, pause: float = 0.0) -> None:
    for n in range(first, last):
        writer.text(f"{n} ")
        await asyncio.sleep(pause)


def numbers(last: int) -> str:
    return "".join(f"{n} " for n in range(last))
