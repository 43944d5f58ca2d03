"""Who sees what, and which key may do what: each operation of the OpenAPI document is tried."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from server.rest.app import openapi_text
from tests.conftest import LiveServer
from tests.integration.accounts.operations import with_key
from tests.integration.rest.calling import calling
from tests.support.api import Client
from tests.support.operations import administrator, echo_model, ended, somebody, unique

DOCUMENT = json.loads(openapi_text())
OPERATIONS = sorted((method, path) for path, operations in DOCUMENT["paths"].items() for method in operations)
ANY, SESSION = "ANY", "SESSION"
SCOPES = {
    ("post", "/v1/auth/register"): ANY,
    ("post", "/v1/auth/token"): ANY,
    ("get", "/v1/account"): ANY,
    ("get", "/v1/hardware"): ANY,
    ("get", "/v1/usage"): "READ",
    ("get", "/v1/webhooks/default/secret"): SESSION,
    ("get", "/v1/collections"): "READ",
    ("get", "/v1/collections/{slug}"): "READ",
    ("get", "/v1/deployments"): "READ",
    ("post", "/v1/deployments"): "WRITE",
    ("get", "/v1/deployments/{owner}/{name}"): "READ",
    ("patch", "/v1/deployments/{owner}/{name}"): "WRITE",
    ("delete", "/v1/deployments/{owner}/{name}"): "WRITE",
    ("post", "/v1/deployments/{owner}/{name}/predictions"): "RUN",
    ("get", "/v1/files"): "RUN",
    ("post", "/v1/files"): "RUN",
    ("get", "/v1/files/{id}"): "RUN",
    ("delete", "/v1/files/{id}"): "RUN",
    ("get", "/v1/models"): "READ",
    ("post", "/v1/models"): "WRITE",
    ("get", "/v1/models/{id}"): "READ",
    ("get", "/v1/models/{owner}/{name}"): "READ",
    ("patch", "/v1/models/{owner}/{name}"): "WRITE",
    ("delete", "/v1/models/{owner}/{name}"): "WRITE",
    ("get", "/v1/models/{owner}/{name}/examples"): "READ",
    ("post", "/v1/models/{owner}/{name}/predictions"): "RUN",
    ("get", "/v1/models/{owner}/{name}/readme"): "READ",
    ("get", "/v1/models/{owner}/{name}/versions"): "READ",
    ("post", "/v1/models/{owner}/{name}/versions"): "WRITE",
    ("get", "/v1/models/{owner}/{name}/versions/{version_id}"): "READ",
    ("get", "/v1/predictions"): "READ",
    ("post", "/v1/predictions"): "RUN",
    ("get", "/v1/predictions/{id}"): "READ",
    ("post", "/v1/predictions/{id}/cancel"): "RUN",
    ("get", "/v1/predictions/{id}/stream"): "READ",
    ("get", "/openai/v1/models"): "READ",
    ("get", "/openai/v1/models/{model}"): "READ",
    ("post", "/openai/v1/chat/completions"): "RUN",
    ("get", "/openai/v1/chat/completions/{completion_id}"): "READ",
    ("get", "/openai/v1/chat/completions/{completion_id}/messages"): "READ",
    ("post", "/openai/v1/completions"): "RUN",
    ("post", "/openai/v1/responses"): "RUN",
    ("get", "/openai/v1/responses/{response_id}"): "READ",
    ("delete", "/openai/v1/responses/{response_id}"): "WRITE",
    ("get", "/openai/v1/responses/{response_id}/input_items"): "READ",
    ("post", "/openai/v1/responses/{response_id}/cancel"): "RUN",
    ("post", "/openai/v1/embeddings"): "RUN",
    ("post", "/openai/v1/rerank"): "RUN",
    ("post", "/openai/v1/images/generations"): "RUN",
    ("post", "/openai/v1/images/edits"): "RUN",
    ("post", "/openai/v1/audio/speech"): "RUN",
    ("post", "/openai/v1/audio/transcriptions"): "RUN",
    ("post", "/openai/v1/audio/translations"): "RUN",
    ("get", "/openai/v1/files"): "RUN",
    ("post", "/openai/v1/files"): "RUN",
    ("get", "/openai/v1/files/{file_id}"): "RUN",
    ("delete", "/openai/v1/files/{file_id}"): "RUN",
    ("get", "/openai/v1/files/{file_id}/content"): "RUN",
    ("get", "/openai/v1/batches"): "READ",
    ("post", "/openai/v1/batches"): "RUN",
    ("get", "/openai/v1/batches/{batch_id}"): "READ",
    ("post", "/openai/v1/batches/{batch_id}/cancel"): "RUN",
}
SOURCE = {"source": {"type": "predictor", "ref": "echo"}}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/v1/auth/register"): {"json": {"username": "-", "email": "-", "password": "-"}},
    ("post", "/v1/auth/token"): {"json": {"email": "x@example.com", "password": "-"}},
    ("post", "/v1/deployments"): {"json": {"name": "x", "model": "demo/echo", "version": "1"}},
    ("patch", "/v1/deployments/{owner}/{name}"): {"json": {"version": "0" * 64}},
    ("post", "/v1/deployments/{owner}/{name}/predictions"): {"json": {"input": {"text": "x"}}},
    ("post", "/v1/files"): {"files": {"content": ("a", b"")}},
    ("post", "/v1/models"): {"json": {"name": "-", "kind": "CUSTOM", **SOURCE}},
    ("patch", "/v1/models/{owner}/{name}"): {"json": {"tags": ["seen"]}},
    ("post", "/v1/models/{owner}/{name}/versions"): {"json": SOURCE},
    ("post", "/v1/models/{owner}/{name}/predictions"): {"json": {"input": {"text": "x"}}},
    ("post", "/openai/v1/chat/completions"): {"json": {"messages": [{"role": "user", "content": "x"}]}},
    ("post", "/openai/v1/completions"): {"json": {"prompt": "x"}},
    ("post", "/openai/v1/responses"): {"json": {"input": "x"}},
    ("post", "/openai/v1/embeddings"): {"json": {"input": "x"}},
    ("post", "/openai/v1/rerank"): {"json": {"query": "x", "documents": ["x"]}},
    ("post", "/openai/v1/images/generations"): {"json": {"prompt": "x"}},
    ("post", "/openai/v1/images/edits"): {"files": {"image": ("a.png", b"x")}},
    ("post", "/openai/v1/audio/speech"): {"json": {"input": "x", "voice": "alloy"}},
    ("post", "/openai/v1/audio/transcriptions"): {"files": {"file": ("a.wav", b"x")}},
    ("post", "/openai/v1/audio/translations"): {"files": {"file": ("a.wav", b"x")}},
    ("post", "/openai/v1/files"): {"files": {"file": ("a.txt", b"x")}},
    ("post", "/openai/v1/batches"): {"json": {"endpoint": "/v1/completions", "completion_window": "24h"}},
}
# What these run is not named by the request
NAMELESS = {"/openai/v1/files", "/openai/v1/batches", "/openai/v1/batches/{batch_id}/cancel"}


def test_every_operation_is_here() -> None:
    assert set(OPERATIONS) == set(SCOPES)


@dataclass(frozen=True)
class Secrets:
    """What only its owner may know, by the parameters of paths, and words that are in no question."""

    owner: Client
    parameters: Mapping[str, str]
    words: tuple[str, ...]

    async def ask(self, client: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
        """Try an operation on the owner's."""
        parameters = dict(self.parameters)
        parameters["id"] = parameters[f"id of {path.split('/')[2]}"] if "{id}" in path else ""
        parameters["model"] = f"{parameters['owner']}/{parameters['name']}"
        parameters["response_id"] = f"resp_{parameters['id of responses']}"
        parameters["completion_id"] = f"chatcmpl-{parameters['id of responses']}"
        options = dict(BODIES.get((method, path), {}))
        if path == "/openai/v1/batches" and "json" in options:
            options["json"] = {"input_file_id": parameters["file_id"], **options["json"]}
        if path.startswith("/openai/") and "json" in options:
            options["json"] = {"model": parameters["model"], **options["json"]}
        elif path.startswith("/openai/") and "files" in options:
            options["data"] = {"model": parameters["model"]}
        if (method, path) == ("post", "/v1/predictions"):
            options = {"json": {"version": parameters["version_id"], "input": {"text": "x"}}}
        return await client.request(method, path.format(**parameters), **options)


