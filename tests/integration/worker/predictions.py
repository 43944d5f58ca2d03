"""Predictions of the tests of workers, and the waits for them."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import asyncpg

from server.domain.ids import parse_global_id
from server.embedded.servers import LocalServers
from tests.support.api import TERMINAL, Client

WORDS = {"text": "one two three four five six seven eight nine ten", "delay_seconds": 0.2}
LONG = {**WORDS, "repeat": 1000}


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
