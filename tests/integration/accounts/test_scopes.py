"""An API key does what its scopes say: each field of the schema is tried by keys that lack one, and that have one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from graph.schema import make_schema
from graph.types.ids import global_id
from tests.conftest import LiveServer
from tests.integration.accounts.operations import new_key, with_key
from tests.support import scopes
from tests.support.api import Client
from tests.support.operations import administrator, echo_model, somebody
from tests.support.schema_paths import Step, document

SCHEMA: Any = make_schema()._schema
ALL = ("READ", "RUN", "WRITE", "ADMIN")
VALUES = {"ID": f'"{uuid4()}"', "ids": f'"{global_id("Prediction", uuid4())}"'}
VALUES |= {"ModelSourceInput": '{ predictor: "echo" }', "model": '"a/b"', "slug": '"a/b"'}
NODE = {"id": VALUES["ids"]}


@pytest.fixture(scope="module")
async def keys(live_server: LiveServer) -> AsyncIterator[Mapping[str, Client]]:
    """An administrator's clients by a key of each scope alone, and by a key of all others."""
    admin = await administrator(live_server)
    found = {scope: await with_key(admin, scope) for scope in ALL}
    found |= {f"no {scope}": await with_key(admin, *(other for other in ALL if other != scope)) for scope in ALL}
    yield found
    await admin.close()


def asked(operation: str, field: str) -> str:
    """The operation of one root field, with arguments that are of the right form and mean nothing."""
    root = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}[operation]
    values = VALUES | (NODE if field == "node" else {})
    return document(SCHEMA, operation, [Step(root, field)], values)


def lacks(answer: dict[str, Any]) -> str | None:
    """Which scope is said to be lacking, or SESSION."""
    messages = [e["message"] for e in answer.get("errors", []) if e["extensions"]["code"] == "FORBIDDEN"]
    for value in (answer.get("data") or {}).values():
        if isinstance(value, dict) and value.get("code") == "FORBIDDEN":
            messages.append(value["message"])
    for message in messages:
        if message.startswith("This API key lacks the scope "):
            return str(message.removesuffix(".").rsplit(" ", 1)[1])
        if message.startswith("An API key cannot change the account"):
            return scopes.SESSION
    return None


def is_forbidden(answer: dict[str, Any]) -> bool:
    """Whether it is refused to this viewer, in whichever way."""
    found = [value for value in (answer.get("data") or {}).values() if isinstance(value, dict)]
    codes = [value.get("code") for value in found] + [e["extensions"]["code"] for e in answer.get("errors", [])]
    return "FORBIDDEN" in codes


def ran(answer: dict[str, Any]) -> bool:
    """Whether it came as far as a service."""
    return not any(e["extensions"]["code"].startswith("GRAPHQL") for e in answer.get("errors", []))


OPERATIONS = [("mutation", field) for field in scopes.MUTATIONS] + [("query", field) for field in scopes.QUERIES]


@pytest.mark.parametrize(("operation", "field"), OPERATIONS, ids=[field for _, field in OPERATIONS])
async def test_a_field(keys: Mapping[str, Client], operation: str, field: str) -> None:
    needed = {**scopes.MUTATIONS, **scopes.QUERIES}[field]
    for name, client in keys.items():
        answer = await client.raw(asked(operation, field))
        assert ran(answer), answer
        has = needed == scopes.ANY or needed == name or (name.startswith("no ") and name != f"no {needed}")
        if needed == "ADMIN":
            # Without it an administrator is a user as others are, whom no scope is told; with it another may lack
            assert is_forbidden(answer) == (not has or lacks(answer) is not None), (name, answer)
        else:
            assert lacks(answer) == (None if has and needed != scopes.SESSION else needed), (name, answer)


@pytest.mark.parametrize("field", scopes.SUBSCRIPTIONS)
async def test_a_subscription(keys: Mapping[str, Client], field: str) -> None:
    for name, client in keys.items():
        # A list says nothing while nothing changes
        if name in READERS and field == "predictions":
            continue
        async with client.socket() as socket:
            payload = {"query": asked("subscription", field)}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            message = json.loads(await socket.recv())
        errors = message["payload"] if message["type"] == "error" else message["payload"].get("errors", [])
        said = lacks({"errors": errors})
        assert said == (None if ("READ" in name and not name.startswith("no READ")) or name in READERS else "READ"), (
            name
        )


READERS = {"READ", "no RUN", "no WRITE", "no ADMIN"}


async def test_administrators_rights_need_their_scope(keys: Mapping[str, Client], ada: Client) -> None:
    slug = await echo_model(ada, visibility="PRIVATE")
    query = "query ($s: String!) { model(slug: $s) { slug } }"
    assert (await keys["no WRITE"].run(query, s=slug))["model"] == {"slug": slug}
    assert (await keys["no ADMIN"].run(query, s=slug))["model"] is None
    workers = "{ workers { device } }"
    assert (await keys["ADMIN"].run(workers))["workers"]
    assert (await keys["no ADMIN"].raw(workers))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await keys["no ADMIN"].run("{ viewer { isAdmin } }"))["viewer"]["isAdmin"]


async def test_a_key_that_runs_sees_what_it_ran_alone(live_server: LiveServer) -> None:
    ada, _ = await somebody(live_server.url)
    slug = await echo_model(ada, visibility="PRIVATE", description="mine")
    runs, reads = await with_key(ada, "RUN"), await with_key(ada, "READ")
    made = await runs.create(slug, {"text": "a"}, wait=60)
    assert (made["status"], made["text"]) == ("SUCCEEDED", "a")
    assert (await reads.get(made["id"]) or {})["text"] == "a"
    assert (await runs.cancel(made["id"]))["status"] == "SUCCEEDED"
    create = """mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) {
      ... on Prediction { model { slug description versions { number } } } } }"""
    again = await runs.run(create, input={"model": slug, "input": {"text": "b"}})
    assert again["createPrediction"]["model"] == {"slug": slug, "description": "", "versions": []}
    await ada.close()


async def test_a_key_without_read_knows_its_owner_by_name_alone(ada: Client) -> None:
    email = "{ viewer { handle email } }"
    assert (await (await with_key(ada, "RUN")).run(email))["viewer"]["email"] is None
    assert (await (await with_key(ada, "READ")).run(email))["viewer"]["email"]
    answer = await (await with_key(ada, "RUN")).raw("{ viewer { apiKeys { name } } }")
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_scopes_of_nobody_are_no_hindrance(nobody: Client, ada: Client) -> None:
    assert (await new_key(ada, "READ"))["__typename"] == "CreatedApiKey"
    assert (await nobody.run("{ models(first: 1) { nodes { slug } } }"))["models"]["nodes"]
