"""Predictions that are created while the database is in trouble."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.api import CREATE, Client

END_SECONDS = 5.0


async def end_of_create(client: Client) -> str:
    """What came of a create: its status, or the code of its error."""
    answer = await client.raw(CREATE, input={"model": "demo/echo", "input": {"text": "a"}})
    if errors := answer.get("errors"):
        return str(errors[0]["extensions"]["code"])
    made = answer["data"]["createPrediction"]
    return str(made.get("status") or made.get("code") or made)


@asynccontextmanager
async def load(client: Client) -> AsyncIterator[Counter[str]]:
    """Create predictions one after the other, and count what came of them."""
    ends: Counter[str] = Counter()
    stopped = asyncio.Event()

    async def create() -> None:
        while not stopped.is_set():
            ends[await end_of_create(client)] += 1

    tasks = [asyncio.create_task(create()) for _ in range(4)]
    try:
        yield ends
    finally:
        stopped.set()
        await asyncio.gather(*tasks)


async def until_accepted(client: Client) -> str:
    """Wait until a prediction is accepted and has ended well; its id."""
    async with asyncio.timeout(60):
        while True:
            answer = await client.raw(CREATE, input={"model": "demo/echo", "input": {"text": "a"}})
            made = (answer.get("data") or {}).get("createPrediction") or {}
            if "id" in made:
                break
            await asyncio.sleep(0.02)
        while (row := await client.get(made["id"])) is None or row["status"] != "SUCCEEDED":
            await asyncio.sleep(0.02)
    return str(made["id"])
