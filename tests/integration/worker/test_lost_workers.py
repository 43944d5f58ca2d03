"""Whole workers are killed: only what takes its worker down while it runs alone pays for it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.integration.worker.conftest import QUICK
from tests.integration.worker.predictions import row, row_id, until
from tests.support.api import TERMINAL, Client
from tests.support.operations import add_model, administrator, settled

pytestmark = pytest.mark.slow

CLASSES = ",".join(f"tests.integration.worker.crowds:{name}" for name in ("Serial", "Drown"))


@pytest.fixture(scope="module")
def live(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    # Behind its walls no model could kill its worker
    settings = {**QUICK, "LEASE_SECONDS": "2", "CUSTOM_PREDICTORS": CLASSES, "CONTAIN_RUNNER": "false"}
    with running(own_servers, tmp_path_factory.mktemp("crowds"), **settings) as found:
        yield found


@pytest.fixture(scope="module")
def models(live: LiveServer) -> dict[str, str]:
    async def make() -> dict[str, str]:
        client = await administrator(live)
        found = {}
        for name in ("serial", "drown"):
            made = await add_model(client, name=name, source={"predictor": name})
            found[name] = (await settled(client, made["slug"]))["slug"]
        await client.close()
        return found

    return asyncio.run(make())


@pytest.fixture
async def client(live: LiveServer, models: dict[str, str]) -> AsyncIterator[Client]:
    if "worker-0" not in live.processes:
        live.start("worker-0", "worker")
    found = Client(live.url)
    yield found
    await found.close()


async def rows_of(servers: LocalServers, made: list[dict[str, Any]]) -> list[asyncpg.Record]:
    return [await row(servers, each["id"]) for each in made]


async def ledger(servers: LocalServers, made: list[dict[str, Any]]) -> int:
    connection = await asyncpg.connect(servers.database_url)
    try:
        sql = "SELECT count(*) FROM usage WHERE prediction_id = ANY($1::uuid[])"
        return int(await connection.fetchval(sql, [row_id(each["id"]) for each in made]))
    finally:
        await connection.close()


async def test_a_worker_killed_three_times_costs_none_of_what_it_held(
    client: Client, live: LiveServer, own_servers: LocalServers, models: dict[str, str]
) -> None:
    """Two run, and two that are equal to the first wait in the worker for its result."""
    text = "one two three four five six seven eight nine ten eleven twelve"
    slow = [{"text": text, "delay_seconds": 0.5}, {"text": text, "delay_seconds": 0.5, "repeat": 1}]
    made = [await client.create("demo/echo", slow[0], useCache=True)]
    await until(client, made[0]["id"], "PROCESSING", text=True)
    made.append(await client.create("demo/echo", slow[1]))
    made += [await client.create("demo/echo", slow[0], useCache=True) for _ in range(2)]
    async with asyncio.timeout(10):
        while [r["outside_runner"] for r in await rows_of(own_servers, made)] != [False, False, True, True]:
            await asyncio.sleep(0.05)
    for _ in range(3):
        # Until something runs in this worker
        async with asyncio.timeout(40):
            while not any(
                r["status"] == "processing" and not r["outside_runner"] for r in await rows_of(own_servers, made)
            ):
                await asyncio.sleep(0.05)
        os.killpg(live.processes["worker-0"].pid, signal.SIGKILL)
        live.processes.pop("worker-0").wait()
        # No lease of the worker that is gone
        async with asyncio.timeout(20):
            while any(r["status"] == "processing" for r in await rows_of(own_servers, made)):
                await asyncio.sleep(0.05)
        live.start("worker-0", "worker")
    for each in made:
        await until(client, each["id"], "SUCCEEDED")
    found = await rows_of(own_servers, made)
    assert sum(r["losses"] for r in found) <= 2, "the first time nobody was alone"
    assert await ledger(own_servers, made) == 4


async def test_what_takes_its_worker_down_each_time_fails_and_its_neighbours_do_not(
    client: Client, live: LiveServer, own_servers: LocalServers, models: dict[str, str]
) -> None:
    words = {"text": "a b c d e f g h", "delay_seconds": 0.5}
    neighbours = [await client.create("demo/echo", words) for _ in range(2)]
    for each in neighbours:
        await until(client, each["id"], "PROCESSING", text=True)
    drown = await client.create(models["drown"], {})
    async with asyncio.timeout(120):
        while (found := await client.get(drown["id"])) is None or found["status"] not in TERMINAL:
            if live.processes["worker-0"].poll() is not None:
                live.start("worker-0", "worker")
            await asyncio.sleep(0.1)
    assert (found["status"], found["error"]["code"]) == ("FAILED", "WORKER_LOST")
    # Once in company, which nobody is blamed for, and three times alone
    assert found["attempts"] == 4
    if live.processes["worker-0"].poll() is not None:
        live.start("worker-0", "worker")
    for each in neighbours:
        await until(client, each["id"], "SUCCEEDED")
    assert {r["losses"] for r in await rows_of(own_servers, neighbours)} == {0}
    assert await ledger(own_servers, [drown, *neighbours]) == 3
