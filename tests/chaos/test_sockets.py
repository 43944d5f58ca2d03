"""Many who watch, while what wakes them is killed again and again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import redis.asyncio

from tests.chaos.alone import clients, counted
from tests.chaos.cluster import Cluster
from tests.chaos.load import Load
from tests.chaos.watching import Watcher

SOCKETS = 200
EVENTS = 500


@pytest.fixture
async def load(cluster: Cluster) -> AsyncIterator[Load]:
    async with clients(cluster) as found:
        yield found


async def test_two_hundred_see_five_hundred_events_while_pubsub_is_killed(cluster: Cluster, load: Load) -> None:
    body = counted(EVENTS // 2)
    values = {"last": EVENTS // 2, "delay": 0.03, "tell": True}
    asked = await load.ask("count", values, "SUCCEEDED", text=body)
    urls = [*cluster.urls.values()]
    watchers = [Watcher(urls, asked.id, random.Random(number), body, drops=0.004) for number in range(SOCKETS)]
    load.watchers += watchers
    watching = asyncio.gather(*(watcher.watch() for watcher in watchers))
    kills = 0
    async with cluster.cache() as cache:
        while not watching.done():
            with suppress(redis.asyncio.RedisError):
                kills += int(await cache.execute_command("CLIENT", "KILL", "TYPE", "pubsub"))
            await asyncio.sleep(0.2)
    await watching
    assert {watcher.held.text.partition(" ")[2] for watcher in watchers} == {body}
    assert all(watcher.held.logs.count("said ") == EVENTS // 2 for watcher in watchers)
    resumed, seen = sum(watcher.resumed for watcher in watchers), sum(watcher.events for watcher in watchers)
    print(f"{SOCKETS} sockets saw {seen} events, came back {resumed} times; pub/sub was killed {kills} times")  # noqa: T201
    assert seen > SOCKETS * EVENTS / 4
    assert resumed > SOCKETS / 2
    assert kills > 5
