"""Several workers share what runs one at a time: none claims what it cannot begin."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.integration.worker.conftest import QUICK
from tests.support.api import Client
from tests.support.operations import add_model, administrator, ended, settled

pytestmark = pytest.mark.slow

SECONDS = 5.0
# As it is by default: workers are woken, and do not merely look often
SETTINGS = {**QUICK, "CLAIM_POLL_SECONDS": "5", "CUSTOM_PREDICTORS": "tests.integration.worker.crowds:Serial"}


@pytest.fixture(scope="module")
def live(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with running(own_servers, tmp_path_factory.mktemp("shares"), workers=3, **SETTINGS) as found:
        yield found


@pytest.fixture(scope="module")
def serial(live: LiveServer) -> str:
    async def make() -> str:
        client = await administrator(live)
        made = await add_model(client, name="serial", source={"predictor": "serial"})
        slug: str = (await settled(client, made["slug"]))["slug"]
        await client.close()
        return slug

    return asyncio.run(make())


@pytest.fixture
async def client(live: LiveServer) -> AsyncIterator[Client]:
    found = Client(live.url)
    yield found
    await found.close()


@pytest.mark.parametrize(("workers", "number"), [(3, 3), (3, 6), (2, 4), (2, 2)])
async def test_workers_reach_the_ideal_time(
    client: Client, live: LiveServer, serial: str, workers: int, number: int
) -> None:
    while len(live.processes) > workers + 1:
        await asyncio.to_thread(live.stop, f"worker-{len(live.processes) - 2}")
    began = time.monotonic()
    made = await asyncio.gather(*(client.create(serial, {"seconds": SECONDS, "number": n}) for n in range(number)))
    await asyncio.sleep(1)
    states = [(await client.get(each["id"]) or {})["status"] for each in made]
    # What no worker can begin waits for all to see
    assert sorted(states) == ["PROCESSING"] * workers + ["STARTING"] * (number - workers)
    for each in made:
        assert (await ended(client, each["id"]))["status"] == "SUCCEEDED"
    assert time.monotonic() - began < 1.1 * SECONDS * number / workers
