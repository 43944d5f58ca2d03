"""What the tests of accounts, models and predictions share: sign in, add models, wait for versions."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from tests.conftest import LiveServer
from tests.support.api import TERMINAL, Client

ECHO: dict[str, Any] = {"predictor": "echo"}
MODEL_FIELDS = """id slug name kind visibility description createdAt updatedAt owner { handle }
  latestVersion { id number state reason source slug inputSchema } versions { number state }"""
USER_ERROR = "... on InvalidInput { violations { path message code } } ... on UserError { code message }"
CREATE_MODEL = f"""mutation ($input: CreateModelInput!) {{ createModel(input: $input) {{ __typename
  ... on Model {{ {MODEL_FIELDS} }} {USER_ERROR} }} }}"""
UPDATE_MODEL = f"""mutation ($input: UpdateModelInput!) {{ updateModel(input: $input) {{ __typename
  ... on Model {{ {MODEL_FIELDS} }} {USER_ERROR} }} }}"""
DELETE_MODEL = """mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { __typename
  ... on DeletedModel { slug canceledPredictions } ... on UserError { code message } } }"""
PUBLISH = f"""mutation ($input: PublishVersionInput!) {{ publishVersion(input: $input) {{ __typename
  ... on ModelVersion {{ id number state source slug }} {USER_ERROR} }} }}"""
MODEL = f"query ($slug: String!) {{ model(slug: $slug) {{ {MODEL_FIELDS} }} }}"
LOGIN = """mutation ($input: LoginInput!) { login(input: $input) { __typename
  ... on Session { accessToken expiresAt user { handle email } } ... on UserError { code message } } }"""
VIEWER = "{ viewer { id handle email isAdmin createdAt } }"
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
MODELS = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: ModelFilter) {
  models(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    totalCount nodes { slug } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


class RawClient(Client):
    """A client that can send lone surrogates, which httpx cannot encode as JSON."""

    async def raw(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        found: dict[str, Any] = (await post(self, json.dumps({"query": query, "variables": variables}))).json()
        return found


def unique(prefix: str = "u") -> str:
    """A name that nobody has."""
    return f"{prefix}{uuid4().hex[:12]}"


async def somebody(url: str) -> tuple[Client, str]:
    """A new user, signed in, and their handle."""
    client, handle = RawClient(url), unique()
    assert (await client.sign_up(handle))["__typename"] == "Session"
    return client, handle


async def administrator(live: LiveServer) -> Client:
    """A new administrator's client: only they may add folders of the server's machine, and code of the operator's."""
    client, handle = await somebody(live.url)
    database = await asyncpg.connect(live.environment["DATABASE_URL"])
    try:
        assert await database.execute('UPDATE "user" SET is_admin = true WHERE handle = $1', handle) == "UPDATE 1"
    finally:
        await database.close()
    return client


async def add_model(client: Client, **changes: Any) -> dict[str, Any]:
    """Add a model; the member of the result union."""
    new = {"name": unique("m"), "kind": "CUSTOM", "source": ECHO, **changes}
    made: dict[str, Any] = (await client.run(CREATE_MODEL, input=new))["createModel"]
    return made


async def settled(client: Client, slug: str, seconds: float = 120) -> dict[str, Any]:
    """The model, once its newest version is READY or REFUSED; a run of it comes before, on machines that are busy."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        model: dict[str, Any] = (await client.run(MODEL, slug=slug))["model"]
        # The two fields are read one after the other: the version may become READY between them
        if "PREPARING" not in {model["versions"][0]["state"], model["latestVersion"]["state"]}:
            return model
        await asyncio.sleep(0.1)
    raise AssertionError(f"{slug} is still being prepared")


async def echo_model(client: Client, **changes: Any) -> str:
    """The slug of a new echo model that is READY."""
    model = await settled(client, (await add_model(client, **changes))["slug"])
    assert model["latestVersion"]["state"] == "READY", model
    slug: str = model["slug"]
    return slug


async def ended(client: Client, prediction_id: str, seconds: float = 60) -> dict[str, Any]:
    """A prediction, once it is terminal."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = await client.get(prediction_id)
        assert found
        if found["status"] in TERMINAL:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"{prediction_id} does not end")


async def code_of(client: Client, query: str, **variables: Any) -> str:
    """The code of the only top-level error."""
    answer = await client.raw(query, **variables)
    (error,) = answer["errors"]
    code: str = error["extensions"]["code"]
    return code


async def post(client: Client, content: bytes | str, **headers: str) -> httpx.Response:
    """Any body to the API."""
    sent = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if client.token:
        sent.setdefault("authorization", f"Bearer {client.token}")
    return await client.http.post(f"{client.url}/graphql", content=content, headers=sent)


async def handle_of(client: Client) -> str:
    handle: str = (await client.run(VIEWER))["viewer"]["handle"]
    return handle


async def change(client: Client, model: str, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await client.run(UPDATE_MODEL, input={"model": model, **changes}))["updateModel"]
    return made


async def delete(client: Client, model: str) -> dict[str, Any]:
    made: dict[str, Any] = (await client.run(DELETE_MODEL, input={"model": model}))["deleteModel"]
    return made


async def publish(client: Client, model: str, **changes: Any) -> dict[str, Any]:
    new = {"model": model, "source": ECHO, **changes}
    made: dict[str, Any] = (await client.run(PUBLISH, input=new))["publishVersion"]
    return made


def harmless(answer: Any) -> None:
    """No bug was met: no 500, no masked error."""
    assert answer.status_code < 500, answer.text
    assert "INTERNAL_SERVER_ERROR" not in answer.text, answer.text


def paths(made: dict[str, Any]) -> list[str]:
    """The paths of the violations of a refused input."""
    return [v["path"] for v in made["violations"]]


async def ready(client: Client, **new: Any) -> str:
    """The slug of a new model whose version is READY."""
    made = await add_model(client, **new)
    assert made["__typename"] == "Model", made
    model = await settled(client, made["slug"])
    assert model["latestVersion"]["state"] == "READY", model["latestVersion"]["reason"]
    return str(model["slug"])


async def published(admin: Client, live: LiveServer, build: Callable[[Path], object], **new: Any) -> str:
    """The slug of a public model of a folder that `build` fills."""
    folder = Path(live.environment["MODEL_ROOT"]) / unique("folder")
    build(folder)
    return await ready(admin, visibility="PUBLIC", source={"local": {"path": folder.name}}, **new)


async def refusal(client: Client, **new: Any) -> str:
    """Why a new version is refused."""
    made = await add_model(client, **new)
    assert made["__typename"] == "Model", made
    version = (await settled(client, made["slug"]))["latestVersion"]
    assert version["state"] == "REFUSED", version
    return str(version["reason"])