@pytest.fixture(scope="module")
async def secrets(live_server: LiveServer) -> AsyncIterator[Secrets]:
    """A private model with a description and a tag, a prediction of it, files, and a batch."""
    owner, handle = await somebody(live_server.url)
    words = tuple(unique("secret") for _ in range(6))
    slug = await echo_model(owner, visibility="PRIVATE", description=words[0], tags=[words[1]])
    made = await owner.create(slug, {"text": words[2]})
    await ended(owner, made["id"])
    values = {"messages": [{"role": "user", "content": words[3]}], "max_new_tokens": 1}
    chat = await owner.create("demo/chat", values)
    await ended(owner, chat["id"])
    async with calling(live_server, owner.token) as client:
        model = (await client.get(f"/v1/models/{slug}")).json()
        file = (await client.post("/v1/files", files={"content": ("a", b"secret")})).json()
        lines = json.dumps({"body": {"model": "demo/prose"}}).encode()
        form = {"files": {"file": (words[4], lines)}, "data": {"purpose": "batch"}}
        requests = (await client.post("/openai/v1/files", **form)).json()
        new = {"endpoint": "/v1/completions", "completion_window": "24h", "metadata": {"mine": words[5]}}
        batch = (await client.post("/openai/v1/batches", json={"input_file_id": requests["id"], **new})).json()
        row = (await owner.run("query ($s: String!) { model(slug: $s) { id } }", s=slug))["model"]
    parameters = {
        "owner": handle,
        "name": model["name"],
        "slug": words[1],
        "version_id": model["latest_version"]["id"],
        "id of models": row["id"],
        "id of predictions": made["id"],
        "id of responses": chat["id"],
        "id of files": file["id"],
        "file_id": requests["id"],
        "batch_id": batch["id"],
    }
    yield Secrets(owner, parameters, (*words, file["etag"]))
    await owner.close()


