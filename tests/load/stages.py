"""Where the time of one prediction goes that one client waits for: stage by stage, process by process, hop by hop.

Times are medians. Statements and commands are counted by proxies, which take time of their own, so nothing is timed
meanwhile. What is asked less than once for two predictions is not shown: heartbeats and looks are no part of one.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from itertools import pairwise
from typing import Any

import aiohttp
import orjson
from rich.table import Table

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer
from tests.load.cpu import usage
from tests.load.overhead import noop_model
from tests.support.api import wait_until_healthy, wait_until_prepared
from tests.support.counting import Asked, counted
from tests.support.operations import administrator
from tests.support.proxies import Proxies

REQUESTS = 100
COUNTED = 50
SETTLE_SECONDS = 0.5
SHOWN = 60
TYPENAME = "{ __typename }"
VIEWER = "{ viewer { handle } }"
CREATE = """mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { __typename
  ... on Prediction { id status output createdAt startedAt completedAt } ... on UserError { code message } } }"""
STATUS = "query ($id: ID!) { prediction(id: $id) { status } }"


class Asker:
    """One client over one connection that stays open."""

    def __init__(self, session: aiohttp.ClientSession, model: str) -> None:
        self.model = model
        self._session = session
        self._values = {"model": model, "input": {"text": "hello"}}

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        async with self._session.post("/graphql", json={"query": query, "variables": variables}) as response:
            answer = orjson.loads(await response.read())
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def accepted(self) -> str:
        """The id of a new prediction."""
        made = (await self.ask(CREATE, input=self._values))["createPrediction"]
        assert made["__typename"] == "Prediction", made
        return str(made["id"])

    async def waited(self) -> dict[str, Any]:
        """A prediction that has succeeded."""
        made: dict[str, Any] = (await self.ask(CREATE, input={**self._values, "wait": 60}))["createPrediction"]
        assert made["status"] == "SUCCEEDED", made
        return made

    async def ended(self, prediction_id: str) -> None:
        """Return once it has ended."""
        while (await self.ask(STATUS, id=prediction_id))["prediction"]["status"] != "SUCCEEDED":
            await asyncio.sleep(0.005)


async def measure(live: LiveServer, servers: LocalServers, repeats: int) -> Table:
    """All figures, those of one repetition after the other in turns."""
    table = Table("stage", "one prediction")
    async with AsyncExitStack() as stack:
        api = await administrator(live)
        stack.push_async_callback(api.close)
        headers = {"authorization": f"Bearer {api.token}"}
        session = await stack.enter_async_context(aiohttp.ClientSession(live.url, headers=headers))
        asker = Asker(session, await noop_model(api))
        for _ in range(REQUESTS):
            await asker.waited()
        for name, milliseconds in (await _stages(asker, repeats)).items():
            table.add_row(name, f"{milliseconds:.2f} ms")
        roots = {"client": os.getpid()} | {name: process.pid for name, process in live.processes.items()}
        roots |= {child.name: child.process.pid for child in servers.children}
        before, count = usage(roots), repeats * REQUESTS
        for _ in range(count):
            await asker.waited()
        for name, used in usage(roots).items():
            since = used.since(before[name])
            table.add_row(
                f"{name}: CPU, wake-ups", f"{since.cpu_seconds / count * 1000:.2f} ms, {since.wake_ups / count:.1f}"
            )
        proxies = stack.enter_context(Proxies.running())
        asked = _through_proxies(live, servers, proxies)
        # What was open ended with the process that it led to
        again = await stack.enter_async_context(aiohttp.ClientSession(live.url, headers=headers))
        asker = Asker(again, asker.model)
        # Statements are prepared once a connection
        for _ in range(REQUESTS):
            await asker.waited()
        for name, count_of_each in (await count_each(asker, asked)).items():
            table.add_row(name, count_of_each)
    return table


async def _stages(asker: Asker, repeats: int) -> dict[str, float]:
    """Milliseconds of each."""
    found: dict[str, list[float]] = {}
    for _ in range(repeats):
        for query in (TYPENAME, VIEWER):
            found.setdefault(query, []).append(await _median(lambda query=query: asker.ask(query)))  # type: ignore[misc]
        accepting, parts = [], []
        for _ in range(REQUESTS):
            began = time.perf_counter()
            prediction_id = await asker.accepted()
            accepting.append(time.perf_counter() - began)
            await asker.ended(prediction_id)
        for _ in range(REQUESTS):
            began = time.time()
            made = await asker.waited()
            times = (began, *(_seconds(made[name]) for name in ("createdAt", "startedAt", "completedAt")), time.time())
            parts.append([after - before for before, after in pairwise(times)] + [times[-1] - began])
        found.setdefault("createPrediction without wait", []).append(statistics.median(accepting))
        names = ("asked to accepted", "accepted to started", "started to completed", "completed to answered", "whole")
        for name, seconds in zip(names, zip(*parts, strict=True), strict=True):
            found.setdefault(name, []).append(statistics.median(seconds))
    return {name: statistics.median(values) * 1000 for name, values in found.items()}


async def _median(work: Callable[[], Awaitable[object]]) -> float:
    seconds = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        await work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def _through_proxies(live: LiveServer, servers: LocalServers, proxies: Proxies) -> dict[str, Asked]:
    """What each process asks from now on: they start again, with proxies before PostgreSQL and Redis."""
    commands = {name: "serve" if name == "api" else "worker" for name in live.processes}
    for name in commands:
        live.stop(name)
    asked = {}
    for name, command in commands.items():
        asked[name], settings = counted(proxies, servers, name)
        live.start(name, command, **settings)
    wait_until_healthy(live.url, len(commands) - 1, live.processes)
    wait_until_prepared(live.url)
    return asked


async def count_each(asker: Asker, asked: dict[str, Asked]) -> dict[str, str]:
    """What each process asks for one prediction."""
    before = {name: each.copy() for name, each in asked.items()}
    for _ in range(COUNTED):
        await asker.waited()
    await asyncio.sleep(SETTLE_SECONDS)
    found: dict[str, str] = {}
    for name, each in asked.items():
        since = each.since(before[name])
        found[f"{name}: round trips to PostgreSQL"] = f"{since.statement_trips / COUNTED:.1f}"
        found[f"{name}: round trips to Redis"] = f"{since.command_trips / COUNTED:.1f}"
        for what, count in since.of_each(COUNTED).items():
            found[f"{name}: {what[:SHOWN]}"] = str(count)
    return found
