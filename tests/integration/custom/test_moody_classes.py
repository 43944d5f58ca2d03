"""What classes of users do wrongly, as whoever runs them sees it: one clear end each, and the worker goes on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LiveServer
from tests.support.api import Client, text_of
from tests.support.operations import ended
from tests.support.processes import runner_of

ENDS: dict[str, tuple[str | None, str]] = {
    "print": (None, "printed"),
    "fork": (None, "forked"),
    "nan": (None, "None"),
    "set": (None, "[1]"),
    "surrogates": ("INTERNAL", "surrogates not allowed"),
    "metric": (None, "None"),
    "width": (None, "['http"),
    "exit": ("INTERNAL", "SystemExit: had enough"),
    "interrupt": ("INTERNAL", "KeyboardInterrupt"),
    "raise": ("INTERNAL", "LookupError: lost"),
    "memory": ("OUT_OF_MEMORY", "MemoryError: no more"),
    "torch memory": ("OUT_OF_MEMORY", "can't allocate memory"),
    "deep": ("INTERNAL", ""),
    "cycle": ("INTERNAL", "ircular"),
    "object": ("INTERNAL", "is not JSON"),
    "bytes": (None, "http"),
    "input": ("INTERNAL", "EOFError"),
    "step": ("INTERNAL", "64-bit"),
    "type": ("INTERNAL", "is no content type"),
    "huge text": ("STORAGE", "MAX_OUTPUT_TEXT_BYTES (200000)"),
    "huge list": ("STORAGE", "MAX_OUTPUT_TEXT_BYTES (200000)"),
    "too large for anything": ("INTERNAL", "of a frame"),
}


@pytest.fixture
async def client(live: LiveServer) -> AsyncIterator[Client]:
    found = Client(live.url)
    yield found
    await found.close()


@pytest.fixture
def here(live: LiveServer) -> Path:
    """Where the class's file lies."""
    return Path(live.environment["PYTHONPATH"].rpartition(":")[2])


async def until(client: Client, prediction_id: str, text: str) -> None:
    async with asyncio.timeout(30):
        async for _ in client.events(prediction_id):
            if text in ((await client.get(prediction_id) or {})["text"] or ""):
                return


async def test_each_ends_with_a_code_and_the_class_s_own_words(
    client: Client, live: LiveServer, models: dict[str, str]
) -> None:
    model = models["moody"]
    assert (await client.create(model, {"do": "print"}, wait=30))["status"] == "SUCCEEDED"
    runner = runner_of(live)
    for do, (code, words) in ENDS.items():
        found = await client.create(model, {"do": do}, wait=60)
        assert found["status"] == ("FAILED" if code else "SUCCEEDED"), (do, found["error"], str(found["output"])[:100])
        if code:
            assert found["error"]["code"] == code, (do, found["error"])
            assert words in found["error"]["message"], (do, found["error"])
        else:
            assert str(found["output"]).startswith(words), (do, found["output"])
        assert (found["text"] == "half") is (do == "raise"), (do, found["text"])
        assert found["attempts"] == 1
    after = await client.create(model, {"do": "print"}, wait=30)
    assert after["output"] == "printed"
    assert runner_of(live).pid == runner.pid
    log = (live.data_dir / "worker-0.log").read_text(errors="replace")
    # What Python prints is the prediction's, what goes past it the worker's
    assert "printed by moody" in after["logs"].splitlines()
    assert all(line in log for line in ("raw", "to stderr"))
    assert "printed by moody" not in log


async def test_the_input_schema_says_the_order_of_parameters(client: Client, models: dict[str, str]) -> None:
    query = "query ($s: String!) { model(slug: $s) { latestVersion { inputSchema } } }"
    schema = (await client.run(query, s=models["endless"]))["model"]["latestVersion"]["inputSchema"]
    assert {name: rule["x-order"] for name, rule in schema["properties"].items()} == {"piece": 0, "times": 1}


