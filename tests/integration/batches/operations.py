"""What tests ask the API about batches."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.support.api import Client

FIELDS = """id status note reason maxConcurrency allOrNothing metadata cancelRequestedAt completedAt results dataRemoved
  cost { amount currency }
  counts { total succeeded failed canceled aborted invalid live running } model { slug } version { number }
  retryOf { id } webhook { url status attempts { statusCode } nextAttemptAt } user { handle }
  invalidLines { totalCount nodes { index line violations { path code } } }
  items { totalCount nodes { id status batchIndex text batch { id } } pageInfo { hasNextPage endCursor } }"""
MEMBERS = f"__typename ... on Batch {{ {FIELDS} }} ... on UserError {{ code message }}"
VIOLATIONS = "... on InvalidInput { violations { path } }"
CREATE = f"mutation ($i: CreateBatchInput!) {{ createBatch(input: $i) {{ {MEMBERS} {VIOLATIONS} }} }}"
READ = f"query ($id: ID!) {{ batch(id: $id) {{ {FIELDS} }} }}"
MODEL = "demo/echo"


async def create(client: Client, **new: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await client.run(CREATE, i={"model": MODEL, **new}))["createBatch"]
    return made


async def read(client: Client, batch_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.run(READ, id=batch_id))["batch"]
    return found


async def ended(client: Client, batch_id: str, seconds: float = 60) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = await read(client, batch_id)
        if found["completedAt"]:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"the batch does not end: {found}")
