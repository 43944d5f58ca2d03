"""Deleting predictions through the API: what it answers, who may, and what watchers see of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.domain.ids import parse_id
from tests.conftest import LiveServer
from tests.integration.accounts.operations import with_key
from tests.support.api import Client
from tests.support.operations import administrator, ended, somebody

DELETE = """mutation ($i: DeletePredictionInput!) { deletePrediction(input: $i) {
  __typename ... on DeletedPrediction { id isPending } ... on UserError { code message } } }"""
DELETE_SOME = """mutation ($i: DeletePredictionsInput!) { deletePredictions(input: $i) {
  __typename ... on DeletedPredictions { deleted pending missing hasMore }
  ... on InvalidInput { violations { path code } } ... on UserError { code } } }"""
COUNT = "{ predictions { totalCount } }"
ECHO = "demo/echo"
SLOW = {"text": "a b", "repeat": 500, "delay_seconds": 0.2}


async def delete(client: Client, prediction_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.run(DELETE, i={"id": prediction_id}))["deletePrediction"]
    return answer


async def delete_some(client: Client, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.run(DELETE_SOME, i=values))["deletePredictions"]
    return answer


async def until_gone(client: Client, prediction_id: str) -> None:
    async with asyncio.timeout(30):
        while await client.get(prediction_id) is not None:
            await asyncio.sleep(0.1)


async def test_an_ended_one_is_gone_with_its_files_at_once(ada: Client, live_server: LiveServer) -> None:
    made = await ada.create("demo/shapes", {"prompt": "a red circle", "steps": 2}, wait=60)
    (file,) = made["files"]
    assert (await ada.http.get(file["url"])).status_code == 200
    assert await delete(ada, made["id"]) == {"__typename": "DeletedPrediction", "id": made["id"], "isPending": False}
    assert await ada.get(made["id"]) is None
    assert (await ada.http.get(file["url"])).status_code == 404
    assert (await ada.run(COUNT))["predictions"]["totalCount"] == 0
    assert (await delete(ada, made["id"]))["code"] == "NOT_FOUND"
    name = str(parse_id(made["id"], "Prediction"))
    folders = await asyncio.to_thread(lambda: list(live_server.data_dir.rglob(f"*{name}*")))
    assert folders == []


async def test_one_that_runs_is_canceled_its_watchers_see_the_end_and_it_goes(ada: Client) -> None:
    made = await ada.create(ECHO, SLOW)
    watched: list[dict[str, Any]] = []

    async def watch() -> None:
        async for event in ada.events(made["id"]):
            watched.append(event)

    watching = asyncio.create_task(watch())
    async with asyncio.timeout(30):
        while not any(event["__typename"] == "OutputAppended" for event in watched):
            await asyncio.sleep(0.05)
    assert (await delete(ada, made["id"]))["isPending"] is True
    await asyncio.wait_for(watching, 30)
    assert (watched[-1]["__typename"], watched[-1]["status"]) == ("StatusChanged", "CANCELED")
    await until_gone(ada, made["id"])
    assert (await delete(ada, made["id"]))["code"] == "NOT_FOUND"


async def test_some_by_ids_and_by_a_filter(ada: Client) -> None:
    made = [await ada.create(ECHO, {"text": str(number)}, wait=60) for number in range(5)]
    stranger = "UHJlZGljdGlvbjowMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA="
    answer = await delete_some(ada, ids=[made[0]["id"], made[0]["id"], stranger])
    assert answer == {
        "__typename": "DeletedPredictions", "deleted": 1, "pending": 0, "missing": 1, "hasMore": False,
    }  # fmt: skip
    answer = await delete_some(ada, filter={"status": ["SUCCEEDED"]}, first=3)
    assert (answer["deleted"], answer["hasMore"]) == (3, True)
    assert await ada.get(made[4]["id"]) is not None, "the oldest go first"
    answer = await delete_some(ada, filter={})
    assert (answer["deleted"], answer["hasMore"]) == (1, False)
    assert (await ada.run(COUNT))["predictions"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({}, "/ids"),
        ({"ids": [], "filter": {}}, "/ids"),
        ({"ids": [], "first": 3}, "/first"),
        ({"filter": {}, "first": 0}, "/first"),
        ({"filter": {}, "first": 1001}, "/first"),
    ],
)
async def test_what_names_nothing_or_too_much_deletes_nothing(ada: Client, values: dict[str, Any], path: str) -> None:
    made = await ada.create(ECHO, {"text": "a"}, wait=60)
    answer = await delete_some(ada, **values)
    assert path in [violation["path"] for violation in answer["violations"]]
    assert await ada.get(made["id"]) is not None


async def test_whose_they_are(ada: Client, live_server: LiveServer) -> None:
    made = await ada.create(ECHO, {"text": "a"}, wait=60)
    nobody, (other, _), admin = (
        Client(live_server.url),
        await somebody(live_server.url),
        await administrator(live_server),
    )
    reader = await with_key(ada, "READ", "RUN")
    try:
        for stranger in (nobody, other):
            assert (await delete(stranger, made["id"]))["code"] == "NOT_FOUND"
            assert (await delete_some(stranger, ids=[made["id"]]))["missing"] == 1
        answer = await nobody.raw(DELETE_SOME, i={"filter": {}})
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert (await delete_some(other, filter={"everybody": True}))["code"] == "FORBIDDEN"
        assert (await delete(reader, made["id"]))["code"] == "FORBIDDEN"
        assert await ada.get(made["id"]) is not None
        anonymous = await nobody.create(ECHO, {"text": "a"}, wait=60)
        assert (await delete(other, anonymous["id"]))["code"] == "FORBIDDEN"
        assert (await delete(nobody, anonymous["id"]))["isPending"] is False
        assert (await delete(admin, made["id"]))["isPending"] is False
    finally:
        for client in (nobody, other, admin, reader):
            await client.close()


async def test_another_that_was_run_again_stays(ada: Client) -> None:
    retry = """mutation ($i: RetryPredictionInput!) { retryPrediction(input: $i) {
      ... on Prediction { id retryOf { id } } } }"""
    made = await ada.create(ECHO, {"text": "a"}, wait=60)
    again = (await ada.run(retry, i={"id": made["id"]}))["retryPrediction"]
    assert again["retryOf"] == {"id": made["id"]}
    await ended(ada, again["id"])
    await delete(ada, made["id"])
    read = await ada.run("query ($id: ID!) { prediction(id: $id) { status retryOf { id } } }", id=again["id"])
    assert read["prediction"] == {"status": "SUCCEEDED", "retryOf": None}
