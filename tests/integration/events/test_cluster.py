"""A cluster of Redis: the node that has our keys is killed, demoted or loses them, while predictions run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import asyncpg
import httpx
import pytest
import redis

from server.adapters.event_log import EventLog
from server.adapters.redis_clients import async_redis, sync_redis
from server.adapters.store_watch import CLUSTERED, StoreWatch
from tests.conftest import LiveServer, running
from tests.support.api import Client, text_of, wait_for
from tests.support.operations import administrator, ended
from tests.support.prepared import StartServers
from tests.support.redis_cluster import ClusteredRedis, clustered_redis

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
WORDS = " ".join(f"word{n}" for n in range(40))
NAMESPACE, PREFIX = "prod", "{prod}:"
WATCHED, CANCELED = 12, 4


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusteredRedis]:
    with clustered_redis(tmp_path_factory.mktemp("cluster"), PREFIX) as some:
        yield some


@pytest.fixture(scope="module")
def live(
    nodes: ClusteredRedis, start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    data, settings = tmp_path_factory.mktemp("data"), {"REDIS_URL": nodes.url, "REDIS_NAMESPACE": NAMESPACE}
    with start_servers() as servers, running(servers, data, workers=2, **settings) as server:
        yield server


async def watched_to_its_end(client: Client, prediction_id: str) -> str:
    """The text that somebody sees who watches."""
    async with asyncio.timeout(120):
        return text_of([event async for event in client.events(prediction_id)])


def disturb(nodes: ClusteredRedis, way: str) -> int | None:
    """Take the keys from the node that has them; the port of a node that is to be started again."""
    if way == "killed":
        return nodes.kill_owner()
    if way == "demoted":
        nodes.fail_over()
    else:
        nodes.move_slot()
    return None


@pytest.mark.parametrize("way", ["killed", "demoted", "moved"])
async def test_nothing_is_lost_or_doubled_while_another_node_takes_over(
    live: LiveServer, nodes: ClusteredRedis, way: str
) -> None:
    client = await administrator(live)
    try:
        slow = {"text": WORDS, "delay_seconds": 0.1}
        ids = [(await client.create("demo/echo", slow))["id"] for _ in range(WATCHED)]
        stopped = [(await client.create("demo/echo", {**slow, "delay_seconds": 2}))["id"] for _ in range(CANCELED)]
        watching = [asyncio.create_task(watched_to_its_end(client, each)) for each in ids]
        await asyncio.sleep(1)
        disturbing = asyncio.create_task(asyncio.to_thread(disturb, nodes, way))
        later = [(await client.create("demo/echo", {"text": "later"}))["id"] for _ in range(6)]
        for each in stopped:
            await client.cancel(each)
        gone = await disturbing
        assert [(await ended(client, each, 120))["status"] for each in (*ids, *later)] == ["SUCCEEDED"] * (WATCHED + 6)
        assert [(await ended(client, each, 120))["status"] for each in stopped] == ["CANCELED"] * CANCELED
        assert await asyncio.gather(*watching) == [WORDS] * WATCHED
        assert await run_again_or_unpaid(live) == 0
        if gone:
            await asyncio.to_thread(nodes.start_node, gone)
        await asyncio.to_thread(wait_for, nodes.is_followed, 60, 0.2)
        await asyncio.to_thread(wait_for, lambda: redis_word(live) == "ok", 30, 0.2)
    finally:
        await client.close()


async def run_again_or_unpaid(live: LiveServer) -> int:
    """How many predictions ran more than once, or succeeded without a line in the ledger."""
    database = await asyncpg.connect(live.environment["DATABASE_URL"])
    try:
        return int(
            await database.fetchval(
                "SELECT count(*) FROM prediction AS p WHERE attempt > 1 OR (status = 'succeeded'"
                " AND NOT EXISTS (SELECT FROM usage WHERE prediction_id = p.id))"
            )
        )
    finally:
        await database.close()


def redis_word(live: LiveServer) -> str:
    """What health says of Redis."""
    word: str = httpx.get(f"{live.url}/health/ready", trust_env=False).json()["redis"]
    return word


def test_all_keys_are_on_one_node_and_in_the_namespace(live: LiveServer, nodes: ClusteredRedis) -> None:
    held = {}
    for port in nodes.nodes:
        if nodes.role(port) == "master":
            with nodes.client(port) as node:
                held[port] = node.keys("*")
    assert {port for port, keys in held.items() if keys} == {nodes.owner}
    assert all(key.startswith(PREFIX.encode()) for key in held[nodes.owner])


async def test_a_url_of_one_node_is_told(nodes: ClusteredRedis) -> None:
    other = next(port for port in nodes.nodes if port != nodes.owner)
    client = async_redis(f"redis://:{nodes.password}@127.0.0.1:{other}/0")
    try:
        watch = StoreWatch(EventLog(client, prefix=PREFIX), None)  # type: ignore[arg-type]
        await watch.look_at_redis()
        assert (watch.redis.word, watch.redis.note) == ("refusing", CLUSTERED)
    finally:
        await client.aclose()


def test_nodes_that_do_not_let_in_are_told(nodes: ClusteredRedis) -> None:
    with sync_redis(nodes.url.replace(nodes.password, "wrong"), prefix=PREFIX) as client, pytest.raises(
        redis.ConnectionError, match=r"No node of the cluster says where our keys are: .*password"
    ):  # fmt: skip
        client.ping()
