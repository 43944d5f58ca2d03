"""A secret input reaches its model, and nothing else that is kept or shown."""

from __future__ import annotations

import hashlib
from typing import Any

import asyncpg

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import administrator, ended

TOKEN = "sk-very-secret-4711"
SHOWN = "**********"
CREATE = """mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { __typename
  ... on Prediction { id input } ... on InvalidInput { violations { path message } }
  ... on UserError { code message } } }"""
RETRY = """mutation ($input: RetryPredictionInput!) { retryPrediction(input: $input) { __typename
  ... on Prediction { id input } ... on UserError { code message } } }"""
READ = "query ($id: ID!) { node(id: $id) { ... on Prediction { input output logs cached } } }"


async def create(client: Client, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await client.run(CREATE, input=fields))["createPrediction"]
    return made


async def test_it_is_shown_to_nobody_and_kept_nowhere_in_clear(
    live: LiveServer, models: dict[str, str], ada: Client
) -> None:
    new = {"model": models["vouch"], "input": {"token": TOKEN}, "idempotencyKey": "one", "useCache": True}
    made = await create(ada, **new)
    assert made["input"] == {"token": SHOWN, "times": 1}
    result = {"sha256": hashlib.sha256(TOKEN.encode()).hexdigest(), "token": SHOWN}
    assert (await ended(ada, made["id"]))["output"] == result
    row = (await ada.run(READ, id=made["id"]))["node"]
    assert row == {"input": made["input"], "output": result, "logs": f"{SHOWN}\n", "cached": False}

    assert (await create(ada, **new))["id"] == made["id"], "the same request with the same key is the same prediction"
    other = await create(ada, **{**new, "input": {"token": f"{TOKEN}!"}})
    assert other["code"] == "CONFLICT"
    again = await create(ada, **{**new, "idempotencyKey": "two"})
    assert (await ended(ada, again["id"]))["output"] == result
    assert not (await ada.run(READ, id=again["id"]))["node"]["cached"], "no result is shared"

    database = await asyncpg.connect(live.environment["DATABASE_URL"])
    rows = await database.fetch("SELECT p::text AS text FROM prediction p WHERE input ? 'token'")
    await database.close()
    assert len(rows) >= 2
    assert not any(TOKEN in each["text"] for each in rows)
    assert not any(TOKEN in file.read_text(errors="replace") for file in live.data_dir.glob("*.log"))


async def test_its_owner_runs_it_again_and_nobody_else(live: LiveServer, models: dict[str, str], ada: Client) -> None:
    made = await create(ada, model=models["vouch"], input={"token": TOKEN, "times": 2})
    first = await ended(ada, made["id"])
    again = (await ada.run(RETRY, input={"id": made["id"]}))["retryPrediction"]
    assert (await ended(ada, again["id"]))["output"] == first["output"]
    boss = await administrator(live)
    refused = (await boss.run(RETRY, input={"id": made["id"]}))["retryPrediction"]
    assert refused["code"] == "FORBIDDEN"
    await boss.close()


async def test_what_is_shown_instead_is_no_secret(models: dict[str, str], ada: Client) -> None:
    refused = await create(ada, model=models["vouch"], input={"token": SHOWN})
    assert [each["path"] for each in refused["violations"]] == ["/input/token"]
