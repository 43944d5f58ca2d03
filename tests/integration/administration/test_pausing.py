"""Pausing a model: its predictions wait and are told why, those of others run, and all run once it is resumed."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.conftest import LiveServer
from tests.integration.accounts.operations import with_key
from tests.integration.administration.operations import audit, command
from tests.support.api import Client
from tests.support.operations import echo_model, ended, handle_of

PAUSE = """mutation ($i: PauseModelInput!) { pauseModel(input: $i) { __typename
  ... on Model { slug pausedAt pauseReason } ... on InvalidInput { violations { path code } }
  ... on UserError { code message } } }"""
RESUME = """mutation ($i: ResumeModelInput!) { resumeModel(input: $i) { __typename
  ... on Model { slug pausedAt pauseReason } ... on UserError { code message } } }"""
MODEL = "query ($s: String!) { model(slug: $s) { pausedAt pauseReason } }"
QUEUE = "query ($id: ID!) { prediction(id: $id) { queue { position etaSeconds { p50 } reason } } }"
UNPAUSED = {"pausedAt": None, "pauseReason": None}
WAITS_SECONDS = 2.0


async def act(client: Client, mutation: str, **values: Any) -> dict[str, Any]:
    (answer,) = (await client.run(mutation, i=values)).values()
    return dict(answer)


async def test_predictions_of_a_paused_model_wait_and_others_run(admin: Client, ada: Client, bob: Client) -> None:
    paused, other = await echo_model(ada), await echo_model(ada)
    runs = await ada.create(paused, {"text": "a b", "repeat": 10, "delay_seconds": 0.1})
    while (await ada.get(runs["id"]) or {})["status"] == "STARTING":
        await asyncio.sleep(0.05)
    shown = await act(admin, PAUSE, model=paused, reason="new weights come")
    assert (shown["slug"], shown["pausedAt"] is not None) == (paused, True)
    assert (await ada.run(MODEL, s=paused))["model"]["pauseReason"] == "new weights come"
    waiting = [await client.create(paused, {"text": "x"}) for client in (ada, bob)]
    assert [each["status"] for each in waiting] == ["STARTING"] * 2
    assert (await ada.create(other, {"text": "y"}, wait=60))["status"] == "SUCCEEDED"
    # What ran goes on
    assert (await ended(ada, runs["id"]))["status"] == "SUCCEEDED"
    await asyncio.sleep(WAITS_SECONDS)
    assert (await ada.get(waiting[0]["id"]) or {})["status"] == "STARTING"
    held = (await ada.run(QUEUE, id=waiting[0]["id"]))["prediction"]["queue"]
    assert held == {"position": None, "etaSeconds": None, "reason": "PAUSED"}
    assert (await bob.cancel(waiting[1]["id"]))["status"] == "CANCELED"
    assert (await act(admin, RESUME, model=paused))["pausedAt"] is None
    assert (await ended(ada, waiting[0]["id"]))["status"] == "SUCCEEDED"
    assert (await act(admin, RESUME, model=paused))["pausedAt"] is None
    events = await audit(admin, subject=paused)
    assert [event["action"] for event in events] == ["MODEL_RESUMED", "MODEL_PAUSED"]
    assert events[1]["after"] == {"paused": True, "reason": "new weights come"}
    assert (await ada.run(MODEL, s=paused))["model"] == UNPAUSED


@pytest.mark.parametrize("mutation", [PAUSE, RESUME])
async def test_administrators_alone_may(admin: Client, ada: Client, nobody: Client, mutation: str) -> None:
    slug = await echo_model(ada)
    for client in (ada, nobody, await with_key(admin, "READ", "WRITE"), await with_key(admin, "READ", "ADMIN")):
        assert (await act(client, mutation, model=slug))["code"] == "FORBIDDEN"
    assert (await ada.run(MODEL, s=slug))["model"] == UNPAUSED


async def test_what_cannot_be_paused_is_said(admin: Client, ada: Client) -> None:
    slug = await echo_model(ada)
    for reason in ("x" * 201, "a\0b"):
        refused = await act(admin, PAUSE, model=slug, reason=reason)
        assert refused["violations"] == [{"path": "/reason", "code": "maxLength"}]
    for name in ("nobody/nothing", "no slug", f"{slug}x"):
        assert (await act(admin, PAUSE, model=name))["code"] == "NOT_FOUND"
    answer = await admin.raw(PAUSE, i={"model": f"{slug}:1"})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_the_operator_does_it_by_slug(admin: Client, ada: Client, live_server: LiveServer) -> None:
    slug = await echo_model(ada)
    assert command(live_server, "queues", "pause", slug, "--reason", "later").stdout == f"{slug} is paused.\n"
    listed = json.loads(command(live_server, "queues", "list", "--json").stdout)
    assert {"model": slug, "pause_reason": "later"}.items() <= next(
        each for each in listed["paused"] if each["model"] == slug
    ).items()
    assert {each["queue"] for each in listed["queues"]} >= {"text", "image", "custom"}
    assert f"{slug}\tpaused\t" in command(live_server, "queues", "list").stdout
    assert command(live_server, "queues", "resume", slug).stdout == f"{slug} runs.\n"
    assert (await ada.run(MODEL, s=slug))["model"] == UNPAUSED
    assert command(live_server, "queues", "pause", "nobody/nothing").returncode == 1
    (_, event) = await audit(admin, subject=slug)
    assert (event["actor"], await handle_of(ada) in event["subject"]) == ("operator", True)
