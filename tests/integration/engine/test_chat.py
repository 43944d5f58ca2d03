"""A downloaded chat model: from its folder to messages, choices and tools, and what is told where one is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import add_model, administrator, settled, unique
from tests.unit.predictors import tiny_models
from tests.unit.predictors.text.chat_templates import CHATML, MESSAGES, with_template

INFO = "query ($slug: String!) { model(slug: $slug) { latestVersion { info inputSchema } } }"
PREDICTION = (
    """query ($id: ID!) { prediction(id: $id) { text output choices { index text finishReason message logprobs } } }"""
)
TOOL = {"type": "function", "function": {"name": "weather"}}


@pytest.fixture
async def admin(live_server: LiveServer) -> AsyncIterator[Client]:
    client = await administrator(live_server)
    yield client
    await client.close()


async def test_a_folder_becomes_a_chat_model(admin: Client, live_server: LiveServer, tmp_path: Path) -> None:
    path = Path(live_server.environment["MODEL_ROOT"]) / unique("chat")
    with_template(tiny_models.llama(tmp_path / "llama"), path, CHATML)
    new = {"kind": "TEXT_GENERATION", "source": {"local": {"path": path.name}}}
    slug = (await settled(admin, (await add_model(admin, **new))["slug"]))["slug"]
    version = (await admin.run(INFO, slug=slug))["model"]["latestVersion"]
    assert version["info"]["chat_templates"] == ["default"]
    assert {"messages", "tools"} <= version["inputSchema"]["properties"].keys()

    plain: dict[str, Any] = {"messages": MESSAGES, "max_new_tokens": 8, "seed": 1, "ignore_eos": True}
    one = await admin.create(slug, plain, wait=60)
    assert one["status"] == "SUCCEEDED", one
    assert one["output"] == one["text"] != ""
    several = await admin.create(slug, {**plain, "n": 2, "tools": [TOOL], "tool_choice": "none"}, wait=60)
    result = (await admin.run(PREDICTION, id=several["id"]))["prediction"]
    assert [choice["index"] for choice in result["choices"]] == [0, 1]
    assert result["choices"][0] == {
        "index": 0,
        "text": one["text"],
        "finishReason": "LENGTH",
        "message": {"role": "assistant", "content": one["text"]},
        "logprobs": None,
    }
    assert result["text"] == one["text"]
    assert result["output"]["choices"][1]["text"] == result["choices"][1]["text"] != one["text"]
    live = await admin.create(slug, {**plain, "n": 3, "logprobs": 1})
    texts, tokens = ["", "", ""], [0, 0, 0]
    async for event in admin.events(live["id"]):
        if event["__typename"] == "PredictionSnapshot" and event["prediction"]["output"]:
            choices = event["prediction"]["output"]["choices"]
            texts = [choice["text"] for choice in choices] + [""] * (3 - len(choices))
            tokens = [len((choice["logprobs"] or {"content": []})["content"]) for choice in choices]
            tokens += [0] * (3 - len(choices))
        elif event["__typename"] == "OutputAppended":
            texts[event["choice"]] += event["text"]
            tokens[event["choice"]] += len(event["logprobs"])
            assert all(len(entry["top"]) == 1 for entry in event["logprobs"])
    choices = (await admin.run(PREDICTION, id=live["id"]))["prediction"]["choices"]
    assert texts == [choice["text"] for choice in choices]
    assert texts[:2] == [choice["text"] for choice in result["choices"]]
    assert tokens == [len(choice["logprobs"]["content"]) for choice in choices] == [8, 8, 8]

    both = await admin.create(slug, {**plain, "prompt": "a"})
    assert [violation["message"] for violation in both["violations"]] == [
        "Give exactly one of the fields prompt and messages, not prompt and messages together."
    ]
    failed = await admin.create(slug, {**plain, "messages": [{"role": "user", "content": "x" * 600}]}, wait=60)
    assert failed["error"]["code"] == "INPUT_REJECTED"


async def test_a_model_that_never_learnt_to_chat_takes_no_messages(admin: Client) -> None:
    refused = await admin.create("demo/prose", {"messages": MESSAGES})
    assert {violation["path"] for violation in refused["violations"]} == {"/input/messages", "/input/prompt"}
