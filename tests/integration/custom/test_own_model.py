"""docs/custom-models.md, done as it says."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, LiveServer
from tests.integration.custom.conftest import block
from tests.integration.custom.sending import picture
from tests.support.api import Client, text_of
from tests.support.operations import administrator, refusal, somebody, unique

INPUT = {"text": "The cat sat on a very old mat. It slept.", "words": 2}


@pytest.fixture
def model(models: dict[str, str]) -> str:
    return models["headlines"]


async def test_the_page_s_model_streams_to_anybody(live: LiveServer, model: str) -> None:
    client = Client(live.url)
    made = await client.create(model, INPUT)
    events = [event async for event in client.events(made["id"])]
    ended = events[-1]["prediction"]
    assert ended["status"] == "SUCCEEDED", ended
    assert ended["text"] == text_of(events) == "cat sat\nIt slept\n"
    assert events[-1]["__typename"] == "StatusChanged"
    await client.close()


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        ({}, ["/input/text"]),
        ({"text": 1, "words": 0}, ["/input/text", "/input/words"]),
        ({"text": "a", "words": 21, "more": 1}, ["/input/more", "/input/words"]),
    ],
)
async def test_a_wrong_input_never_reaches_it(
    live: LiveServer, model: str, values: dict[str, Any], paths: list[str]
) -> None:
    client = Client(live.url)
    made = await client.create(model, values)
    assert made["__typename"] == "InvalidInput"
    assert sorted({violation["path"] for violation in made["violations"]}) == paths
    await client.close()


async def test_what_it_rejects_itself_says_why(live: LiveServer, model: str) -> None:
    client = Client(live.url)
    ended = await client.create(model, {"text": "..."}, wait=30)
    assert ended["status"] == "FAILED"
    assert ended["error"] == {"code": "INPUT_REJECTED", "message": "There is no sentence in it."}
    await client.close()


async def test_a_class_of_an_installed_package_runs(ada: Client, models: dict[str, str]) -> None:
    made = await ada.create(models["shout"], {"text": "an old mat"})
    events = [event async for event in ada.events(made["id"])]
    assert events[-1]["prediction"]["text"] == text_of(events) == "AN OLD MAT "


async def test_a_file_is_uploaded_by_the_page_s_operation_and_command(
    ada: Client, models: dict[str, str], tmp_path: Path
) -> None:
    data = picture(90, 30)
    (tmp_path / "picture.png").write_bytes(data)
    place = (await ada.run(block("graphql", 2).replace("481923", str(len(data)))))["createUpload"]
    command = await asyncio.create_subprocess_shell(
        block("sh", 1), cwd=tmp_path, env={**os.environ, "url": place["url"]}
    )
    assert await command.wait() == 0
    done = await ada.create(models["thumbnail"], {"picture": place["uri"]}, wait=30)
    assert [(file["width"], file["height"]) for file in done["files"]] == [(64, 21)], done


@pytest.mark.parametrize(
    ("name", "reason"),
    [("Headlines", "There is 'headlines'."), ("nothing", "A class of your own is named in CUSTOM_PREDICTORS.")],
)
async def test_a_predictor_that_is_none_is_told_with_what_to_do(live: LiveServer, name: str, reason: str) -> None:
    client = await administrator(live)
    assert await refusal(client, source={"predictor": name}) == f"No worker has a predictor called {name!r}. {reason}"
    await client.close()


async def test_only_administrators_make_models_of_it(live: LiveServer) -> None:
    client, _ = await somebody(live.url)
    query = block("graphql").replace('"headlines", kind', f'"{unique("m")}", kind')
    made = (await client.run(query))["createModel"]
    assert made["code"] == "FORBIDDEN"
    await client.close()


def test_the_page_shows_twenty_lines_or_so() -> None:
    code = [line for line in block("python").splitlines() if line.strip()]
    assert len(code) <= 24
    assert Path(ROOT / "docs" / "models.md").read_text().count("custom-models.md") >= 1