@pytest.mark.parametrize("do", ["spin", "deaf"])
async def test_what_heeds_no_cancel_is_killed_and_its_neighbour_runs_again(
    client: Client, live: LiveServer, models: dict[str, str], do: str
) -> None:
    bad = await client.create(models["moody"], {"do": do})
    await until(client, bad["id"], do)
    before = runner_of(live).pid
    neighbour = await client.create(models["later"], {"upto": 300})
    await client.cancel(bad["id"])
    found = await ended(client, bad["id"])
    assert (found["status"], found["attempts"]) == ("CANCELED", 1)
    assert 0.9 < found["stopSeconds"] < 10
    assert found["text"].startswith(do[:4])
    beside = await ended(client, neighbour["id"])
    assert (beside["status"], len(beside["output"])) == ("SUCCEEDED", 300)
    assert runner_of(live).pid != before


async def test_output_without_end_is_cut_off_and_what_fits_is_kept(client: Client, models: dict[str, str]) -> None:
    made = await client.create(models["endless"], {"piece": "0123456789", "times": 100})
    events = [event async for event in client.events(made["id"])]
    found = await ended(client, made["id"])
    assert (found["status"], found["error"]["code"]) == ("FAILED", "STORAGE")
    assert "MAX_OUTPUT_TEXT_BYTES (200000)" in found["error"]["message"]
    assert len(found["text"]) == 200_000
    assert text_of(events) == found["text"]


async def test_a_generator_that_is_canceled_is_closed(client: Client, models: dict[str, str], here: Path) -> None:
    made = await client.create(models["later"], {"upto": 100_000})
    async with asyncio.timeout(30):
        async for event in client.events(made["id"]):
            if event["__typename"] == "OutputAppended":
                break
    await client.cancel(made["id"])
    found = await ended(client, made["id"])
    assert (found["status"], found["stopSeconds"] < 1) == ("CANCELED", True)
    assert [piece["number"] for piece in found["output"]] == list(range(len(found["output"])))
    assert [path.name for path in os.scandir(here) if path.name.startswith("closed-")]


async def test_cancels_and_deadlines_hold_while_a_model_loads_for_others(
    client: Client, models: dict[str, str], here: Path
) -> None:
    """Whoever leaves is answered at once; the load goes on, once for all who stay."""
    made = [await client.create(models["slow"], {"text": f"t{number}"}) for number in range(2)]
    late = await client.create(models["slow"], {"text": "late"}, deadlineSeconds=3)
    told: dict[str, Any] = {}
    async with asyncio.timeout(30):
        async for event in client.events(made[1]["id"]):
            if event["__typename"] == "ModelLoading":
                told = event
                break
    assert (told["phase"], int(told["bytes"]), int(told["totalBytes"])) == ("read", 1, 2)
    await client.cancel(made[0]["id"])
    canceled = await ended(client, made[0]["id"])
    assert (canceled["status"], canceled["stopSeconds"] < 1) == ("CANCELED", True)
    assert canceled["canceledAt"]
    expired = await ended(client, late["id"])
    assert (expired["status"], expired["error"]["code"]) == ("FAILED", "DEADLINE_EXCEEDED")
    waits = await client.get(made[1]["id"])
    assert waits is not None
    assert waits["status"] == "PROCESSING"
    (here / "gate").touch()
    found = await ended(client, made[1]["id"])
    assert (found["status"], found["output"]) == ("SUCCEEDED", "t1")
    assert (here / "loads").read_text() == "begun\n"


async def test_a_class_that_does_not_load_says_why_and_the_next_one_tries_again(
    client: Client, models: dict[str, str], here: Path
) -> None:
    found = await client.create(models["stillborn"], {"text": "a"}, wait=30)
    assert found["error"] == {"code": "MODEL_UNAVAILABLE", "message": "RuntimeError: my weights are gone"}
    (here / "mended").touch()
    again = await client.create(models["stillborn"], {"text": "a"}, wait=30)
    assert (again["status"], again["output"]) == ("SUCCEEDED", "a")


async def test_a_class_that_takes_a_seed_is_given_one_that_is_recorded(client: Client, models: dict[str, str]) -> None:
    drawn = [await client.create(models["dice"], {}, wait=30) for _ in range(2)]
    seeds = [int(found["seed"]) for found in drawn]
    assert seeds[0] != seeds[1]
    assert [found["output"] for found in drawn] == [[seed, seed] for seed in seeds]
    again = await client.create(models["dice"], {"seed": seeds[0]}, wait=30)
    assert again["output"] == drawn[0]["output"]
