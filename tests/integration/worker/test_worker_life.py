"""A living worker: cancels, deadlines, shutdown, and what is left of it. More kills: tests/integration/engine."""

from __future__ import annotations

import asyncio
import os
import signal

import asyncpg
import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer
from tests.integration.worker.predictions import LONG, WORDS, row, row_id, until
from tests.support.api import Client, text_of, wait_for
from tests.support.processes import alive, family, runner_of

pytestmark = pytest.mark.slow


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


async def test_a_killed_group_leaves_nothing_and_costs_no_loss(
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
    assert (await row(own_servers, made["id"]))["losses"] == 0


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