@pytest.fixture(scope="module")
async def others(live_server: LiveServer) -> AsyncIterator[Mapping[str, str | None]]:
    """The tokens of those who may not know."""
    other, _ = await somebody(live_server.url)
    yield {"nobody": None, "somebody else": other.token}
    await other.close()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("who", ["nobody", "somebody else"])
async def test_nobody_sees_what_is_not_theirs(
    live_server: LiveServer, secrets: Secrets, others: Mapping[str, str | None], who: str, method: str, path: str
) -> None:
    async with calling(live_server, others[who]) as client:
        answer = await secrets.ask(client, method, path)
        assert answer.status_code < 500, answer.text
        if "{" in path:
            assert answer.status_code in (401, 404), answer.text
        elif path.startswith("/openai/") and method == "post" and path not in NAMELESS:
            assert answer.json()["error"]["code"] == "model_not_found", answer.text
        assert not [word for word in secrets.words if word in answer.text]
    async with calling(live_server, secrets.owner.token) as client:
        # Nothing was changed or ended by it
        name = f"{secrets.parameters['owner']}/{secrets.parameters['name']}"
        assert secrets.words[1] in (await client.get(f"/v1/models/{name}")).json()["tags"]


async def test_its_owner_sees_it(live_server: LiveServer, secrets: Secrets) -> None:
    async with calling(live_server, secrets.owner.token) as client:
        texts = [
            (await secrets.ask(client, method, path)).text
            for method, path in OPERATIONS
            if method == "get" and not path.endswith("/stream")
        ]
    assert not [word for word in secrets.words if word not in "".join(texts)]


@pytest.fixture(scope="module")
async def keys(live_server: LiveServer) -> AsyncIterator[Mapping[str, Client]]:
    """An administrator's keys of each scope alone, and of all others."""
    admin = await administrator(live_server)
    every = ("READ", "RUN", "WRITE", "ADMIN")
    found = {scope: await with_key(admin, scope) for scope in every}
    found |= {f"no {scope}": await with_key(admin, *(other for other in every if other != scope)) for scope in every}
    yield found
    await admin.close()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_a_key_does_what_its_scopes_say(
    live_server: LiveServer, keys: Mapping[str, Client], method: str, path: str
) -> None:
    needed = SCOPES[method, path]
    nothing = {"owner": "nobody", "name": "nothing", "slug": "nothing", "version_id": "1"}
    zero = "00000000-0000-0000-0000-000000000000"
    nothing |= {"file_id": "file-" + zero.replace("-", ""), "batch_id": "batch_" + zero.replace("-", "")}
    nothing |= {f"id of {kind}": zero for kind in ("models", "predictions", "files", "responses")}
    for name, key in keys.items():
        async with calling(live_server, key.token) as client:
            answer = await Secrets(key, nothing, ()).ask(client, method, path)
        has = needed in (ANY, name) or (name.startswith("no ") and name != f"no {needed}")
        if needed == SESSION:
            has = False
        is_error = answer.status_code >= 400
        said = json.loads(answer.text) if is_error and answer.headers["content-type"].endswith("json") else {}
        lacks = said.get("code") == "FORBIDDEN" and "API key" in said["detail"]
        if path.startswith("/openai/"):
            error = said.get("error", {})
            lacks = error.get("code") == "insufficient_permissions" and "API key" in error["message"]
        assert lacks is not has, (name, answer.status_code, answer.text)
