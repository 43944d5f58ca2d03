"""A webhook's receiver that turns out to lie inside."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.chaos.alone import clients, ended, holder, until
from tests.chaos.cluster import Cluster
from tests.chaos.load import Asked, Load
from tests.support.api import CREATE, Client
from tests.support.receiver import listening

INSIDE = "127.0.0.2"


@pytest.fixture
async def load(cluster: Cluster) -> AsyncIterator[Load]:
    async with clients(cluster) as found:
        yield found


async def test_no_webhook_reaches_an_address_that_is_not_public(cluster: Cluster, load: Load) -> None:
    """Neither by its address, nor when what was a public host yesterday has another address today."""
    reached: list[str] = []

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append("somebody came")
        writer.close()

    inside = await asyncio.start_server(serve, INSIDE, 0)
    url = f"http://{INSIDE}:{inside.sockets[0].getsockname()[1]}/"
    client = Client(cluster.urls["api-0"], cluster.token)
    values = {"model": cluster.slugs["count"], "input": {"last": 5}, "webhook": {"url": url}}
    refused = (await client.run(CREATE, input=values))["createPrediction"]
    assert refused["__typename"] == "InvalidInput", refused
    await client.close()
    async with listening() as public:
        hooked = replace(load, hook=public.url())
        asked = await hooked.ask("count", {"last": 20, "delay": 0.1}, "SUCCEEDED", hooked=True)
        await holder(cluster, asked)
        async with cluster.database() as connection:
            await connection.execute("UPDATE webhook SET url = $2 WHERE prediction_id = $1", asked.row_id, url)
        assert (await ended(cluster, asked))["status"] == "succeeded"
        await until(lambda: _tried(cluster, asked))
        assert [told.event for told in public.told] in ([], ["START"])
    assert reached == []
    inside.close()


async def _tried(cluster: Cluster, asked: Asked) -> bool:
    sql = "SELECT attempts FROM webhook_delivery WHERE prediction_id = $1 AND event = 'completed'"
    async with cluster.database() as connection:
        attempts = json.loads(await connection.fetchval(sql, asked.row_id) or "[]")
    return any("not on the public internet" in (attempt["error"] or "") for attempt in attempts)
