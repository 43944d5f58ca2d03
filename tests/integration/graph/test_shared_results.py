"""`useCache`, as clients see it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.support.api import Client, text_of
from tests.support.operations import echo_model, ended, unique

CACHED = "query ($id: ID!) { prediction(id: $id) { status cached text attempts metrics { predictSeconds } } }"
PURGE = """mutation ($input: PurgeResultsInput!) { purgeResults(input: $input) { __typename
  ... on PurgedResults { count } ... on UserError { code } } }"""


async def result(client: Client, prediction_id: str) -> dict[str, Any]:
    await ended(client, prediction_id)
    found: dict[str, Any] = (await client.run(CACHED, id=prediction_id))["prediction"]
    return found


async def test_equal_predictions_run_once(ada: Client, bob: Client) -> None:
    slug = await echo_model(ada)
    values = {"text": f"one two three {unique()}", "delay_seconds": 0.3}
    makers = [ada, bob, ada, bob, ada]
    made = await asyncio.gather(*(client.create(slug, values, useCache=True) for client in makers))
    found = [await result(client, one["id"]) for client, one in zip(makers, made, strict=True)]
    assert {(one["status"], one["text"]) for one in found} == {("SUCCEEDED", values["text"])}
    assert [one["cached"] for one in found].count(False) == 1
    assert {one["metrics"]["predictSeconds"] for one in found if one["cached"]} == {0}
    later = await ada.create(slug, values, useCache=True, wait=30)
    assert (await result(ada, later["id"]))["cached"] is True
    assert text_of([event async for event in ada.events(later["id"])]) == values["text"]
    alone = await ada.create(slug, values)
    assert (await result(ada, alone["id"]))["cached"] is False


async def test_a_cancel_of_one_does_not_stop_the_other(ada: Client) -> None:
    slug = await echo_model(ada)
    values = {"text": f"a b c d e {unique()}", "delay_seconds": 0.4}
    first = await ada.create(slug, values, useCache=True)
    others = [await ada.create(slug, values, useCache=True) for _ in range(2)]
    await ada.cancel(first["id"])
    await ada.cancel(others[0]["id"])
    for stopped in (first, others[0]):
        assert (await ended(ada, stopped["id"]))["status"] == "CANCELED"
    assert (await result(ada, others[1]["id"]))["text"] == values["text"]


async def test_private_models_share_nothing_with_others(ada: Client, admin: Client) -> None:
    slug = await echo_model(ada, visibility="PRIVATE")
    values = {"text": unique()}
    await ended(ada, (await ada.create(slug, values, useCache=True))["id"])
    assert (await result(ada, (await ada.create(slug, values, useCache=True))["id"]))["cached"] is True
    assert (await result(admin, (await admin.create(slug, values, useCache=True))["id"]))["cached"] is False


async def test_admins_purge(ada: Client, admin: Client) -> None:
    slug = await echo_model(ada)
    values = {"text": unique()}
    await ended(ada, (await ada.create(slug, values, useCache=True))["id"])
    assert (await ada.run(PURGE, input={"model": slug}))["purgeResults"]["code"] == "FORBIDDEN"
    assert (await admin.run(PURGE, input={"model": slug}))["purgeResults"]["count"] == 1
    assert (await admin.run(PURGE, input={"model": "no/model"}))["purgeResults"]["code"] == "NOT_FOUND"
    assert (await result(ada, (await ada.create(slug, values, useCache=True))["id"]))["cached"] is False
