"""Redis behind Sentinels: its master is killed, or becomes a replica, while predictions run and are watched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import redis
import redis.asyncio

from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.redis_clients import async_redis, listening_redis, sync_redis
from server.settings.redis_url import read_redis_url
from tests.conftest import LiveServer, running
from tests.support.api import Client, text_of, wait_for
from tests.support.operations import administrator, ended
from tests.support.prepared import StartServers
from tests.support.redis_sentinels import WatchedRedis, watched_redis

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
WORDS = " ".join(f"word{n}" for n in range(40))


@pytest.fixture(scope="module")
def redis_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedRedis]:
    with watched_redis(tmp_path_factory.mktemp("sentinels")) as some:
        yield some


@pytest.fixture(scope="module")
def live(
    redis_servers: WatchedRedis, start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    with start_servers() as servers, running(
        servers, tmp_path_factory.mktemp("data"), workers=2, REDIS_URL=redis_servers.url
    ) as server:  # fmt: skip
        yield server


async def watched_to_its_end(client: Client, prediction_id: str) -> str:
    """The text that somebody sees who watches."""
    async with asyncio.timeout(90):
        return text_of([event async for event in client.events(prediction_id)])


async def test_clients_find_the_master_and_the_next_one(redis_servers: WatchedRedis) -> None:
    url = redis_servers.url
    client, listener = async_redis(url), listening_redis(url)
    blocking = sync_redis(url)
    try:
        await client.set("a", "1")
        assert await asyncio.to_thread(blocking.get, "a") == b"1"
        await asyncio.to_thread(redis_servers.fail_over)
        await asyncio.to_thread(wait_until_written, blocking)
        for _ in range(40):
            try:
                assert await client.set("b", "2")
                break
            except REDIS_ERRORS:
                await asyncio.sleep(0.25)
        async with listener.pubsub() as heard:
            await heard.psubscribe("some:*")
            said = asyncio.create_task(say_again_and_again(client))
            try:
                async with asyncio.timeout(20):
                    async for message in heard.listen():
                        if message["type"] == "pmessage":
                            break
            finally:
                said.cancel()
    finally:
        await client.aclose()
        await listener.aclose()
        await asyncio.to_thread(blocking.close)


async def say_again_and_again(client: redis.asyncio.Redis) -> None:
    """Publish, for whoever is about to listen."""
    while True:
        with suppress(*REDIS_ERRORS):
            await client.publish("some:channel", "x")
        await asyncio.sleep(0.2)


def wait_until_written(client: redis.Redis) -> None:
    """Write, as soon as the new master takes it."""
    for _ in range(40):
        try:
            client.set("a", "2")
        except REDIS_ERRORS:
            time.sleep(0.25)
        else:
            return
    raise AssertionError("nothing takes writes")


@pytest.mark.parametrize("way", ["killed", "demoted"])
async def test_nothing_is_lost_while_another_server_takes_over(
    live: LiveServer, redis_servers: WatchedRedis, way: str
) -> None:
    client = await administrator(live)
    try:
        ids = [(await client.create("demo/echo", {"text": WORDS, "delay_seconds": 0.1}))["id"] for _ in range(12)]
        watching = [asyncio.create_task(watched_to_its_end(client, each)) for each in ids]
        await asyncio.sleep(1)
        if way == "killed":
            gone = await asyncio.to_thread(redis_servers.kill_master)
        else:
            await asyncio.to_thread(redis_servers.fail_over)
        later = [(await client.create("demo/echo", {"text": "later"}))["id"] for _ in range(6)]
        assert [(await ended(client, each, 90))["status"] for each in (*ids, *later)] == ["SUCCEEDED"] * 18
        assert await asyncio.gather(*watching) == [WORDS] * 12
        if way == "killed":
            await asyncio.to_thread(redis_servers.start_server, gone)
            await asyncio.to_thread(wait_for, redis_servers.is_followed, 60, 0.2)
    finally:
        await client.close()


def test_what_no_sentinel_knows_is_told(redis_servers: WatchedRedis) -> None:
    with sync_redis(redis_servers.url.replace("/inference/", "/other/")) as client, pytest.raises(
        redis.ConnectionError, match="other"
    ):  # fmt: skip
        client.ping()
    assert read_redis_url(redis_servers.url).service == "inference"
