"""For tests that inject one fault for certain: one client, and what PostgreSQL has of a prediction."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.chaos.cluster import WORKERS, Cluster
from tests.chaos.load import Asked, Load


@asynccontextmanager
async def clients(cluster: Cluster) -> AsyncIterator[Load]:
    """Clients of a whole cluster; at the end everybody has seen what they waited for, and nothing was amiss."""
    await cluster.heal()
    load = Load(cluster.urls, cluster.slugs, cluster.token, None, random.Random(1), f"alone-{time.time_ns()}")
    yield load
    cluster.proxies.heal()
    await load.finish(60)
    assert load.problems == []
    assert [problem for watcher in load.watchers for problem in watcher.problems] == []


async def row(cluster: Cluster, asked: Asked) -> Any:
    """The row as it stands."""
    async with cluster.database() as connection:
        return await connection.fetchrow("SELECT * FROM prediction WHERE id = $1", asked.row_id)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Wait for what cannot be waited for otherwise."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


async def ended(cluster: Cluster, asked: Asked, seconds: float = 30) -> Any:
    """The row, once it is terminal."""
    await until(lambda: is_over(cluster, asked), seconds)
    return await row(cluster, asked)


async def is_over(cluster: Cluster, asked: Asked) -> bool:
    """Whether it has ended."""
    return bool((await row(cluster, asked))["status"] not in {"starting", "processing"})


async def holder(cluster: Cluster, asked: Asked, attempt: int = 1) -> str:
    """The name of the worker that runs an attempt, once one does."""

    async def runs() -> bool:
        found = await row(cluster, asked)
        return bool(found["status"] == "processing" and found["attempt"] == attempt)

    await until(runs)
    async with cluster.database() as connection:
        sql = "SELECT pid FROM chaos_worker WHERE id = (SELECT worker_id FROM prediction WHERE id = $1)"
        pid = await connection.fetchval(sql, asked.row_id)
    return next(name for name in WORKERS if pid in {process.pid for process in cluster.family(name)})


def counted(last: int) -> str:
    """What a count says behind its mark."""
    return "".join(f"{number} " for number in range(last))
