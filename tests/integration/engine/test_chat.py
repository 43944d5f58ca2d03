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
    events = [event async for event in admin.events(several["id"])]
    assert "".join(event["text"] or "" for event in events if event["__typename"] == "OutputAppended") in {
        "",
        one["text"],
    }

    both = await admin.create(slug, {**plain, "prompt": "a"})
    assert [violation["message"] for violation in both["violations"]] == [
        "Give exactly one of the fields prompt and messages, not prompt and messages together."
    ]
    failed = await admin.create(slug, {**plain, "messages": [{"role": "user", "content": "x" * 600}]}, wait=60)
    assert failed["error"]["code"] == "INPUT_REJECTED"


async def test_a_model_that_never_learnt_to_chat_takes_no_messages(admin: Client) -> None:
    refused = await admin.create("demo/prose", {"messages": MESSAGES})
    assert {violation["path"] for violation in refused["violations"]} == {"/input/messages", "/input/prompt"}
