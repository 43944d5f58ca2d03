"""What one prediction costs beside its model: a no-op `echo`, through everything, beside the usual stack for this job.

Closed loop: each client asks again as soon as it has seen its result. All guarantees are on, nothing limits the rates.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial

from rich.table import Table

from tests.conftest import LiveServer
from tests.load import references
from tests.load.references.serving import client
from tests.load.users import http_user, users
from tests.support.api import Client
from tests.support.operations import add_model, administrator, settled

CLIENTS = (1, 16, 64)
SECONDS = 2.0
TEXT = "hello"
Work = Callable[[], Awaitable[str]]


@dataclass
class Loop:
    """What one closed loop brought."""

    seconds: float
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Predictions a second."""
        return len(self.latencies) / self.seconds

    @property
    def middle(self) -> float:
        """The median latency, in seconds."""
        return statistics.median(self.latencies)


async def closed_loop(clients: list[Work], seconds: float) -> Loop:
    """Each client asks again as soon as it has its result; those on their way when the time is up count too."""
    latencies: list[float] = []
    began = time.perf_counter()

    async def one(work: Work) -> None:
        while time.perf_counter() < began + seconds:
            asked = time.perf_counter()
            assert TEXT in await work()
            latencies.append(time.perf_counter() - asked)

    await asyncio.gather(*map(one, clients))
    return Loop(time.perf_counter() - began, latencies)


async def measure(live: LiveServer, reference: str, repeats: int) -> Table:
    """All figures: the systems in turns, medians of the repetitions."""
    found: dict[tuple[str, int], list[Loop]] = {}
    async with AsyncExitStack() as stack:
        api = await administrator(live)
        stack.push_async_callback(api.close)
        model = await noop_model(api)
        some = await stack.enter_async_context(users(api, max(CLIENTS)))
        http = await stack.enter_async_context(http_user(api))
        other = await stack.enter_async_context(client(reference))
        systems: dict[str, list[Work]] = {
            "watched": [partial(user.watched, model, TEXT) for user in some],
            "waited for": [partial(user.waited, model, TEXT) for user in some],
            "waited for over HTTP": [partial(http.waited_by_graphql, model, TEXT)] * max(CLIENTS),
            "waited for by REST": [partial(http.waited_by_rest, model, TEXT)] * max(CLIENTS),
            references.NAME: [lambda: other.run(TEXT)] * max(CLIENTS),
        }
        for work in systems.values():
            await closed_loop(work[:16], 0.5)
        for _ in range(repeats):
            for count in CLIENTS:
                for name, work in systems.items():
                    found.setdefault((name, count), []).append(await closed_loop(work[:count], SECONDS))
    return _table(found, list(systems))


async def noop_model(api: Client) -> str:
    """The slug of the model that does nothing."""
    made = await add_model(api, name="noop", visibility="PUBLIC", source={"predictor": "noop"})
    slug: str = (await settled(api, made["slug"]))["slug"]
    return slug


def _table(found: dict[tuple[str, int], list[Loop]], names: list[str]) -> Table:
    table = Table("system", "1 client, p50", *(f"{count} clients" for count in CLIENTS[1:]))

    def middle(name: str, count: int) -> float:
        loops = found[name, count]
        return statistics.median(loop.middle if count == 1 else loop.rate for loop in loops)

    for name in names:
        rates = [f"{middle(name, count):.0f}/s" for count in CLIENTS[1:]]
        table.add_row(name, f"{middle(name, 1) * 1000:.1f} ms", *rates)
    for name in names[:-1]:
        ratios = [f"{middle(name, count) / middle(names[-1], count):.2f}" for count in CLIENTS]
        table.add_row(f"{name} to {names[-1]}", *ratios)
    return table
