"""Predictions that one call of a class runs together, through everything."""

from __future__ import annotations

import asyncio

from tests.conftest import LiveServer
from tests.support.api import Client


async def test_the_page_s_batches(live: LiveServer, models: dict[str, str]) -> None:
    client = Client(live.url)
    made = await asyncio.gather(*(client.create(models["doubler"], {"number": n}, wait=30) for n in range(12)))
    assert [found["output"] for found in made] == [2.0 * n for n in range(12)]
    await client.close()
