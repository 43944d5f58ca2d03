"""Stars on one's own predictions, and finding predictions by them and by words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from tests.conftest import LiveServer
from tests.integration.accounts.operations import with_key
from tests.support.api import Client
from tests.support.operations import code_of, somebody

STAR = """mutation ($i: StarPredictionInput!) { starPrediction(input: $i) { __typename
  ... on Prediction { id isStarred } ... on UserError { code } } }"""
UNSTAR = """mutation ($i: UnstarPredictionInput!) { unstarPrediction(input: $i) { __typename
  ... on Prediction { id isStarred } ... on UserError { code } } }"""
LIST = """query ($f: PredictionFilter, $first: Int, $after: String) {
  predictions(filter: $f, first: $first, after: $after) {
    totalCount nodes { id } pageInfo { hasNextPage endCursor } } }"""
LIVE = "subscription ($f: PredictionFilter) { predictions(filter: $f) { id isStarred } }"
ECHO = "demo/echo"


async def star(client: Client, prediction_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.run(STAR, i={"id": prediction_id}))["starPrediction"]
    return answer


async def changes(client: Client, **chosen: Any) -> AsyncGenerator[dict[str, Any], None]:
    """What a live list with a filter tells."""
    async with client.socket() as socket:
        payload = {"query": LIVE, "variables": {"f": chosen}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        async for raw in socket:
            message = json.loads(raw)
            assert message["type"] == "next", message
            assert "errors" not in message["payload"], message["payload"]["errors"]
            yield message["payload"]["data"]["predictions"]


async def listed(client: Client, **chosen: Any) -> list[str]:
    nodes = (await client.run(LIST, f=chosen))["predictions"]["nodes"]
    return [node["id"] for node in nodes]


@pytest.fixture(scope="module")
async def owner(live_server: LiveServer) -> AsyncGenerator[Client, None]:
    client, _ = await somebody(live_server.url)
    yield client
    await client.close()


@pytest.fixture(scope="module")
async def made(owner: Client) -> dict[str, str]:
    """The ids of predictions, by their texts."""
    texts = ("a red Fox", 'a "blue" fox\nand a back\\slash', "100% _sure_", "Grüße, ŻÓŁW")
    rows = await asyncio.gather(*(owner.create(ECHO, {"text": text}, wait=60) for text in texts))
    return {text: row["id"] for text, row in zip(texts, rows, strict=True)}


async def test_a_star_is_its_owners_and_lists_narrow_down_to_it(ada: Client, bob: Client, nobody: Client) -> None:
    first, second = [await ada.create(ECHO, {"text": text}, wait=60) for text in ("one", "two")]
    for _ in range(2):
        assert await star(ada, first["id"]) == {"__typename": "Prediction", "id": first["id"], "isStarred": True}
    assert await listed(ada, starred=True) == [first["id"]]
    assert await listed(ada, starred=False) == [second["id"]]
    assert await listed(bob, starred=True) == []
    assert (await star(bob, first["id"]))["code"] == "NOT_FOUND"
    assert await code_of(nobody, STAR, i={"id": first["id"]}) == "UNAUTHENTICATED"
    for _ in range(2):
        answer = (await ada.run(UNSTAR, i={"id": first["id"]}))["unstarPrediction"]
        assert answer["isStarred"] is False
    assert await listed(ada, starred=True) == []
    reader = await with_key(ada, "READ", "RUN")
    try:
        assert (await star(reader, first["id"]))["code"] == "FORBIDDEN"
    finally:
        await reader.close()


async def test_nobody_stars_what_others_ran(ada: Client, nobody: Client, admin: Client) -> None:
    anonymous = await nobody.create(ECHO, {"text": "x"}, wait=60)
    assert (await star(ada, anonymous["id"]))["code"] == "FORBIDDEN"
    own = await ada.create(ECHO, {"text": "x"}, wait=60)
    assert (await star(admin, own["id"]))["code"] == "FORBIDDEN"
    await star(ada, own["id"])
    query = "query ($id: ID!) { prediction(id: $id) { isStarred } }"
    assert (await admin.run(query, id=own["id"]))["prediction"]["isStarred"] is False


async def test_live_lists_tell_of_a_star(ada: Client) -> None:
    made = await ada.create(ECHO, {"text": "x"}, wait=60)
    async with asyncio.timeout(30), aclosing(changes(ada, starred=True)) as told:
        waiting = asyncio.ensure_future(anext(told))
        while not waiting.done():
            # It may have begun to watch behind the first
            await ada.run(UNSTAR, i={"id": made["id"]})
            await star(ada, made["id"])
            await asyncio.wait([waiting], timeout=1)
        assert await waiting == {"id": made["id"], "isStarred": True}


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        ("fox", {"a red Fox", 'a "blue" fox\nand a back\\slash'}),
        ("FOX Red", {"a red Fox"}),
        ('"blue"', {'a "blue" fox\nand a back\\slash'}),
        ("back\\slash", {'a "blue" fox\nand a back\\slash'}),
        ("100%", {"100% _sure_"}),
        ("_sure_", {"100% _sure_"}),
        ("%red%", set()),
        ("r_d", set()),
        ("grüße żółw", {"Grüße, ŻÓŁW"}),
        # The name of a field, and of none of its values
        ("delay_seconds", set()),
        ("fox hen", set()),
    ],
)
async def test_words_of_inputs_and_outputs_are_found(
    owner: Client, made: dict[str, str], words: str, texts: set[str]
) -> None:
    assert set(await listed(owner, text=words)) == {made[text] for text in texts}


async def test_words_go_with_the_rest_of_the_filter_and_with_pages(owner: Client, made: dict[str, str]) -> None:
    assert await listed(owner, text="fox", model="demo/prose") == []
    assert await listed(owner, text="fox", status=["FAILED"]) == []
    page = (await owner.run(LIST, f={"text": "fox", "model": ECHO}, first=1))["predictions"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    other = (await owner.run(LIST, f={"text": "fox"}, first=1, after=page["pageInfo"]["endCursor"]))["predictions"]
    assert other["pageInfo"]["hasNextPage"] is False
    assert {page["nodes"][0]["id"], other["nodes"][0]["id"]} == {
        made["a red Fox"],
        made['a "blue" fox\nand a back\\slash'],
    }


async def test_what_others_ran_is_not_found(ada: Client, made: dict[str, str]) -> None:
    assert made
    assert await listed(ada, text="fox") == []


@pytest.mark.parametrize("text", ["", " ", "a" * 201, "a b c d e f g h i j k", "a\0b"])
async def test_a_search_for_nothing_or_too_much_is_refused(owner: Client, text: str) -> None:
    assert await code_of(owner, LIST, f={"text": text}) == "BAD_USER_INPUT"


async def test_live_lists_do_not_search_and_a_search_deletes_nothing(owner: Client, made: dict[str, str]) -> None:
    async with aclosing(changes(owner, text="fox")) as told:
        with pytest.raises(AssertionError, match="BAD_USER_INPUT"):
            await anext(told)
    delete = """mutation ($i: DeletePredictionsInput!) { deletePredictions(input: $i) { __typename
      ... on InvalidInput { violations { path } } } }"""
    answer = (await owner.run(delete, i={"filter": {"text": "fox"}}))["deletePredictions"]
    assert answer == {"__typename": "InvalidInput", "violations": [{"path": "/filter/text"}]}
    assert len(await listed(owner, text="fox")) == 2
    assert made
