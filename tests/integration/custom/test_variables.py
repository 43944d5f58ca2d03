"""What a model's owner gives it reaches its own class, changes at once, and is read by nobody else."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import DELETE_MODEL, add_model, administrator, echo_model, ended, settled

KEY, OTHER_KEY, URL = "sk-of-the-owner-4711", "sk-of-later-0815", "https://api.example"
SHOWN = "**********"
SET = """mutation ($input: SetModelVariableInput!) { setModelVariable(input: $input) { __typename
  ... on ModelVariable { name kind value } ... on InvalidInput { violations { path message } }
  ... on UserError { code message } } }"""
REMOVE = """mutation ($input: RemoveModelVariableInput!) { removeModelVariable(input: $input) { __typename
  ... on RemovedModelVariable { name } ... on UserError { code message } } }"""
LIST = "query ($s: String!) { model(slug: $s) { variables { name kind value updatedAt } } }"
READ = "query ($id: ID!) { node(id: $id) { ... on Prediction { output logs cached error { code message } } } }"


@pytest.fixture
async def owner(live: LiveServer) -> AsyncIterator[Client]:
    """An administrator, who may make models of the operator's classes."""
    client = await administrator(live)
    yield client
    await client.close()


async def new_model(owner: Client, predictor: str = "guarded") -> str:
    """A model of a class, that everybody may run."""
    made = await add_model(owner, source={"predictor": predictor}, visibility="PUBLIC")
    model = await settled(owner, made["slug"])
    assert model["latestVersion"]["state"] == "READY", model
    return str(model["slug"])


async def give(client: Client, model: str, name: str, value: str, kind: str = "SECRET") -> dict[str, Any]:
    """Set one."""
    given = {"model": model, "name": name, "value": value, "kind": kind}
    answer: dict[str, Any] = (await client.run(SET, input=given))["setModelVariable"]
    return answer


