"""What holds when processes are killed: nothing is lost, nothing ends twice, subscribers see the whole text."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.integration.engine.settings import QUICK
from tests.support.api import Client, text_of, wait_for
from tests.support.processes import family, runner_of

TEXT = "one two three four five six seven eight nine ten"
WORDS = {"text": TEXT, "delay_seconds": 0.15}
# Dramatiq's processes look once a second whether they shall stop
LONG = {"text": TEXT, "delay_seconds": 0.3}


@pytest.fixture(scope="module")
def live(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with running(own_servers, tmp_path_factory.mktemp("faults"), **QUICK) as found:
        yield found


@pytest.fixture
async def client(live: LiveServer) -> AsyncIterator[Client]:
    found = Client(live.url)
    yield found
    await found.close()


async def follow(client: Client, prediction_id: str, seen: list[dict[str, Any]]) -> None:
    async with asyncio.timeout(60):
        async for event in client.events(prediction_id):
            seen.append(event)


async def until_text(seen: list[dict[str, Any]], length: int) -> None:
    async with asyncio.timeout(30):
        while len(text_of(seen)) < length:
            await asyncio.sleep(0.02)


async def test_a_killed_worker_loses_nothing(live: LiveServer, client: Client) -> None:
    made = await client.create("demo/echo", WORDS)
    seen: list[dict[str, Any]] = []
    watching = asyncio.create_task(follow(client, made["id"], seen))
    await until_text(seen, 8)
    for process in family(live):
        process.kill()
    live.processes.pop("worker-0").wait()
    live.start("worker-0", "worker")
    await watching
    found = await client.get(made["id"])
    assert found is not None
    assert (found["status"], found["attempts"], found["text"]) == ("SUCCEEDED", 2, WORDS["text"])
    assert text_of(seen) == WORDS["text"]
    assert [event["status"] for event in seen if event["__typename"] == "StatusChanged"].count("SUCCEEDED") == 1


async def test_a_killed_runner_is_replaced(live: LiveServer, client: Client) -> None:
    made = await client.create("demo/echo", WORDS)
    seen: list[dict[str, Any]] = []
    watching = asyncio.create_task(follow(client, made["id"], seen))
    await until_text(seen, 8)
    runner_of(live).kill()
    await watching
    found = await client.get(made["id"])
    assert found is not None
    assert (found["status"], found["attempts"]) == ("SUCCEEDED", 2)
    assert text_of(seen) == WORDS["text"]


async def test_a_prediction_that_always_kills_its_runner_fails(live: LiveServer, client: Client) -> None:
    made = await client.create("demo/echo", {**WORDS, "delay_seconds": 30})
    async with asyncio.timeout(60):
        while (found := await client.get(made["id"]) or {})["status"] != "FAILED":
            if found["status"] == "PROCESSING" and found["text"]:
                runner_of(live).kill()
                attempts = found["attempts"]
                while (await client.get(made["id"]) or {})["attempts"] == attempts and (
                    await client.get(made["id"]) or {}
                )["status"] == "PROCESSING":
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.05)
    assert found["error"]["code"] == "WORKER_LOST"
    assert found["attempts"] == 3
    assert (await client.create("demo/echo", {"text": "still here"}, wait=30))["status"] == "SUCCEEDED"


async def test_sigterm_hands_running_work_back(live: LiveServer, client: Client) -> None:
    made = await client.create("demo/echo", LONG)
    seen: list[dict[str, Any]] = []
    watching = asyncio.create_task(follow(client, made["id"], seen))
    await until_text(seen, 8)
    gone = family(live)
    assert await asyncio.to_thread(live.stop, "worker-0") == 0
    assert not [process for process in gone if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    waiting = await client.get(made["id"])
    assert waiting is not None
    assert waiting["status"] == "STARTING"
    live.start("worker-0", "worker")
    await watching
    found = await client.get(made["id"])
    assert found is not None
    assert (found["status"], found["attempts"], found["text"]) == ("SUCCEEDED", 2, WORDS["text"])


@pytest.mark.slow
async def test_a_stopped_zombie_cannot_finish(live: LiveServer, client: Client) -> None:
    made = await client.create("demo/echo", WORDS)
    seen: list[dict[str, Any]] = []
    watching = asyncio.create_task(follow(client, made["id"], seen))
    await until_text(seen, 8)
    frozen = family(live)
    for process in frozen:
        process.suspend()
    live.processes["frozen"] = live.processes.pop("worker-0")
    live.start("worker-0", "worker")
    await watching
    for process in reversed(frozen):
        process.resume()
    found = await client.get(made["id"])
    assert found is not None
    assert (found["status"], found["attempts"], found["text"]) == ("SUCCEEDED", 2, WORDS["text"])
    assert text_of(seen) == WORDS["text"]
    await asyncio.to_thread(live.stop, "frozen")
    again = await client.get(made["id"])
    assert again == found


async def test_waiting_work_is_canceled_and_aborted(live: LiveServer, client: Client) -> None:
    for process in family(live):
        process.kill()
    live.processes.pop("worker-0").wait()
    waiting = await client.create("demo/echo", WORDS)
    assert (await client.cancel(waiting["id"]))["status"] == "CANCELED"
    late = await client.create("demo/echo", WORDS, deadlineSeconds=1)
    async with asyncio.timeout(20):
        while (found := await client.get(late["id"]) or {})["status"] == "STARTING":
            await asyncio.sleep(0.05)
    assert found["status"] == "ABORTED"
    live.start("worker-0", "worker")
    assert (await client.create("demo/echo", {"text": "there"}, wait=60))["status"] == "SUCCEEDED"
    running_late = await client.create("demo/echo", {**WORDS, "delay_seconds": 5}, deadlineSeconds=2, wait=60)
    assert running_late["error"]["code"] == "DEADLINE_EXCEEDED", running_late


async def test_without_redis_predictions_are_accepted_and_finished(
    live: LiveServer, own_servers: LocalServers, client: Client
) -> None:
    cache = next(child for child in own_servers.children if child.name == "redis")
    cache.stop()
    try:
        began = asyncio.get_running_loop().time()
        made = await client.create("demo/echo", {"text": "no wire"})
        assert made["__typename"] == "Prediction"
        assert asyncio.get_running_loop().time() - began < 5
        seen: list[dict[str, Any]] = []
        await follow(client, made["id"], seen)
        assert seen[-1]["status"] == "SUCCEEDED"
        assert text_of(seen) == "no wire"
    finally:
        cache.start()
    seen = []
    made = await client.create("demo/echo", WORDS)
    await follow(client, made["id"], seen)
    assert text_of(seen) == WORDS["text"]


@pytest.mark.slow
async def test_a_redis_without_memory_costs_no_prediction(
    live: LiveServer, own_servers: LocalServers, client: Client
) -> None:
    """What is written to it is refused; the row brings the end, and health says why live output is missing."""
    import redis

    async with httpx.AsyncClient(trust_env=False) as http:

        async def state() -> dict[str, Any]:
            body: dict[str, Any] = (await http.get(f"{live.url}/health/ready")).json()
            return body

        with redis.Redis.from_url(own_servers.redis_url) as connection:
            running = await client.create("demo/echo", WORDS)
            seen: list[dict[str, Any]] = []
            watching = asyncio.create_task(follow(client, running["id"], seen))
            await until_text(seen, 4)
            connection.config_set("maxmemory", 1)
            try:
                made = [await client.create("demo/echo", {"text": f"full {number}"}) for number in range(5)]
                assert {found["__typename"] for found in made} == {"Prediction"}
                for number, found in enumerate(made):
                    events: list[dict[str, Any]] = []
                    async with asyncio.timeout(30):
                        await follow(client, found["id"], events)
                    assert (events[-1]["status"], text_of(events)) == ("SUCCEEDED", f"full {number}")
                await watching
                assert (seen[-1]["status"], text_of(seen)) == ("SUCCEEDED", WORDS["text"])
                async with asyncio.timeout(20):
                    while (await state())["redis"] != "refusing":
                        await asyncio.sleep(0.2)
                assert "Redis refuses writes" in (await state())["notes"][0]
            finally:
                connection.config_set("maxmemory", 0)
        async with asyncio.timeout(20):
            while (await state())["redis"] != "ok":
                await asyncio.sleep(0.2)
    seen = []
    await follow(client, (await client.create("demo/echo", WORDS))["id"], seen)
    assert text_of(seen) == WORDS["text"]


async def test_a_flushed_redis_costs_no_text(live: LiveServer, own_servers: LocalServers, client: Client) -> None:
    import redis

    made = await client.create("demo/echo", WORDS)
    seen: list[dict[str, Any]] = []
    watching = asyncio.create_task(follow(client, made["id"], seen))
    await until_text(seen, 8)
    with redis.Redis.from_url(own_servers.redis_url) as connection:
        connection.flushall()
    await watching
    assert text_of(seen) == WORDS["text"]
    assert sum(event["__typename"] == "PredictionSnapshot" for event in seen) >= 2


async def test_twenty_subscribers_see_the_same_while_pubsub_is_cut(
    live: LiveServer, own_servers: LocalServers, client: Client
) -> None:
    import redis

    made = await client.create("demo/echo", {"text": " ".join(str(n) for n in range(200)), "delay_seconds": 0.02})
    streams: list[list[dict[str, Any]]] = [[] for _ in range(20)]
    watching = [asyncio.create_task(follow(client, made["id"], seen)) for seen in streams]
    with redis.Redis.from_url(own_servers.redis_url) as connection:
        while not all(task.done() for task in watching):
            await asyncio.sleep(0.15)
            connection.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    for task in watching:
        await task
    assert {text_of(seen) for seen in streams} == {" ".join(str(n) for n in range(200))}
    for seen in streams:
        seqs = [event["seq"] for event in seen if event["__typename"] != "PredictionSnapshot"]
        assert seqs == sorted(set(seqs))


def test_nothing_is_left_of_a_worker_whose_master_is_killed(live: LiveServer) -> None:
    gone = family(live)
    os.kill(live.processes["worker-0"].pid, signal.SIGKILL)
    live.processes.pop("worker-0").wait()
    wait_for(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in gone), 30)


def test_data_directory_holds_no_half_written_file(live: LiveServer) -> None:
    assert not list(Path(live.data_dir).rglob("*.tmp"))
