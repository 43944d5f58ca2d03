"""A living worker: cancels, deadlines, shutdown, and what is left of it. More kills: tests/integration/engine."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any
from uuid import UUID

import asyncpg
import psutil
import pytest

from graph.types.ids import parse_global_id
from server.embedded.servers import LocalServers
from tests.conftest import LiveServer
from tests.support.api import TERMINAL, Client, text_of, wait_for

pytestmark = pytest.mark.slow

WORDS = {"text": "one two three four five six seven eight nine ten", "delay_seconds": 0.2}
LONG = {**WORDS, "repeat": 1000}


def family(live: LiveServer) -> list[psutil.Process]:
    master = psutil.Process(live.processes["worker-0"].pid)
    return [master, *master.children(recursive=True)]


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def runner_of(live: LiveServer) -> psutil.Process:
    return next(p for p in family(live) if "workers.runner.main" in " ".join(p.cmdline()))


async def until(client: Client, prediction_id: str, *statuses: str, text: bool = False) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            found = await client.get(prediction_id)
            assert found is not None
            if found["status"] in statuses and (found["text"] or not text):
                return found
            assert found["status"] not in TERMINAL, found
            await asyncio.sleep(0.03)


def row_id(prediction_id: str) -> UUID:
    return parse_global_id(prediction_id)[1]


async def row(servers: LocalServers, prediction_id: str) -> asyncpg.Record:
    connection = await asyncpg.connect(servers.database_url)
    try:
        return await connection.fetchrow("SELECT * FROM prediction WHERE id = $1", row_id(prediction_id))
    finally:
        await connection.close()


async def test_many_at_once_each_end_once(client: Client, own_servers: LocalServers) -> None:
    texts = [f"prediction {n}" for n in range(40)]
    made = await asyncio.gather(*(client.create("demo/echo", {"text": text}, wait=55) for text in texts))
    assert [found["text"] for found in made] == texts
    assert {(found["status"], found["attempts"]) for found in made} == {("SUCCEEDED", 1)}
    connection = await asyncpg.connect(own_servers.database_url)
    ids = [row_id(found["id"]) for found in made]
    assert await connection.fetchval("SELECT count(*) FROM usage WHERE prediction_id = ANY($1::uuid[])", ids) == 40
    await connection.close()


async def test_a_cancel_stops_soon_and_keeps_what_was_made(client: Client) -> None:
    made = await client.create("demo/echo", LONG)
    await until(client, made["id"], "PROCESSING", text=True)
    await client.cancel(made["id"])
    found = await until(client, made["id"], "CANCELED")
    # What the user waited, by the database's clock
    assert found["stopSeconds"] < 1
    assert found["text"].startswith("one ")


async def test_a_cancel_is_heeded_although_the_runner_is_gone(client: Client, live: LiveServer) -> None:
    """What waits for a runner to come up again ends at once, and never runs."""
    runner_of(live).kill()
    made = await client.create("demo/echo", LONG)
    await until(client, made["id"], "PROCESSING")
    await client.cancel(made["id"])
    async with asyncio.timeout(20):
        found = await until(client, made["id"], "CANCELED")
    # Two, where it was sent into the runner before anybody saw that it is dead
    assert found["attempts"] <= 2
    assert (await client.create("demo/echo", {"text": "there again"}, wait=60))["status"] == "SUCCEEDED"


async def test_a_deadline_ends_what_runs(client: Client) -> None:
    made = await client.create("demo/echo", LONG, deadlineSeconds=3)
    found = await until(client, made["id"], "FAILED")
    assert found["error"]["code"] == "DEADLINE_EXCEEDED"
    assert found["text"].startswith("one ")


async def test_sigterm_hands_back_without_a_loss(client: Client, live: LiveServer, own_servers: LocalServers) -> None:
    made = await client.create("demo/echo", WORDS)
    await until(client, made["id"], "PROCESSING", text=True)
    gone = family(live)
    assert await asyncio.to_thread(live.stop, "worker-0") == 0
    assert not alive(gone)
    waiting = await row(own_servers, made["id"])
    assert (waiting["status"], waiting["attempt"], waiting["losses"]) == ("starting", 1, 0)
    assert (waiting["worker_id"], waiting["lease_until"]) == (None, None)
    live.start("worker-0", "worker")
    found = await until(client, made["id"], "SUCCEEDED")
    assert (found["attempts"], found["text"]) == (2, WORDS["text"])
    assert (await row(own_servers, made["id"]))["losses"] == 0


async def test_a_killed_group_leaves_nothing_and_one_loss(
    client: Client, live: LiveServer, own_servers: LocalServers
) -> None:
    made = await client.create("demo/echo", WORDS)
    await until(client, made["id"], "PROCESSING", text=True)
    gone = family(live)
    # The runner has a session of its own: it must notice by itself that its supervisor is gone
    os.killpg(live.processes["worker-0"].pid, signal.SIGKILL)
    live.processes.pop("worker-0").wait()
    wait_for(lambda: not alive(gone), 30)
    live.start("worker-0", "worker")
    found = await until(client, made["id"], "SUCCEEDED")
    assert (found["attempts"], found["text"]) == (2, WORDS["text"])
    assert (await row(own_servers, made["id"]))["losses"] == 1


async def test_a_worker_begins_and_runs_without_redis(
    client: Client, live: LiveServer, own_servers: LocalServers
) -> None:
    cache = next(child for child in own_servers.children if child.name == "redis")
    await asyncio.to_thread(live.stop, "worker-0")
    await asyncio.to_thread(cache.stop)
    try:
        began = asyncio.get_running_loop().time()
        made = await client.create("demo/echo", {"text": "no wire"})
        assert made["__typename"] == "Prediction"
        assert asyncio.get_running_loop().time() - began < 3
        live.start("worker-0", "worker")
        assert (await until(client, made["id"], "SUCCEEDED"))["text"] == "no wire"
        seen = [event async for event in client.events(made["id"])]
        assert text_of(seen) == "no wire"
        waiting = await client.create("demo/echo", LONG)
        await until(client, waiting["id"], "PROCESSING")
        await client.cancel(waiting["id"])
        await until(client, waiting["id"], "CANCELED")
    finally:
        cache.start()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
async def test_nothing_is_left_after_a_stop(client: Client, live: LiveServer, name: str) -> None:
    assert (await client.create("demo/echo", {"text": "x"}, wait=60))["status"] == "SUCCEEDED"
    gone = family(live)
    assert len(gone) >= 3
    process = live.processes.pop("worker-0")
    process.send_signal(getattr(signal, name))
    assert await asyncio.to_thread(process.wait, 60) == 0
    wait_for(lambda: not alive(gone), 10)
