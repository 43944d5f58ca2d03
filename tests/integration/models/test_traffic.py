"""Which version runs where none is pinned: by every interface, and for whom."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from server.domain.ids import parse_id
from tests.conftest import LiveServer
from tests.integration.rest.calling import calling
from tests.support.api import Client
from tests.support.operations import PUBLISH, USER_ERROR, echo_model, settled, somebody, unique

TRAFFIC = "traffic { weight version { number } } versionAliases { alias version }"
SET = f"""mutation ($i: SetTrafficInput!) {{ setTraffic(input: $i) {{ __typename
  ... on Model {{ {TRAFFIC} }} {USER_ERROR} }} }}"""
NAME = f"""mutation ($i: SetVersionAliasInput!) {{ setVersionAlias(input: $i) {{ __typename
  ... on Model {{ {TRAFFIC} }} {USER_ERROR} }} }}"""
REMOVE = f"""mutation ($i: RemoveVersionAliasInput!) {{ removeVersionAlias(input: $i) {{ __typename
  ... on Model {{ {TRAFFIC} }} ... on UserError {{ code message }} }} }}"""
VERSION = """mutation ($i: CreatePredictionInput!) { createPrediction(input: $i) { __typename
  ... on Prediction { id version { number } } ... on UserError { code message } } }"""


@dataclass(frozen=True)
class Owned:
    """A model of two READY versions, and its owner."""

    owner: Client
    slug: str
    live: LiveServer

    async def set(self, *shares: tuple[int, int], **options: Any) -> dict[str, Any]:
        given = [{"version": number, "weight": weight} for number, weight in shares]
        answer = await self.owner.run(SET, i={"model": self.slug, "shares": given, **options})
        changed: dict[str, Any] = answer["setTraffic"]
        return changed

    async def version(self, client: Client, suffix: str = "", **options: Any) -> int:
        new = {"model": self.slug + suffix, "input": {"text": "x"}, **options}
        made = (await client.run(VERSION, i=new))["createPrediction"]
        assert made["__typename"] == "Prediction", made
        number: int = made["version"]["number"]
        return number

    async def row(self, sql: str, *values: object) -> Any:
        database = await asyncpg.connect(self.live.environment["DATABASE_URL"])
        try:
            return await database.fetchrow(sql, *values)
        finally:
            await database.close()


@pytest.fixture(scope="module")
async def echo(live_server: LiveServer) -> AsyncIterator[Owned]:
    """An echo model of two versions."""
    owner, _ = await somebody(live_server.url)
    slug = await echo_model(owner)
    await owner.run(PUBLISH, input={"model": slug, "source": {"predictor": "echo"}})
    await settled(owner, slug)
    yield Owned(owner, slug, live_server)
    await owner.close()


async def test_the_newest_version_runs_until_its_owner_says_otherwise(echo: Owned, bob: Client) -> None:
    await echo.set()
    assert await echo.version(bob) == 2
    changed = await echo.set((1, 100))
    assert changed["traffic"] == [{"weight": 100, "version": {"number": 1}}]
    assert await echo.version(bob) == 1
    # What is pinned is never overridden
    assert await echo.version(bob, ":2") == 2
    assert await echo.version(bob, ":latest") == 2
    # Only its owner sees how it is divided
    query = f"query ($s: String!) {{ model(slug: $s) {{ {TRAFFIC} }} }}"
    assert (await bob.run(query, s=echo.slug))["model"]["traffic"] == []
    assert (await echo.set())["traffic"] == []
    assert await echo.version(bob) == 2


async def test_every_interface_obeys(echo: Owned) -> None:
    await echo.set((1, 100))
    body = {"input": {"text": "x"}}
    async with calling(echo.live, echo.owner.token) as rest:
        versions = (await rest.get(f"/v1/models/{echo.slug}/versions")).json()["results"]
        ids = {version["number"]: version["id"] for version in versions}
        for path, more in (
            (f"/v1/models/{echo.slug}/predictions", {}),
            ("/v1/predictions", {"version": echo.slug}),
            ("/v1/predictions", {"model": echo.slug}),
        ):
            answer = await rest.post(path, json={**body, **more})
            assert answer.status_code == 201, answer.text
            assert answer.json()["version"] == ids[1], path
        for pinned in (ids[2], f"{echo.slug}:{ids[2]}", f"{echo.slug}:2"):
            answer = await rest.post("/v1/predictions", json={**body, "version": pinned})
            assert answer.json()["version"] == ids[2]
    batch = """mutation ($i: CreateBatchInput!) { createBatch(input: $i) { ... on Batch { version { number } } } }"""
    for suffix, number in (("", 1), (":2", 2)):
        new = {"model": echo.slug + suffix, "inputs": [{"text": "x"}] * 2}
        assert (await echo.owner.run(batch, i=new))["createBatch"]["version"]["number"] == number
    # What runs again runs on the same version, whatever the traffic
    made = (await echo.owner.run(VERSION, i={"model": f"{echo.slug}:2", **body}))["createPrediction"]
    again = "mutation ($i: RerunInput!) { rerun(input: $i) { ... on Prediction { version { number } } } }"
    assert (await echo.owner.run(again, i={"id": made["id"]}))["rerun"]["version"]["number"] == 2
    for version, number in ((echo.slug, 1), (f"{echo.slug}:2", 2)):
        answer = await echo.owner.run(again, i={"id": made["id"], "version": version})
        assert answer["rerun"]["version"]["number"] == number
    # Names that users gave the model follow it
    name = unique("a")
    alias = "mutation ($i: SetModelAliasInput!) { setModelAlias(input: $i) { __typename } }"
    await echo.owner.run(alias, i={"alias": name, "model": echo.slug})
    handle = (await echo.owner.run("{ viewer { handle } }"))["viewer"]["handle"]
    async with calling(echo.live, echo.owner.token) as rest:
        answer = await rest.post(f"/v1/deployments/{handle}/{name}/predictions", json=body)
        assert answer.json()["version"] == ids[1], answer.text


async def two_versions(live: LiveServer, kind: str, demo: str) -> Owned:
    """A model of two READY versions of a bundled one, and its owner."""
    owner, _ = await somebody(live.url)
    add = """mutation ($i: CreateModelInput!) { createModel(input: $i) { ... on Model { slug } } }"""
    new = {"name": unique("m"), "kind": kind, "source": {"demo": demo}}
    slug = (await owner.run(add, i=new))["createModel"]["slug"]
    await settled(owner, slug)
    await owner.run(PUBLISH, input={"model": slug, "source": {"demo": demo}})
    await settled(owner, slug)
    return Owned(owner, slug, live)


@pytest.mark.parametrize(
    ("kind", "demo", "asks"),
    [
        (
            "TEXT_GENERATION", "chat",
            [("completions", {"prompt": "Hi", "max_tokens": 1}),
             ("responses", {"input": "Hi", "max_output_tokens": 16})],
        ),
        ("IMAGE_GENERATION", "shapes", [("images/generations", {"prompt": "a red circle"})]),
    ],
)  # fmt: skip
async def test_each_route_of_openai_s_form_obeys(
    live_server: LiveServer, kind: str, demo: str, asks: list[tuple[str, dict[str, Any]]]
) -> None:
    """Where the newest version would be another."""
    model = await two_versions(live_server, kind, demo)
    await model.set((1, 100))
    numbers = "SELECT v.number FROM prediction p JOIN version v ON v.id = p.version_id WHERE p.id = $1"
    async with calling(live_server, model.owner.token) as rest:
        for path, body in asks:
            for suffix, number in (("", 1), (":2", 2)):
                answer = await rest.post(f"/openai/v1/{path}", json={**body, "model": model.slug + suffix})
                assert answer.status_code == 200, answer.text
                ran = await model.row(numbers, parse_id(answer.headers["x-prediction-id"], "Prediction"))
                assert ran["number"] == number, path
        for suffix, number in (("", 1), (":2", 2)) if demo == "chat" else ():
            ask = {"model": model.slug + suffix, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
            line = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": ask}
            files = {"file": ("requests.jsonl", json.dumps(line).encode())}
            file = (await rest.post("/openai/v1/files", data={"purpose": "batch"}, files=files)).json()
            new = {"input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
            made = (await rest.post("/openai/v1/batches", json=new)).json()
            assert made["model"] == f"{model.slug}:{number}", made
    await model.owner.close()


async def test_openai_s_form_obeys(live_server: LiveServer) -> None:
    model = await two_versions(live_server, "TEXT_GENERATION", "chat")
    owner, slug = model.owner, model.slug
    await model.set((1, 50), (2, 50))
    ask = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    numbers = "SELECT v.number, p.experiment_id FROM prediction p JOIN version v ON v.id = p.version_id WHERE p.id = $1"

    async def asked(name: str, user: str | None) -> Any:
        answer = await rest.post("/openai/v1/chat/completions", json={**ask, "model": name, "user": user})
        assert answer.status_code == 200, answer.text
        return await model.row(numbers, parse_id(answer.headers["x-prediction-id"], "Prediction"))

    async with calling(live_server, owner.token) as rest:
        by_user = {user: (await asked(slug, user))["number"] for user in map(str, range(8))}
        assert set(by_user.values()) == {1, 2}
        assert (await asked(slug, "0"))["number"] == by_user["0"]
        assert (await asked(slug, "0"))["experiment_id"] is not None
        pinned = await asked(f"{slug}:1", None)
        assert (pinned["number"], pinned["experiment_id"]) == (1, None)
        await owner.run(NAME, i={"model": slug, "alias": "stable", "version": 1})
        assert (await asked(f"{slug}:stable", None))["number"] == 1
    await owner.close()


async def test_callers_keep_their_version_and_rows_the_experiment(echo: Owned, bob: Client, nobody: Client) -> None:
    await echo.set((1, 50), (2, 50), name="first", baseline=1)
    experiment = "SELECT id, name, baseline FROM experiment WHERE model_id = $1 AND ended_at IS NULL"
    model = await echo.row("SELECT m.id FROM model m WHERE m.name = $1", echo.slug.partition("/")[2])
    running = await echo.row(experiment, model["id"])
    assert running["name"] == "first"
    by_key = {key: await echo.version(bob, stickyKey=key) for key in map(str, range(12))}
    assert set(by_key.values()) == {1, 2}
    # A key stands for the same, whoever brings it
    for client in (bob, echo.owner, nobody):
        assert {key: await echo.version(client, stickyKey=key) for key in by_key} == by_key
    for client in (bob, nobody):
        assert len({await echo.version(client) for _ in range(4)}) == 1
    new = {"model": echo.slug, "input": {"text": "x"}, "stickyKey": "0"}
    made = (await bob.run(VERSION, i=new))["createPrediction"]
    stored = "SELECT experiment_id FROM prediction WHERE id = $1"
    assert (await echo.row(stored, parse_id(made["id"], "Prediction")))["experiment_id"] == running["id"]
    pinned = (await bob.run(VERSION, i={**new, "model": f"{echo.slug}:1"}))["createPrediction"]
    assert (await echo.row(stored, parse_id(pinned["id"], "Prediction")))["experiment_id"] is None
    # All items of a batch are in it
    batch = "mutation ($i: CreateBatchInput!) { createBatch(input: $i) { ... on Batch { id version { number } } } }"
    many = (await bob.run(batch, i={"model": echo.slug, "inputs": [{"text": "x"}] * 3, "stickyKey": "0"}))[
        "createBatch"
    ]
    assert many["version"]["number"] == by_key["0"]
    items = "SELECT count(*) AS n FROM prediction WHERE batch_id = $1 AND experiment_id = $2"
    batch_id = parse_id(many["id"], "Batch")
    while (await echo.row(items, batch_id, running["id"]))["n"] < 3:
        await asyncio.sleep(0.05)
    # The next traffic ends it
    await echo.set((1, 50), (2, 50))
    ended = await echo.row("SELECT ended_at, end_reason FROM experiment WHERE id = $1", running["id"])
    assert ended["end_reason"] == "REPLACED"
    await echo.set()
    assert await echo.row(experiment, model["id"]) is None


async def test_a_key_of_idempotency_knows_the_key_of_the_caller(echo: Owned, bob: Client) -> None:
    key = {"model": echo.slug, "input": {"text": "x"}, "idempotencyKey": unique("k"), "stickyKey": "a"}
    first = (await bob.run(VERSION, i=key))["createPrediction"]
    assert (await bob.run(VERSION, i=key))["createPrediction"] == first
    assert (await bob.run(VERSION, i={**key, "stickyKey": "b"}))["createPrediction"]["code"] == "CONFLICT"


async def test_who_may_not_and_what_is_none(echo: Owned, bob: Client) -> None:
    given = {"model": echo.slug, "shares": [{"version": 1, "weight": 100}]}
    assert (await bob.run(SET, i=given))["setTraffic"]["code"] == "FORBIDDEN"
    assert (await bob.run(NAME, i={"model": echo.slug, "alias": "a", "version": 1}))["setVersionAlias"][
        "code"
    ] == "FORBIDDEN"
    await echo.set((2, 100))
    for shares, paths in (
        ([(9, 100)], ["/shares/0/version"]),
        ([(1, 10), (2, 10)], ["/shares"]),
        ([(1, 50), (1, 50)], ["/shares/1/version"]),
        ([(-1, 100)], ["/shares/0/version"]),
    ):
        refused = await echo.set(*shares)
        assert [violation["path"] for violation in refused["violations"]] == paths
    # Nothing of it was changed
    assert await echo.version(bob) == 2
    await echo.set()
    new = {"model": echo.slug, "input": {"text": "x"}, "stickyKey": ""}
    assert (await bob.run(VERSION, i=new))["createPrediction"]["code"] == "INVALID_INPUT"


async def test_versions_have_names(echo: Owned, bob: Client) -> None:
    named = (await echo.owner.run(NAME, i={"model": echo.slug, "alias": "stable", "version": 1}))["setVersionAlias"]
    assert named["versionAliases"] == [{"alias": "stable", "version": 1}]
    assert await echo.version(bob, ":stable") == 1
    await echo.set((2, 100))
    assert await echo.version(bob, ":stable") == 1
    async with calling(echo.live, echo.owner.token) as rest:
        answer = await rest.post("/v1/predictions", json={"version": f"{echo.slug}:stable", "input": {"text": "x"}})
        assert answer.status_code == 201, answer.text
    await echo.owner.run(NAME, i={"model": echo.slug, "alias": "stable", "version": 2})
    assert await echo.version(bob, ":stable") == 2
    for alias, version in (("latest", 1), ("Stable", 1), ("1a", 1), ("", 1), ("a" * 33, 1), ("new", 9)):
        refused = await echo.owner.run(NAME, i={"model": echo.slug, "alias": alias, "version": version})
        assert refused["setVersionAlias"]["code"] == "INVALID_INPUT", alias
    # Where a model is asked for, a version's name is none
    assert (await echo.owner.run(SET, i={"model": f"{echo.slug}:stable", "shares": []}))["setTraffic"]["code"]
    removed = (await echo.owner.run(REMOVE, i={"model": echo.slug, "alias": "stable"}))["removeVersionAlias"]
    assert removed["versionAliases"] == []
    missing = (await echo.owner.run(REMOVE, i={"model": echo.slug, "alias": "stable"}))["removeVersionAlias"]
    assert missing["code"] == "NOT_FOUND"
    new = {"model": f"{echo.slug}:stable", "input": {"text": "x"}}
    assert (await bob.run(VERSION, i=new))["createPrediction"]["code"] == "UNAVAILABLE"
    await echo.set()


async def test_the_audit_log_tells(echo: Owned, admin: Client) -> None:
    await echo.set((1, 30), (2, 70))
    await echo.set()
    query = """query ($s: String!) { auditEvents(first: 2, filter: { subject: $s, actions: [TRAFFIC_SET] }) {
      nodes { action before after } } }"""
    last, first = (await admin.run(query, s=echo.slug))["auditEvents"]["nodes"]
    read = [value if isinstance(value, dict) else json.loads(value) for value in (first["after"], last["before"])]
    assert read == [{"weights": {"1": 30, "2": 70}}] * 2
    assert last["after"] == {"weights": "latest"}
