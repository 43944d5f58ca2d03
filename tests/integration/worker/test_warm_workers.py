"""Two workers: a version's predictions go to the one that holds it, and to the other when that one is busy."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from server.embedded.servers import LocalServers
from tests.conftest import running
from tests.integration.worker.conftest import QUICK
from tests.integration.worker.predictions import LONG, row, until
from tests.support.api import Client
from tests.support.prepared import StartServers

SETTINGS = {**QUICK, "CUSTOM_SLOTS": "1", "WARM_WAIT_SECONDS": "1"}


async def _holders(servers: LocalServers) -> list[UUID]:
    """The living workers that say they hold the one version that was used."""
    connection = await asyncpg.connect(servers.database_url)
    try:
        query = "SELECT id FROM worker WHERE last_seen > now() - interval '3 s' AND jsonb_array_length(versions) > 0"
        return [found["id"] for found in await connection.fetch(query)]
    finally:
        await connection.close()


async def _beats(servers: LocalServers, count: int) -> None:
    """Wait until every worker has written so many heartbeats more."""
    connection = await asyncpg.connect(servers.database_url)
    try:
        for _ in range(count):
            began = await connection.fetchval("SELECT now()")
            while await connection.fetchval("SELECT count(*) FROM worker WHERE last_seen > $1", began) < 2:
                await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def _worker_of(client: Client, servers: LocalServers, text: str) -> UUID:
    ended = await client.create("demo/echo", {"text": text}, wait=30)
    assert ended["status"] == "SUCCEEDED", ended
    found: UUID = (await row(servers, ended["id"]))["worker_id"]
    return found


@pytest.fixture
def servers(start_servers: StartServers) -> Iterator[LocalServers]:
    """Servers that no other worker looks at."""
    with start_servers() as found:
        yield found


@pytest.mark.slow
async def test_the_warm_worker_is_preferred_and_never_waited_for_too_long(
    servers: LocalServers, tmp_path: Path
) -> None:
    with running(servers, tmp_path, workers=2, **SETTINGS) as live:
        client = Client(live.url)
        warm = await _worker_of(client, servers, "first")
        async with asyncio.timeout(30):
            while await _holders(servers) != [warm]:
                await asyncio.sleep(0.05)
        # The other hears of it with its heartbeat, and has when the one after that is written
        await _beats(servers, 2)
        assert {await _worker_of(client, servers, f"t{number}") for number in range(20)} == {warm}
        busy = await client.create("demo/echo", LONG)
        await until(client, busy["id"], "PROCESSING", text=True)
        assert (await row(servers, busy["id"]))["worker_id"] == warm
        cold = await _worker_of(client, servers, "cannot wait for ever")
        assert cold != warm
        await client.cancel(busy["id"])
        await client.close()
