"""Text predictions in one another's company, asked for as any client does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import add_model, administrator, settled, somebody, unique
from tests.unit.predictors import tiny_models

MODEL = "demo/prose"
GOOD = ["The list is", "Return the", "A class", "def f(x):", "If the", "1 2 3", "Größe", "x"]
CONTEXT = 1024


@pytest.fixture
async def user(live_server: LiveServer) -> AsyncIterator[Client]:
    client, _ = await somebody(live_server.url)
    yield client
    await client.close()


def good(number: int) -> dict[str, Any]:
    return {"prompt": GOOD[number], "max_new_tokens": 24, "seed": number}


async def alone(user: Client, **values: Any) -> str:
    found = await user.create(MODEL, values, wait=60)
    assert found["status"] == "SUCCEEDED", found
    text: str = found["text"]
    return text


def rebuilt(live: LiveServer) -> int:
    """How often the worker's batches had to be built anew."""
    return (live.data_dir / "worker-0.log").read_text(errors="replace").count("manager of batches is built anew")


# Each of these ends transformers' manager, or fails everybody in it, where it comes there as it is
POISON: list[dict[str, Any]] = [
    {"temperature": 0},
    {"temperature": 1e-40},
    {"temperature": 5e-324},
    {"temperature": 2, "top_p": 5e-324},
    {"temperature": 0, "top_k": 1, "top_p": 1e-9},
    {"top_k": 1000},
    {"max_new_tokens": CONTEXT - 1},
    {"seed": 2**53 - 1},
    {"stop": ["\n", " ", "e", "a"]},
    {"prompt": ""},
    {"prompt": "<|endoftext|>" * 8},
    {"prompt": "\u202e\ufeff\U0001f600" * 20},
]
# What no batch may see at all
REFUSED: list[dict[str, Any]] = [
    {"temperature": -1},
    {"temperature": 1e38},
    {"temperature": "hot"},
    {"top_p": 0},
    {"top_p": 1.5},
    {"top_k": -1},
    {"top_k": 10**9},
    {"top_k": 1.5},
    {"max_new_tokens": 0},
    {"max_new_tokens": 10**9},
    {"seed": -1},
    {"seed": 2**63},
    {"stop": [""]},
    {"stop": ["a"] * 5},
]


@pytest.mark.slow
async def test_no_value_of_one_request_harms_eight_others(user: Client, live_server: LiveServer) -> None:
    expected = [await alone(user, **good(number)) for number in range(8)]
    assert len(set(expected)) == 8
    before = rebuilt(live_server)
    for poison in POISON:
        values = {"prompt": "The", "max_new_tokens": 24, **poison}
        *others, bad = await asyncio.gather(
            *(user.create(MODEL, good(number), wait=60) for number in range(8)), user.create(MODEL, values, wait=60)
        )
        assert [found["text"] for found in others] == expected, poison
        assert bad["status"] == "SUCCEEDED", (poison, bad["error"])
    for poison in REFUSED:
        made = await user.create(MODEL, {"prompt": "The", **poison})
        assert [v["path"].split("/")[2] for v in made["violations"]] == list(poison), poison
    assert rebuilt(live_server) == before


@pytest.mark.slow
async def test_prompts_beyond_the_context_are_rejected_with_both_numbers(user: Client, live_server: LiveServer) -> None:
    expected = [await alone(user, **good(number)) for number in range(8)]
    before = rebuilt(live_server)
    long = [user.create(MODEL, {"prompt": "word " * count}, wait=60) for count in (1100, 3000)]
    *others, one, two = await asyncio.gather(*(user.create(MODEL, good(n), wait=60) for n in range(8)), *long)
    assert [found["text"] for found in others] == expected
    numbers = []
    for found in (one, two):
        assert (found["status"], found["error"]["code"]) == ("FAILED", "INPUT_REJECTED")
        told = re.match(r"The prompt has (\d+) tokens; this model's context is (\d+) tokens", found["error"]["message"])
        assert told, found["error"]
        numbers.append((int(told[1]), int(told[2])))
    assert numbers[0][1] == numbers[1][1] == CONTEXT
    assert CONTEXT < numbers[0][0] < numbers[1][0]
    assert rebuilt(live_server) == before


@pytest.mark.slow
async def test_a_drawn_seed_is_recorded_and_repeats_the_text_alone_and_in_any_company(user: Client) -> None:
    values = [{"prompt": prompt, "max_new_tokens": 24, "temperature": 1.5} for prompt in GOOD]
    drawn = await asyncio.gather(*(user.create(MODEL, each, wait=60) for each in values))
    seeds = [int(found["seed"]) for found in drawn]
    assert len(set(seeds)) == 8
    assert [found["input"]["seed"] for found in drawn] == seeds
    asked = [{**each, "seed": seed} for each, seed in zip(values, seeds, strict=True)]
    texts = [found["text"] for found in drawn]
    assert [await alone(user, **each) for each in asked] == texts
    strangers = [user.create(MODEL, {**each, "max_new_tokens": 60}, wait=60) for each in values * 2]
    again = await asyncio.gather(*(user.create(MODEL, each, wait=60) for each in asked), *strangers)
    assert [found["text"] for found in again[:8]] == texts
    assert [found["text"] for found in again[8:16]] != texts


@pytest.mark.slow
async def test_a_model_that_cannot_be_batched_runs_all_the_same_and_the_log_says_why(
    user: Client, live_server: LiveServer
) -> None:
    path = Path(live_server.environment["MODEL_ROOT"]) / unique("t5")
    tiny_models.t5(path)
    admin = await administrator(live_server)
    new = {"kind": "TEXT_GENERATION", "source": {"local": {"path": path.name}}}
    model = await settled(admin, (await add_model(admin, **new))["slug"])
    assert model["latestVersion"]["state"] == "READY", model
    await admin.close()
    asked = {"prompt": "The quick", "max_new_tokens": 12, "seed": 3}
    first = await user.create(model["slug"], asked, wait=60)
    many = await asyncio.gather(*(user.create(model["slug"], asked, wait=60) for _ in range(6)))
    assert {(found["status"], found["text"]) for found in (first, *many)} == {("SUCCEEDED", first["text"])}
    log = (live_server.data_dir / "worker-0.log").read_text(errors="replace")
    assert "run one by one, without batching: it is an encoder-decoder" in log


@pytest.mark.parametrize(
    ("kind", "demo", "values"),
    [
        ("TEXT_GENERATION", "prose", {"prompt": "a", "max_new_tokens": 2}),
        ("IMAGE_GENERATION", "shapes", {"prompt": "a red circle on a blue background", "steps": 2}),
    ],
)
async def test_a_load_tells_its_phases_with_bytes(user: Client, kind: str, demo: str, values: dict[str, Any]) -> None:
    model = await settled(user, (await add_model(user, kind=kind, source={"demo": demo}))["slug"])
    made = await user.create(model["slug"], values)
    loading: dict[str, tuple[int, int]] = {}
    async with asyncio.timeout(60):
        async for event in user.events(made["id"]):
            if event["__typename"] == "ModelLoading" and event["totalBytes"]:
                loading[event["phase"]] = int(event["bytes"]), int(event["totalBytes"])
    # It may have begun before anybody listened; from the start: tests/integration/hub
    assert list(loading) == ["read", "move", "warm-up"][-len(loading) :], loading
    assert loading["warm-up"][0] == loading["warm-up"][1] > 1_000_000
    found = await user.get(made["id"])
    assert found is not None
    assert found["metrics"]["loadSeconds"] > 0
