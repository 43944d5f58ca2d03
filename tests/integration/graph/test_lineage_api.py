"""Where predictions come from: what they ran with, runs with changes, and how two differ."""

from __future__ import annotations

import platform
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import ended, somebody

LINEAGE = """lineage { versionDigest revision seed device deviceName dtype quantization engine
  libraries { name version } parent { id } }"""
READ = f"query ($id: ID!) {{ prediction(id: $id) {{ id input text batchIndex {LINEAGE} version {{ digest }} }} }}"
RERUN = f"""mutation ($i: RerunInput!) {{ rerun(input: $i) {{ __typename
  ... on Prediction {{ id status input seed batchIndex version {{ slug }} {LINEAGE} }}
  ... on InvalidInput {{ violations {{ path code }} }} ... on UserError {{ code message }} }} }}"""
COMPARE = """query ($a: ID!, $b: ID!) { comparePredictions(a: $a, b: $b) { a { id } b { id }
  input { name a b } version { name a b } environment { name a b } text { position a b } output { name a b }
  files { index isSame aBytes bBytes aSha256 bSha256 } } }"""
ECHO = "demo/echo"
PROSE = {"prompt": "The function returns", "max_new_tokens": 5}


async def rerun(client: Client, prediction_id: str, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.run(RERUN, i={"id": prediction_id, **changes}))["rerun"]
    return answer


async def read(client: Client, prediction_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.run(READ, id=prediction_id))["prediction"]
    return answer


async def compare(client: Client, a: str, b: str) -> dict[str, Any] | None:
    answer: dict[str, Any] | None = (await client.run(COMPARE, a=a, b=b))["comparePredictions"]
    return answer


@pytest.fixture
async def other(live_server: LiveServer) -> AsyncIterator[Client]:
    client, _ = await somebody(live_server.url)
    yield client
    await client.close()


async def test_a_prediction_tells_what_it_ran_with(ada: Client) -> None:
    made = await ada.create("demo/prose", {**PROSE, "seed": 7}, wait=60)
    row = await read(ada, made["id"])
    lineage = row["lineage"]
    assert (lineage["seed"], lineage["versionDigest"], lineage["parent"]) == (7, row["version"]["digest"], None)
    assert (lineage["device"], lineage["dtype"], lineage["engine"]) == ("cpu", "float32", "batched")
    assert lineage["deviceName"].startswith(platform.machine())
    libraries = {each["name"]: each["version"] for each in lineage["libraries"]}
    assert libraries["python"] == platform.python_version()
    assert {"torch", "transformers", "inference-server"} <= set(libraries)
    waiting = await ada.create(ECHO, {"text": "a b", "repeat": 500, "delay_seconds": 1})
    assert (await read(ada, waiting["id"]))["lineage"]["device"] is None
    await ada.cancel(waiting["id"])


async def test_a_run_again_has_the_same_seed_and_what_is_overridden(ada: Client) -> None:
    made = await ada.create("demo/prose", PROSE, wait=60)
    same = await rerun(ada, made["id"])
    assert (same["seed"], same["lineage"]["parent"]) == (made["seed"], {"id": made["id"]})
    assert (await ended(ada, same["id"]))["text"] == made["text"]
    longer = await rerun(ada, made["id"], overrides={"max_new_tokens": 9})
    assert (longer["input"]["max_new_tokens"], longer["seed"]) == (9, made["seed"])
    text = (await ended(ada, longer["id"]))["text"]
    assert text.startswith(made["text"])
    seeds = {(await rerun(ada, made["id"], overrides={"seed": None}))["seed"] for _ in range(2)}
    assert made["seed"] not in seeds
    assert len(seeds) == 2
    difference = await compare(ada, made["id"], longer["id"])
    assert difference
    assert difference["input"] == [{"name": "max_new_tokens", "a": 5, "b": 9}]
    # With a few seeds the text ends by itself before its fifth token
    assert (difference["text"] or {}).get("position") == (None if text == made["text"] else len(made["text"]))
    assert (difference["version"], difference["environment"], difference["output"]) == ([], [], None)
    alike = await compare(ada, made["id"], same["id"])
    assert alike == {
        "a": {"id": made["id"]}, "b": {"id": same["id"]}, "input": [], "version": [], "environment": [], "text": None,
        "output": None, "files": [],
    }  # fmt: skip


