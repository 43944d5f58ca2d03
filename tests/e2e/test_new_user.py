"""The whole story of a new user, over HTTP and WebSocket only."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import LiveServer
from tests.support.api import TERMINAL, Client, text_of

# So hot that the end token practically never comes
LONG = {"prompt": "The function returns", "max_new_tokens": 1000, "temperature": 2.0, "top_p": 1.0, "seed": 7}


@pytest.fixture
async def user(live_server: LiveServer) -> AsyncIterator[Client]:
    client = Client(live_server.url)
    await client.sign_up(f"e2e-{secrets.token_hex(5)}")
    yield client
    await client.close()


async def ready(client: Client, slug: str) -> dict[str, Any]:
    query = "query ($s: String!) { model(slug: $s) { latestVersion { state reason inputSchema } } }"
    async with asyncio.timeout(90):
        while True:
            version: dict[str, Any] = (await client.run(query, s=slug))["model"]["latestVersion"]
            assert version["state"] != "REFUSED", version["reason"]
            if version["state"] == "READY":
                return version
            await asyncio.sleep(0.05)


async def watch(client: Client, prediction_id: str, after: str | None = None) -> list[dict[str, Any]]:
    async with asyncio.timeout(120):
        return [event async for event in client.events(prediction_id, after)]


async def test_text_comes_token_by_token(user: Client) -> None:
    await ready(user, "demo/prose")
    made = await user.create("demo/prose", {"prompt": "Return the", "max_new_tokens": 60, "seed": 1})
    events = await watch(user, made["id"])
    kinds = [event["__typename"] for event in events]
    assert kinds[0] == "PredictionSnapshot"
    assert kinds[-1] == "StatusChanged"
    assert kinds.count("OutputAppended") > 3, "the text came in one piece"
    last = events[-1]["prediction"]
    assert last["status"] == "SUCCEEDED"
    assert len(last["text"]) > 40
    assert text_of(events) == last["text"]
    seqs = [event["seq"] for event in events if event["__typename"] != "PredictionSnapshot"]
    assert seqs == sorted(set(seqs))
    metrics = (await user.get(made["id"]) or {})["metrics"]
    assert 10 < metrics["outputTokens"] <= 60
    assert metrics["timeToFirstTokenSeconds"] > 0


async def test_the_same_seed_gives_the_same_text(user: Client) -> None:
    values = {"prompt": "The class", "max_new_tokens": 24, "seed": 12345}
    made = await asyncio.gather(*(user.create("demo/prose", values, wait=60) for _ in range(3)))
    assert {prediction["status"] for prediction in made} == {"SUCCEEDED"}
    assert len({prediction["text"] for prediction in made}) == 1
    other = await user.create("demo/prose", {**values, "seed": 54321}, wait=60)
    assert other["text"] != made[0]["text"]
    drawn = await user.create("demo/prose", {"prompt": "The class", "max_new_tokens": 24}, wait=60)
    again = await user.create("demo/prose", {**values, "seed": int(drawn["seed"])}, wait=60)
    assert again["text"] == drawn["text"]


async def test_a_picture_comes_from_noise(user: Client, live_server: LiveServer) -> None:
    version = await ready(user, "demo/shapes")
    assert version["inputSchema"]["properties"]["width"]["default"] == 128
    made = await user.create("demo/shapes", {"prompt": "a red circle on a blue background", "steps": 10, "seed": 3})
    events = await watch(user, made["id"])
    steps = [event["step"] for event in events if event["__typename"] == "Progressed"]
    assert steps
    assert steps[-1] == 10
    assert steps == sorted(steps)
    (file,) = events[-1]["prediction"]["files"]
    assert (file["width"], file["height"], file["contentType"]) == (128, 128, "image/png")
    picture = await user.http.get(file["url"])
    assert picture.status_code == 200
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert picture.content.startswith(b"\x89PNG")
    assert len(picture.content) == int(file["bytes"])
    assert (await user.http.get(file["url"].replace("sig=", "sig=x"))).status_code == 403
    assert events[-1]["prediction"]["output"] is not None


async def test_several_pictures_at_once(user: Client) -> None:
    await ready(user, "demo/shapes")
    values = {"prompt": "a green star on a white background", "steps": 4, "num_images": 3, "seed": 5}
    made = await user.create("demo/shapes", values, wait=60)
    assert made["status"] == "SUCCEEDED"
    assert len(made["files"]) == len(made["output"]) == 3
    assert made["metrics"]["steps"] == 12


async def test_cancel_in_the_middle_keeps_what_was_written(user: Client) -> None:
    made = await user.create("demo/prose", LONG)
    canceled_at: float | None = None
    events = []
    async with asyncio.timeout(60):
        async for event in user.events(made["id"]):
            events.append(event)
            if canceled_at is None and len(text_of(events)) > 40:
                canceled_at = time.monotonic()
                assert (await user.cancel(made["id"]))["__typename"] == "Prediction"
    assert canceled_at is not None
    assert time.monotonic() - canceled_at < 2
    found = await user.get(made["id"])
    assert found is not None
    assert found["status"] == "CANCELED"
    assert found["stopSeconds"] < 1
    assert found["canceledAt"] is not None
    assert len(found["text"]) >= 40
    assert found["text"] == text_of(events)
    assert found["metrics"]["outputTokens"] < 1000
    assert (await user.cancel(made["id"]))["status"] == "CANCELED"


async def test_a_late_and_a_resumed_subscriber_miss_nothing(user: Client) -> None:
    made = await user.create("demo/prose", {**LONG, "max_new_tokens": 300})
    first: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        async for event in user.events(made["id"]):
            first.append(event)
            if len(text_of(first)) > 60:
                break
    late, resumed = await asyncio.gather(watch(user, made["id"]), watch(user, made["id"], first[-1]["cursor"]))
    final = (await user.get(made["id"]) or {})["text"]
    assert late[0]["__typename"] == "PredictionSnapshot"
    assert len(late[0]["prediction"]["text"]) >= 60
    assert text_of(late) == final
    assert "PredictionSnapshot" not in [event["__typename"] for event in resumed]
    assert text_of([*first, *resumed]) == final
    assert not {event["seq"] for event in first} & {event["seq"] for event in resumed}
    assert late[-1]["status"] == resumed[-1]["status"] == "SUCCEEDED"


async def test_whoever_comes_after_the_end_sees_all_of_it(user: Client) -> None:
    made = await user.create("demo/echo", {"text": "one two three"}, wait=30)
    events = await watch(user, made["id"])
    assert [event["__typename"] for event in events] == ["PredictionSnapshot", "StatusChanged"]
    assert events[0]["prediction"]["text"] == "one two three"
    assert await watch(user, made["id"], events[-1]["cursor"]) == []


async def test_wrong_input_is_told_all_at_once(user: Client) -> None:
    made = await user.create("demo/prose", {"max_new_tokens": 0, "temperature": 9, "colour": "red"})
    assert made["__typename"] == "InvalidInput"
    assert {v["path"] for v in made["violations"]} == {
        "/input/prompt",
        "/input/max_new_tokens",
        "/input/temperature",
        "/input/colour",
    }


async def test_a_prompt_longer_than_the_context_is_rejected(user: Client) -> None:
    made = await user.create("demo/prose", {"prompt": "word " * 3000}, wait=60)
    assert made["status"] == "FAILED"
    assert made["error"]["code"] == "INPUT_REJECTED"
    assert "1024" in made["error"]["message"]


async def test_stop_strings_end_the_text(user: Client) -> None:
    values = {"prompt": "The function returns", "max_new_tokens": 200, "seed": 2, "stop": ["."]}
    made = await user.create("demo/prose", values, wait=60)
    assert made["status"] == "SUCCEEDED"
    assert "." not in made["text"]


async def test_waiting_answers_when_it_has_ended(user: Client) -> None:
    made = await user.create("demo/echo", {"text": "a b c", "delay_seconds": 0.1}, wait=30)
    assert made["status"] == "SUCCEEDED"
    assert made["text"] == "a b c"
    began = time.monotonic()
    slow = await user.create("demo/echo", {"text": "a b c", "delay_seconds": 30}, wait=1)
    assert slow["status"] not in TERMINAL
    assert 0.9 < time.monotonic() - began < 5
    await user.cancel(slow["id"])


async def test_a_model_of_ones_own(user: Client) -> None:
    query = """mutation ($input: CreateModelInput!) { createModel(input: $input) { __typename
      ... on Model { slug visibility } ... on UserError { message } } }"""
    new = {"name": "mine", "kind": "CUSTOM", "visibility": "PRIVATE", "source": {"predictor": "echo"}}
    made = (await user.run(query, input=new))["createModel"]
    assert made["__typename"] == "Model", made
    await ready(user, made["slug"])
    assert (await user.create(made["slug"], {"text": "hello"}, wait=30))["text"] == "hello"
    assert (await user.create(f"{made['slug']}:1", {"text": "hi"}, wait=30))["text"] == "hi"
    assert (await user.create(f"{made['slug']}:2", {"text": "hi"}))["__typename"] == "UnavailableError"
    stranger = Client(user.url)
    assert (await stranger.create(made["slug"], {"text": "hello"}))["__typename"] == "NotFoundError"
    await stranger.close()
