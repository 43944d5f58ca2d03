"""Running a prediction again, and the list that tells its changes, as a client sees both."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.support.api import Client
from tests.support.operations import change, echo_model, ended, handle_of

FIELDS = "id status input seed retryOf { id status } version { id } user { handle }"
RETRY = f"""mutation ($input: RetryPredictionInput!) {{ retryPrediction(input: $input) {{ __typename
  ... on Prediction {{ {FIELDS} }} ... on UserError {{ code message }} }} }}"""
CHANGED = f"subscription ($filter: PredictionFilter) {{ predictions(filter: $filter) {{ {FIELDS} }} }}"


async def retry(client: Client, prediction_id: str, **options: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await client.run(RETRY, input={"id": prediction_id, **options}))["retryPrediction"]
    return made


async def test_a_retry_is_a_new_prediction_of_the_same_version_and_input(ada: Client) -> None:
    slug = await echo_model(ada)
    old = await ended(ada, (await ada.create(slug, {"text": "again", "repeat": 2}))["id"])
    new = await retry(ada, old["id"])
    assert new["id"] != old["id"]
    assert new["input"] == old["input"]
    assert new["retryOf"] == {"id": old["id"], "status": "SUCCEEDED"}
    found = await ended(ada, new["id"])
    assert (found["status"], found["output"], found["version"]) == ("SUCCEEDED", old["output"], old["version"])
    assert (await ada.get(old["id"])) is not None


async def test_a_retry_with_a_key_is_made_once(ada: Client) -> None:
    old = await ada.create(await echo_model(ada), {"text": "x"})
    made = await asyncio.gather(*(retry(ada, old["id"], idempotencyKey="k") for _ in range(10)))
    assert len({found["id"] for found in made}) == 1
    other = await ada.create(await echo_model(ada), {"text": "x"})
    assert (await retry(ada, other["id"], idempotencyKey="k"))["code"] == "CONFLICT"


async def test_only_who_may_see_it_may_retry(ada: Client, bob: Client, nobody: Client) -> None:
    slug = await echo_model(ada)
    old = await ada.create(slug, {"text": "x"})
    for stranger in (bob, nobody):
        assert (await retry(stranger, old["id"]))["code"] == "NOT_FOUND"
    open_one = await nobody.create(slug, {"text": "anybody's"})
    again = await retry(bob, open_one["id"])
    assert again["user"] == {"handle": await handle_of(bob)}
    await change(ada, slug, visibility="PRIVATE")
    assert (await retry(bob, open_one["id"]))["code"] == "NOT_FOUND"


async def test_the_lineage_is_hidden_with_what_it_names(ada: Client, nobody: Client, admin: Client) -> None:
    """An admin repeats what is somebody's alone; whoever then reads the copy by its id is not told of the original."""
    old = await ada.create(await echo_model(ada), {"text": "x"})
    copy = await retry(admin, old["id"])
    assert copy["retryOf"]["id"] == old["id"]
    query = f"query ($id: ID!) {{ prediction(id: $id) {{ {FIELDS} }} }}"
    assert (await ada.run(query, id=copy["id"]))["prediction"] is None
    mine = await retry(ada, old["id"])
    assert (await nobody.run(query, id=mine["id"]))["prediction"] is None


async def test_a_live_list_over_a_socket(ada: Client, bob: Client) -> None:
    slug = await echo_model(ada)
    async with ada.socket() as socket, asyncio.timeout(30):
        payload = {"query": CHANGED, "variables": {"filter": {"model": slug}}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        made = await ada.create(slug, {"text": "a b c", "delay_seconds": 0.3})
        await bob.create(slug, {"text": "of another"})
        seen: list[str] = []
        while "SUCCEEDED" not in seen:
            message = json.loads(await socket.recv())
            assert message["type"] == "next", message
            found = message["payload"]["data"]["predictions"]
            assert found["id"] == made["id"]
            seen.append(found["status"])
        # Each as it stood when it was read: a state that lasts shorter than that is skipped
        assert seen[-2:] == ["PROCESSING", "SUCCEEDED"]
        assert seen[:-2] in ([], ["STARTING"])


async def test_who_may_watch_a_list(ada: Client, nobody: Client) -> None:
    for client, wanted, code in (
        (nobody, None, "UNAUTHENTICATED"),
        (ada, {"everybody": True}, "BAD_USER_INPUT"),
        (ada, {"model": "nobody/nothing"}, "NOT_FOUND"),
    ):
        async with client.socket() as socket, asyncio.timeout(20):
            payload = {"query": CHANGED, "variables": {"filter": wanted}}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            message = json.loads(await socket.recv())
            (error,) = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
            assert error["extensions"]["code"] == code