async def test_a_run_again_on_another_version_is_checked_against_that(ada: Client) -> None:
    made = await ada.create(ECHO, {"text": "a"}, wait=60)
    again = await rerun(ada, made["id"], version="demo/prose", overrides={"text": None, "prompt": "a"})
    assert again["violations"], again
    fitting = {"text": None, "repeat": None, "delay_seconds": None, "fail": None, "prompt": "a", "max_new_tokens": 1}
    again = await rerun(ada, made["id"], version="demo/prose:1", overrides=fitting)
    assert again["version"]["slug"] == "demo/prose:1", again
    await ended(ada, again["id"])
    difference = await compare(ada, made["id"], again["id"])
    assert difference
    assert {"digest", "source"} <= {each["name"] for each in difference["version"]}
    assert (await rerun(ada, made["id"], version="no/such"))["code"] == "NOT_FOUND"
    assert (await rerun(ada, made["id"], version=f"{ECHO}:99"))["code"] == "UNAVAILABLE"


@pytest.mark.parametrize("overrides", [[1], "x", 3])
async def test_overrides_that_are_no_object(ada: Client, overrides: Any) -> None:
    made = await ada.create(ECHO, {"text": "a"}, wait=60)
    assert [each["path"] for each in (await rerun(ada, made["id"], overrides=overrides))["violations"]] == [
        "/overrides"
    ]


async def test_one_key_makes_one_run(ada: Client) -> None:
    made = await ada.create(ECHO, {"text": "a"}, wait=60)
    first = await rerun(ada, made["id"], overrides={"text": "b"}, idempotencyKey="k")
    assert (await rerun(ada, made["id"], overrides={"text": "b"}, idempotencyKey="k"))["id"] == first["id"]
    assert (await rerun(ada, made["id"], overrides={"text": "c"}, idempotencyKey="k"))["code"] == "CONFLICT"


async def test_an_item_of_a_batch_runs_again_by_itself(ada: Client) -> None:
    create = "mutation ($i: CreateBatchInput!) { createBatch(input: $i) { ... on Batch { id } } }"
    batch = (await ada.run(create, i={"model": ECHO, "inputs": [{"text": "a"}]}))["createBatch"]
    items = "query ($id: ID!) { batch(id: $id) { items { nodes { id } } } }"
    while not (nodes := (await ada.run(items, id=batch["id"]))["batch"]["items"]["nodes"]):
        pass
    again = await rerun(ada, nodes[0]["id"], overrides={"text": "b"})
    assert (again["batchIndex"], again["lineage"]["parent"]) == (None, nodes[0])
    assert (await ended(ada, again["id"]))["text"] == "b"


async def test_pictures_are_compared_by_their_digests(ada: Client) -> None:
    values = {"prompt": "a red circle", "steps": 2, "seed": 1}
    made = await ada.create("demo/shapes", values, wait=60)
    same = await rerun(ada, made["id"])
    await ended(ada, same["id"])
    changed = await rerun(ada, made["id"], overrides={"seed": 2})
    await ended(ada, changed["id"])
    alike, difference = await compare(ada, made["id"], same["id"]), await compare(ada, made["id"], changed["id"])
    assert alike
    assert difference
    assert alike["files"] == []
    (file,) = difference["files"]
    assert (file["index"], file["isSame"]) == (0, False)
    assert len(file["aSha256"]) == len(file["bSha256"]) == 64
    assert file["aSha256"] != file["bSha256"]


async def test_nobody_runs_or_compares_what_they_may_not_see(ada: Client, other: Client, nobody: Client) -> None:
    made = await ada.create(ECHO, {"text": "a"}, wait=60)
    own = await other.create(ECHO, {"text": "a"}, wait=60)
    open_one = await nobody.create(ECHO, {"text": "a"}, wait=60)
    for stranger in (other, nobody):
        assert (await rerun(stranger, made["id"]))["code"] == "NOT_FOUND"
        assert await compare(stranger, made["id"], open_one["id"]) is None
        assert await compare(stranger, open_one["id"], made["id"]) is None
    assert await compare(other, own["id"], open_one["id"]) is not None
    again = await rerun(other, open_one["id"])
    assert again["lineage"]["parent"] == {"id": open_one["id"]}


async def test_what_was_deleted_does_not_run_again(ada: Client) -> None:
    made = await ada.create(ECHO, {"text": "a"}, wait=60)
    again = await rerun(ada, made["id"])
    await ended(ada, again["id"])
    query = "mutation ($i: DeletePredictionInput!) { deletePrediction(input: $i) { ... on DeletedPrediction { id } } }"
    await ada.run(query, i={"id": made["id"]})
    assert (await rerun(ada, made["id"]))["code"] == "NOT_FOUND"
    assert await compare(ada, made["id"], again["id"]) is None
    assert (await read(ada, again["id"]))["lineage"]["parent"] is None
