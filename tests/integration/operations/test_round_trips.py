"""What a request and a prediction ask of PostgreSQL and Redis, counted: it must not grow unnoticed.

A time says nothing on a machine that others use; a count does. Where one rises on purpose, its number here rises with
the reason in the same change.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace

import pytest

from server.embedded.servers import LocalServers
from tests.conftest import running
from tests.support.api import Client, wait_until_healthy, wait_until_prepared
from tests.support.counting import Asked, counted
from tests.support.operations import VIEWER, somebody
from tests.support.proxies import Proxies

COUNTED = 30
# Until every connection of the pools has prepared its statements
WARM_UP = 60
SETTLE_SECONDS = 0.3


@dataclass
class Counted:
    """A server of which everything is counted that its processes ask."""

    url: str
    api: Asked
    worker: Asked


@pytest.fixture(scope="module")
def server(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    with (
        Proxies.running() as proxies,
        running(own_servers, tmp_path_factory.mktemp("counted"), workers=0, RATE_LIMIT_USER="1000000") as live,
    ):
        live.stop("api")
        api, of_api = counted(proxies, own_servers, "api")
        worker, of_worker = counted(proxies, own_servers, "worker-0")
        live.start("api", "serve", **of_api)
        live.start("worker-0", "worker", **of_worker)
        wait_until_healthy(live.url, 1, live.processes)
        wait_until_prepared(live.url)
        yield Counted(live.url, api, worker)


@pytest.fixture
async def client(server: Counted) -> AsyncIterator[Client]:
    made, _ = await somebody(server.url)
    yield made
    await made.close()


async def of_each(asked: Asked, before: Asked) -> tuple[int, int]:
    """How many statements and commands one of COUNTED things asked for."""
    await asyncio.sleep(SETTLE_SECONDS)
    since = asked.since(before)
    statements = replace(since, commands=[]).of_each(COUNTED)
    commands = replace(since, statements=[]).of_each(COUNTED)
    return sum(statements.values()), sum(commands.values())


async def test_who_asks_who_they_are(server: Counted, client: Client) -> None:
    for _ in range(WARM_UP):
        await client.run(VIEWER)
    before = server.api.copy()
    for _ in range(COUNTED):
        await client.run(VIEWER)
    # The session, and its user; the rate and what is left of it
    assert await of_each(server.api, before) == (2, 2)


async def test_a_prediction_that_is_waited_for(server: Counted, client: Client) -> None:
    for _ in range(WARM_UP):
        await client.create("demo/echo", {"text": "x"}, wait=30)
    await asyncio.sleep(SETTLE_SECONDS)
    api, worker = server.api.copy(), server.worker.copy()
    for _ in range(COUNTED):
        made = await client.create("demo/echo", {"text": "x"}, wait=30)
        assert made["status"] == "SUCCEEDED", made
    # The session, the version, the row, and the row as it ended, before which a slow one is looked at once; the rate,
    # its rest, the owner's lists, the message and the bell with its bounds
    statements, commands = await of_each(server.api, api)
    assert statements <= 5
    assert commands <= 8
    assert server.api.since(api).command_trips / COUNTED < 3
    # The claim and the end; messages fetched and acknowledged, the bell, an append for each wait between two outputs,
    # the end and who hears of it; of a slow one also whether its previews are watched, and one append more
    statements, commands = await of_each(server.worker, worker)
    assert statements <= 2
    assert commands <= 10
