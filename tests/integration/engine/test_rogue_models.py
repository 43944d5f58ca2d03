"""A runner is killed and replaced when it crashes, stops answering or ignores a cancel; its neighbours lose nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from server.domain.ids import parse_global_id
from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.integration.engine.settings import QUICK
from tests.support.api import TERMINAL, Client
from tests.support.operations import add_model, administrator, settled
from tests.support.processes import runner_of

CLASSES = ",".join(f"tests.integration.engine.rogues:{name}" for name in ("Spin", "Abort", "Deaf"))
WORDS = {"text": "one two three four five six seven eight nine ten", "delay_seconds": 0.4}


@pytest.fixture(scope="module")
def live(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    settings = {**QUICK, "CUSTOM_PREDICTORS": CLASSES, "RUNNER_SILENCE_SECONDS": "2", "CANCEL_GRACE_SECONDS": "1"}
    with running(own_servers, tmp_path_factory.mktemp("rogues"), **settings) as found:
        yield found


@pytest.fixture(scope="module")
def rogues(live: LiveServer) -> dict[str, str]:
    """A model of each class, by its predictor."""

    async def make() -> dict[str, str]:
        client = await administrator(live)
        found = {}
        for name in ("spin", "abort", "deaf"):
            made = await add_model(client, name=name, source={"predictor": name})
            found[name] = (await settled(client, made["slug"]))["slug"]
        await client.close()
        return found

    return asyncio.run(make())


@pytest.fixture
async def client(live: LiveServer) -> AsyncIterator[Client]:
    found = Client(live.url)
    yield found
    await found.close()


async def until(client: Client, prediction_id: str, *statuses: str, working: bool = False) -> dict[str, Any]:
    query = "query ($id: ID!) { prediction(id: $id) { status progress { step } text attempts error { code message } } }"
    async with asyncio.timeout(60):
        while True:
            found: dict[str, Any] = (await client.run(query, id=prediction_id))["prediction"]
            if found["status"] in statuses and (found["progress"] or found["text"] or not working):
                return found
            assert found["status"] not in TERMINAL, found
            await asyncio.sleep(0.03)


async def losses(servers: LocalServers, prediction_id: str) -> int:
    connection = await asyncpg.connect(servers.database_url)
    try:
        sql = "SELECT losses FROM prediction WHERE id = $1"
        return int(await connection.fetchval(sql, parse_global_id(prediction_id)[1]))
    finally:
        await connection.close()


@pytest.mark.parametrize("name", ["abort", "spin"])
@pytest.mark.slow
async def test_what_breaks_its_runner_fails_and_its_neighbour_does_not(
    client: Client, live: LiveServer, own_servers: LocalServers, rogues: dict[str, str], name: str
) -> None:
    neighbour = await client.create("demo/echo", WORDS)
    await until(client, neighbour["id"], "PROCESSING", working=True)
    rogue = await client.create(rogues[name], {})
    ended = await until(client, rogue["id"], "FAILED")
    assert ended["error"]["code"] == "WORKER_LOST"
    # Once in company, which nobody is blamed for, and three times alone
    assert ended["attempts"] == 4
    beside = await until(client, neighbour["id"], "SUCCEEDED")
    assert (beside["attempts"], beside["text"]) == (2, WORDS["text"])
    assert await losses(own_servers, neighbour["id"]) == 0
    assert (await client.create("demo/echo", {"text": "there"}, wait=30))["status"] == "SUCCEEDED"


async def test_a_model_that_ignores_a_cancel_is_killed(
    client: Client, live: LiveServer, own_servers: LocalServers, rogues: dict[str, str]
) -> None:
    deaf = await client.create(rogues["deaf"], {})
    await until(client, deaf["id"], "PROCESSING", working=True)
    neighbour = await client.create("demo/echo", WORDS)
    await until(client, neighbour["id"], "PROCESSING", working=True)
    killed = runner_of(live)
    await client.cancel(deaf["id"])
    ended = await until(client, deaf["id"], "CANCELED")
    assert ended["attempts"] == 1
    assert not killed.is_running() or killed.status() == "zombie"
    beside = await until(client, neighbour["id"], "SUCCEEDED")
    assert (beside["attempts"], beside["text"]) == (2, WORDS["text"])
    assert await losses(own_servers, neighbour["id"]) == 0


@pytest.mark.slow
async def test_a_runner_that_is_stopped_from_outside_is_replaced(
    client: Client, live: LiveServer, own_servers: LocalServers
) -> None:
    """SIGSTOP: the process lives, and answers nothing."""
    made = await client.create("demo/echo", WORDS)
    await until(client, made["id"], "PROCESSING", working=True)
    runner_of(live).suspend()
    ended = await until(client, made["id"], "SUCCEEDED")
    assert (ended["attempts"], ended["text"]) == (2, WORDS["text"])
    assert await losses(own_servers, made["id"]) == 1
