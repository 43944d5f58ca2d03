"""Clients: they ask until they are answered, watch, cancel, and know what each prediction has to end as."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from server.domain.ids import parse_global_id
from tests.chaos import batch
from tests.chaos.streaming import StreamWatcher
from tests.chaos.watching import Watcher
from tests.support.api import CANCEL, CREATE, Client

ACCEPT_SECONDS = 60.0
AGAIN_SECONDS = 0.15
HOOKED = 0.6
UNAVAILABLE = {"UNAVAILABLE"}


@dataclass
class Asked:
    """One accepted prediction, and what may become of it: its end states, and its error's code."""

    id: str
    kind: str
    ends: frozenset[str]
    text: str | None = None
    code: str | None = None
    files: int = 0
    cancel: bool = False
    hooked: bool = False
    signed: bool = True

    @property
    def row_id(self) -> UUID:
        """Its row's key."""
        return parse_global_id(self.id)[1]


@dataclass
class Load:
    """What clients did and saw in one run."""

    urls: dict[str, str]
    slugs: dict[str, str]
    token: str
    hook: str | None
    rng: random.Random
    mark: str
    asked: list[Asked] = field(default_factory=list)
    watchers: list[Watcher | StreamWatcher] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    batch_id: UUID | None = None
    latencies: list[tuple[float, float]] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _clients: dict[tuple[str, str | None], Client] = field(default_factory=dict)
    _number: int = 0

    async def run(self, pause: tuple[float, float], until: Callable[[], bool], most: int) -> None:
        """Ask for one prediction after the other until told, or until there are enough."""
        while not until():
            if self._number < most:
                self.spawn(self._one())
            await asyncio.sleep(self.rng.uniform(*pause))

    def spawn(self, work: Any) -> None:
        """Do something beside; what it raises is a problem."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.problems.append(f"a client failed: {type(error).__name__}: {error}")

    async def finish(self, seconds: float) -> None:
        """Wait until everybody has seen the end of what they watch."""
        try:
            async with asyncio.timeout(seconds):
                while self._tasks:
                    await asyncio.wait(set(self._tasks))
        except TimeoutError:
            waiting = [watcher for watcher in self.watchers if watcher.last is None]
            seen = [(watcher.prediction_id, watcher.held.cursor, watcher.held.status) for watcher in waiting[:3]]
            self.problems.append(f"{len(waiting)} subscribers wait for ever, such as {seen}")
            for task in set(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self._clients.values():
            await client.close()

    async def _one(self) -> None:
        kind = self.rng.choices(("count", "stream", "cancel", "draw", "refuse"), (55, 15, 10, 15, 5))[0]
        await getattr(self, f"_{kind}")()

    async def _count(self, last: int | None = None, delay: float | None = None) -> None:
        last = last or self.rng.randint(5, 40)
        delay = self.rng.uniform(0.01, 0.06) if delay is None else delay
        body = "".join(f"{number} " for number in range(last))
        asked = await self.ask("count", {"last": last, "delay": delay}, "SUCCEEDED", text=body)
        await self.watch(asked, self.rng.choice((1, 1, 2)), body)

    async def _stream(self) -> None:
        """A count that is followed by server-sent events."""
        last, delay = self.rng.randint(5, 40), self.rng.uniform(0.01, 0.06)
        body = "".join(f"{number} " for number in range(last))
        values = {"last": last, "delay": delay, "signed": False}
        asked = await self.ask("count", values, "SUCCEEDED", text=body, signed=False)
        rng = random.Random(self.rng.random())
        watcher = StreamWatcher(list(self.urls.values()), asked.id, rng, body, last, self.token)
        self.watchers.append(watcher)
        await watcher.watch()

    async def _cancel(self) -> None:
        body = "".join(f"{number} " for number in range(200))
        asked = await self.ask("count", {"last": 200, "delay": 0.05}, "CANCELED", cancel=True)
        watching = asyncio.create_task(self.watch(asked, 1, body))
        await asyncio.sleep(self.rng.uniform(0, 2))
        await self.cancel(asked)
        await watching

    async def _draw(self) -> None:
        files = self.rng.randint(1, 3)
        asked = await self.ask("draw", {"files": files}, "SUCCEEDED", files=files)
        await self.watch(asked, 1, None)

    async def _refuse(self) -> None:
        asked = await self.ask("refuse", {"message": "not today"}, "FAILED", code="INTERNAL")
        await self.watch(asked, 1, None)

    async def ask(self, kind: str, values: dict[str, Any], *ends: str, hooked: bool = False, **expected: Any) -> Asked:
        """Ask with one key until there is an answer, whoever gives it."""
        self._number += 1
        wanted: dict[str, Any] = {
            "model": self.slugs[kind], "input": values, "idempotencyKey": f"{self.mark}-{self._number}",
            "priority": self.rng.choice(("LOW", "NORMAL", "NORMAL", "HIGH")),
        }  # fmt: skip
        is_hooked = hooked or (self.hook is not None and self.rng.random() < HOOKED)
        if is_hooked:
            wanted["webhook"] = {"url": self.hook, "events": ["START", "COMPLETED"]}
        made = await self.until_answered(CREATE, "createPrediction", wanted, self.token if is_hooked else None)
        asked = Asked(made["id"], kind, frozenset(ends), hooked=is_hooked, **expected)
        self.asked.append(asked)
        return asked

    async def ask_again(self, kind: str, values: dict[str, Any], key: str) -> str:
        """Ask with a key that others have too; the id."""
        wanted = {"model": self.slugs[kind], "input": values, "idempotencyKey": f"{self.mark}-{key}"}
        made = await self.until_answered(CREATE, "createPrediction", wanted)
        return str(made["id"])

    async def adopt(self, prediction_id: str, body: str) -> None:
        """Watch a count that was asked for elsewhere."""
        self.asked.append(Asked(prediction_id, "count", frozenset({"SUCCEEDED"}), text=body))
        await self.watch(self.asked[-1], 1, body)

    async def cancel(self, asked: Asked) -> None:
        """Cancel, until somebody says yes."""
        await self.until_answered(CANCEL, "cancelPrediction", {"id": asked.id}, self.token)

    async def ask_batch(self) -> None:
        """Ask for a batch with one key until there is an answer."""
        new = batch.new_batch(self.slugs["count"], self.hook, f"{self.mark}-batch")
        made = await self.until_answered(batch.CREATE, "createBatch", new, self.token, "Batch")
        self.batch_id = parse_global_id(made["id"])[1]

    async def until_answered(
        self, query: str, name: str, values: dict[str, Any], token: str | None = None, kind: str = "Prediction"
    ) -> dict[str, Any]:
        """What an API says it is, whichever answers; signed in, or as nobody."""
        deadline = time.monotonic() + ACCEPT_SECONDS
        while True:
            url = self.rng.choice(list(self.urls.values()))
            found = await self._answer(url, token, query, values)
            if found is not None:
                if found[name]["__typename"] != kind:
                    raise AssertionError(f"{name}: {found[name]}")
                answer: dict[str, Any] = found[name]
                return answer
            if time.monotonic() > deadline:
                raise AssertionError(f"{name} is never answered: {self.refusals}")
            await asyncio.sleep(AGAIN_SECONDS)

    async def _answer(self, url: str, token: str | None, query: str, values: dict[str, Any]) -> dict[str, Any] | None:
        """The data; None where to ask again: nobody listens, or the database is away."""
        client = self._clients.setdefault((url, token), Client(url, token))
        began = time.time()
        try:
            answer = await client.raw(query, input=values)
        except httpx.HTTPError as error:
            self.refusals[type(error).__name__] += 1
            return None
        if errors := answer.get("errors"):
            code = errors[0].get("extensions", {}).get("code")
            self.refusals[code] += 1
            if code not in UNAVAILABLE:
                self.problems.append(f"an answer that tells nothing: {errors[0]}")
            return None
        self.latencies.append((began, time.time() - began))
        data: dict[str, Any] = answer["data"]
        return data

    async def watch(self, asked: Asked, count: int, body: str | None) -> None:
        """Some subscribers, each of whom comes when they like."""
        urls = list(self.urls.values())
        new = [Watcher(urls, asked.id, random.Random(self.rng.random()), body, self.token) for _ in range(count)]
        self.watchers += new
        await asyncio.gather(*(self._join(watcher) for watcher in new))

    async def _join(self, watcher: Watcher) -> None:
        await asyncio.sleep(watcher.rng.choice((0, 0.2, 1, 3)) * watcher.rng.random())
        await watcher.watch()