async def result(client: Client, model: str, values: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """What came of a run."""
    made = await client.create(model, values or {}, **fields)
    await ended(client, made["id"])
    row: dict[str, Any] = (await client.run(READ, id=made["id"]))["node"]
    return row


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def test_they_reach_the_class_that_runs_the_model_and_a_change_does_at_once(
    live: LiveServer, owner: Client, ada: Client
) -> None:
    model = await new_model(owner)
    early = await result(ada, model)
    assert early["error"]["code"] == "INTERNAL", "it has no key yet"
    secret = await give(owner, model, "API_KEY", KEY)
    assert secret == {"__typename": "ModelVariable", "name": "API_KEY", "kind": "SECRET", "value": None}
    assert (await give(owner, model, "API_URL", URL, "VARIABLE"))["value"] == URL
    first = await result(ada, model, useCache=True)
    expected = {
        "sha256": digest(KEY),
        "same": True,
        "secrets": {"API_KEY": SHOWN},
        "variables": {"API_URL": URL},
        "url": URL,
    }
    assert first["output"] == expected, first
    assert first["logs"] == f"key {SHOWN}\n", "who runs it does not read what its owner gave it"

    assert (await result(ada, model, useCache=True))["cached"]
    await give(owner, model, "API_KEY", OTHER_KEY)
    changed = await result(ada, model, useCache=True)
    assert changed["output"] == {**expected, "sha256": digest(OTHER_KEY)}
    assert not changed["cached"], "what was made with other variables is not shared"

    failed = await result(ada, model, {"fail": True})
    assert failed["error"] == {"code": "INTERNAL", "message": f"ValueError: {SHOWN} was refused"}
    assert SHOWN in failed["logs"]
    assert OTHER_KEY not in failed["logs"]

    removed = (await owner.run(REMOVE, input={"model": model, "name": "API_KEY"}))["removeModelVariable"]
    assert removed == {"__typename": "RemovedModelVariable", "name": "API_KEY"}
    assert (await result(ada, model))["error"]["code"] == "INTERNAL"

    database = await asyncpg.connect(live.environment["DATABASE_URL"])
    sealed = await database.fetch("SELECT v::text AS text FROM model_variable v")
    predictions = await database.fetch("SELECT p::text AS text FROM prediction p")
    await database.close()
    for text in [each["text"] for each in (*sealed, *predictions)]:
        assert KEY not in text
        assert OTHER_KEY not in text
    for file in live.data_dir.glob("*.log"):
        assert KEY not in file.read_text(errors="replace"), file
        assert OTHER_KEY not in file.read_text(errors="replace"), file


async def test_another_model_s_class_does_not_see_them(owner: Client, ada: Client) -> None:
    model, other = await new_model(owner), await new_model(owner, "nosy")
    assert (await give(owner, model, "API_KEY", KEY))["__typename"] == "ModelVariable"
    assert (await give(owner, other, "OWN", "seen-by-itself", "VARIABLE"))["__typename"] == "ModelVariable"
    assert (await result(ada, model))["output"]["same"]
    seen = (await result(ada, other))["output"]
    assert "seen-by-itself" in seen
    assert KEY not in seen
    again = await new_model(owner)
    assert (await result(ada, again))["error"]["code"] == "INTERNAL", "another model of the same class has none"


async def test_only_the_owner_reads_and_sets_them(live: LiveServer, owner: Client, ada: Client) -> None:
    model = await new_model(owner)
    await give(owner, model, "API_KEY", KEY)
    await give(owner, model, "API_URL", URL, "VARIABLE")
    listing = (await owner.run(LIST, s=model))["model"]["variables"]
    assert [(each["name"], each["kind"], each["value"]) for each in listing] == [
        ("API_KEY", "SECRET", None),
        ("API_URL", "VARIABLE", URL),
    ]
    boss, nobody = await administrator(live), Client(live.url)
    for stranger, code in ((ada, "FORBIDDEN"), (boss, "FORBIDDEN"), (nobody, "UNAUTHENTICATED")):
        assert (await stranger.run(LIST, s=model))["model"]["variables"] is None
        answer = await stranger.raw(SET, input={"model": model, "name": "A", "value": "b", "kind": "VARIABLE"})
        removal = await stranger.raw(REMOVE, input={"model": model, "name": "API_URL"})
        for each, field in ((answer, "setModelVariable"), (removal, "removeModelVariable")):
            told = [error["extensions"]["code"] for error in each.get("errors", [])]
            told += [each["data"][field]["code"]] if each.get("data") and each["data"].get(field) else []
            assert told == [code], each
    await boss.close()
    await nobody.close()


async def test_what_is_no_variable_is_told(owner: Client) -> None:
    model = await new_model(owner)
    for name, value in (("PATH", "x"), ("LD_PRELOAD", "x"), ("1A", "x"), ("DATABASE_URL", "x"), ("OK", "a" * 17_000)):
        refused = await give(owner, model, name, value)
        assert refused["__typename"] == "InvalidInput", refused
    assert (await give(owner, model, "HF_TOKEN", "hf_own"))["__typename"] == "ModelVariable"
    for number in range(49):
        assert (await give(owner, model, f"V{number}", "v", "VARIABLE"))["__typename"] == "ModelVariable"
    assert (await give(owner, model, "ONE_MORE", "v"))["violations"][0]["path"] == "/name"
    text = await add_model(owner, kind="TEXT_GENERATION", source={"demo": "prose"})
    assert (await give(owner, text["slug"], "A", "v"))["violations"][0]["path"] == "/model"
    gone = (await owner.run(REMOVE, input={"model": model, "name": "NO_SUCH"}))["removeModelVariable"]
    assert gone["code"] == "NOT_FOUND"


async def test_a_deleted_model_keeps_none_and_a_built_in_predictor_gets_none(live: LiveServer, owner: Client) -> None:
    model = await echo_model(owner)
    await give(owner, model, "API_KEY", KEY)
    assert (await result(owner, model, {"text": "still"}))["error"] is None
    assert (await owner.run(DELETE_MODEL, input={"model": model}))["deleteModel"]["__typename"] == "DeletedModel"
    database = await asyncpg.connect(live.environment["DATABASE_URL"])
    rows = await database.fetch(
        "SELECT x.name FROM model_variable x JOIN model m ON m.id = x.model_id WHERE m.name = $1", model.split("/")[1]
    )
    await database.close()
    assert rows == []
