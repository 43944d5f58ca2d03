"""Predictions over REST: run, waited for, listed, canceled, and never made twice."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from uuid import uuid4

import pytest

from tests.conftest import LiveServer
from tests.integration.rest.calling import calling, run, signed_in
from tests.support.api import Client

SLOW = {"text": "word " * 60, "delay_seconds": 0.2}


async def test_one_that_is_waited_for_is_what_graphql_shows(live_server: LiveServer) -> None:
    token = await signed_in(live_server)
    async with calling(live_server, token) as client:
        made = await run(client, "demo/echo", {"text": "to be or not to be"})
        again = (await client.get(made["urls"]["get"])).json()
    assert (made["status"], made["output"], made["error"]) == ("succeeded", "to be or not to be", None)
    assert made["metrics"]["total_time"] >= made["metrics"]["predict_time"] >= 0
    drop = {"urls"}
    assert {k: v for k, v in again.items() if k not in drop} == {k: v for k, v in made.items() if k not in drop}
    other = Client(live_server.url, token)
    shown = await other.get(made["id"])
    assert shown is not None
    assert (shown["status"], shown["text"], shown["model"]["slug"]) == ("SUCCEEDED", made["output"], made["model"])
    assert shown["createdAt"].replace("+00:00", "Z") == made["created_at"]
    await other.close()


async def test_a_text_is_a_list_of_pieces_that_only_grows(live_server: LiveServer) -> None:
    token = await signed_in(live_server)
    async with calling(live_server, token) as client:
        body = {"input": {"prompt": "The function returns", "max_new_tokens": 60, "seed": 4}}
        answer = await client.post("/v1/models/demo/prose/predictions", json=body)
        assert answer.status_code == 201
        seen: list[list[str]] = []
        while True:
            found = (await client.get(answer.json()["urls"]["get"])).json()
            seen.append(found["output"] or [])
            if found["status"] == "succeeded":
                break
    for shorter, longer in pairwise(seen):
        assert longer[: len(shorter)] == shorter
    text = Client(live_server.url, token)
    shown = await text.get(answer.json()["id"])
    assert shown is not None
    assert "".join(seen[-1]) == shown["text"]
    await text.close()


async def test_one_that_takes_longer_than_one_waits_is_starting_for_who_waited(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        began = time.monotonic()
        answer = await client.post(
            "/v1/models/demo/echo/predictions", json={"input": SLOW}, headers={"prefer": "wait=1"}
        )
        assert 0.9 < time.monotonic() - began < 5
        assert (answer.status_code, answer.json()["status"]) == (202, "starting")
        assert answer.headers["preference-applied"] == "wait=1"
        urls = answer.json()["urls"]
        assert (await client.get(urls["get"])).json()["status"] == "processing"
        canceled = await client.post(urls["cancel"])
        assert canceled.status_code == 200
        while (found := (await client.get(urls["get"])).json())["status"] == "processing":
            await asyncio.sleep(0.05)
        assert found["status"] == "canceled"
        assert (await client.post(urls["cancel"])).json()["status"] == "canceled"


@pytest.mark.parametrize("name", ["id", "owner/name", "owner/name:number", "owner/name:id", "model"])
async def test_what_is_run_has_many_names(live_server: LiveServer, name: str) -> None:
    async with calling(live_server) as client:
        version = (await client.get("/v1/models/demo/echo")).json()["latest_version"]
        named = {
            "id": {"version": version["id"]},
            "owner/name": {"version": "demo/echo"},
            "owner/name:number": {"version": f"demo/echo:{version['number']}"},
            "owner/name:id": {"version": f"demo/echo:{version['id']}"},
            "model": {"model": "demo/echo"},
        }[name]
        body = {**named, "input": {"text": "x"}, "nobody": "knows this"}
        answer = await client.post("/v1/predictions", json=body, headers={"prefer": "wait"})
        assert (answer.status_code, answer.json()["output"]) == (201, "x")
        assert answer.json()["version"] == version["id"]
        wrong = await client.post("/v1/predictions", json={"version": f"demo/prose:{version['id']}", "input": {}})
        assert wrong.status_code == 404


async def test_a_key_makes_one_prediction_over_both_doors(live_server: LiveServer) -> None:
    token = await signed_in(live_server)
    key = uuid4().hex
    async with calling(live_server, token) as client:
        made = [await run(client, "demo/echo", {"text": "x"}, **{"idempotency-key": key}) for _ in range(2)]
        assert made[0]["id"] == made[1]["id"]
        body = {"input": {"text": "y"}}
        other = await client.post("/v1/models/demo/echo/predictions", json=body, headers={"idempotency-key": key})
        assert (other.status_code, other.json()["code"]) == (409, "CONFLICT")
    graphql = Client(live_server.url, token)
    assert (await graphql.create("demo/echo", {"text": "x"}, idempotencyKey=key))["id"] == made[0]["id"]
    await graphql.close()


async def test_a_priority_is_taken_and_given_back(live_server: LiveServer) -> None:
    token, key = await signed_in(live_server), uuid4().hex
    async with calling(live_server, token) as client:
        answers = []
        for priority in ("low", "normal", "high", None):
            body = {"input": {"text": "x"}, "priority": priority}
            answers.append(await client.post("/v1/models/demo/echo/predictions", json=body))
        assert [(each.status_code, each.json()["priority"]) for each in answers] == [
            (201, "low"), (201, "normal"), (201, "high"), (201, "normal")
        ]  # fmt: skip
        assert (await client.get(f"/v1/predictions/{answers[0].json()['id']}")).json()["priority"] == "low"
        for wrong in ("urgent", "HIGH", 2, ["low"], ""):
            body = {"input": {"text": "x"}, "priority": wrong}
            refused = await client.post("/v1/models/demo/echo/predictions", json=body)
            assert refused.status_code == 422
            assert refused.json()["violations"][0]["path"] == "/priority"
        # Another priority is another request
        body = {"version": "demo/echo", "input": {"text": "x"}}
        headers = {"idempotency-key": key}
        assert (await client.post("/v1/predictions", json=body, headers=headers)).status_code == 201
        other = await client.post("/v1/predictions", json={**body, "priority": "high"}, headers=headers)
        assert other.json()["code"] == "CONFLICT"
    graphql = Client(live_server.url, token)
    shown = await graphql.run("query ($id: ID!) { prediction(id: $id) { priority } }", id=answers[2].json()["id"])
    assert shown["prediction"]["priority"] == "HIGH"
    await graphql.close()


async def test_one_is_given_up_after_the_time_that_was_asked(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        made = await run(client, "demo/echo", SLOW, **{"cancel-after": "2s"})
    assert (made["status"], made["error_code"]) == ("failed", "DEADLINE_EXCEEDED")
    assert made["deadline"] is not None


@pytest.mark.slow
async def test_a_list_is_walked_to_its_end_and_back(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        made = [(await run(client, "demo/echo", {"text": str(n)}))["id"] for n in range(60)]
        first = (await client.get("/v1/predictions")).json()
        assert first["previous"] is None
        second = (await client.get(first["next"])).json()
        assert second["next"] is None
        assert [each["id"] for each in first["results"] + second["results"]] == made[::-1]
        back = (await client.get(second["previous"])).json()
        assert [each["id"] for each in back["results"]] == made[:9:-1]
        chosen = (await client.get("/v1/predictions", params={"status": "failed"})).json()
        assert chosen == {"previous": None, "next": None, "results": []}


async def test_a_page_ends_where_its_rows_are_too_large(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        # Random, so that PostgreSQL cannot compress them
        texts = ["".join(uuid4().hex for _ in range(300)) for _ in range(3)]
        for text in texts:
            await run(client, "demo/echo", {"text": text, "repeat": 60})
        page = (await client.get("/v1/predictions")).json()
        seen = [each["input"]["text"] for each in page["results"]]
        assert 1 <= len(seen) < 3
        while page["next"]:
            page = (await client.get(page["next"])).json()
            seen += [each["input"]["text"] for each in page["results"]]
    assert seen == texts[::-1]
