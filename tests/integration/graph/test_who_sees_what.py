"""Whatever returns a node, returns none of somebody else's: the queries are made of the schema itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from graphql import get_named_type

from graph.schema import make_schema
from server.domain.ids import parse_id
from server.domain.traffic import Share, Traffic
from tests.conftest import LiveServer
from tests.integration.accounts.operations import new_key
from tests.support import scopes
from tests.support.api import Client
from tests.support.operations import PUBLISH, VIEWER, add_model, echo_model, ended, handle_of, settled, somebody, unique
from tests.support.schema_paths import Step, document, objects, paths

SCHEMA = make_schema()._schema
assert SCHEMA.query_type
assert SCHEMA.mutation_type
assert SCHEMA.subscription_type
QUERIES = paths(SCHEMA, SCHEMA.query_type)
MUTATIONS = {step: way for step, way in paths(SCHEMA, SCHEMA.mutation_type).items() if len(way) == 1}
# The other one is a list, of which tests/integration/graph/test_retries_and_live_lists.py tells
SUBSCRIPTIONS = paths(SCHEMA, SCHEMA.subscription_type, "predictionEvents")
NODE_TYPES = {kind.name for kind in objects(SCHEMA, SCHEMA.type_map["Node"])}
# Everybody may know that a user exists
PUBLIC_TYPES = {"User"}
# Its owner does not see what administrators see (tests/integration/administration, tests/integration/mail)
ADMIN_TYPES = {"AuditEvent", "Invitation", "ModelReport"}
# Nothing was run again there, no version is an adapter on a base (tests/integration/models/test_adapters.py), and no
# model is a fork (tests/integration/models/test_marketplace.py)
EMPTY = {"Prediction.retryOf", "PredictionLineage.parent", "Batch.retryOf", "ModelVersion.base", "Model.forkedFrom"}


@dataclass(frozen=True)
class Secrets:
    """What only its owner may know: nodes by type, and words that are in them and in no question."""

    owner: Client
    ids: dict[str, str]
    slug: str
    words: tuple[str, ...]
    item: str

    def found_in(self, data: object) -> list[str]:
        text = json.dumps(data)
        return [word for word in (*self.words, *self.ids.values()) if word in text]


@pytest.fixture(scope="module")
async def secrets(live_server: LiveServer) -> AsyncIterator[Secrets]:
    """A private model with a description, a prediction of it that tells a webhook, an API key."""
    owner, _ = await somebody(live_server.url)
    words = tuple(unique("secret") for _ in range(3))
    slug = await echo_model(owner, visibility="PRIVATE", description=words[0])
    # All of it is of the second version, the newest
    await owner.run(PUBLISH, input={"model": slug, "source": {"predictor": "echo"}})
    await settled(owner, slug)
    item = await batch_item(owner, slug, words[1])
    experiment = await divided(owner, slug)
    # No such host: what it should have been told stands there and waits
    made = await owner.create(
        slug, {"text": words[1]}, webhook={"url": f"https://{words[1]}.invalid/", "events": ["START"]},
        stickyKey=key_of_second(experiment),
    )  # fmt: skip
    await ended(owner, made["id"])
    shown = "mutation ($i: UpdateModelInput!) { updateModel(input: $i) { ... on Model { samples { id } } } }"
    changed = await owner.run(shown, i={"model": slug, "samples": [made["id"]]})
    assert changed["updateModel"]["samples"] == [{"id": made["id"]}]
    deliveries = "{ viewer { webhookDeliveries { nodes { id } } } }"
    (delivery,) = (await owner.run(deliveries))["viewer"]["webhookDeliveries"]["nodes"]
    key = (await new_key(owner, name=words[2]))["apiKey"]
    model = (await owner.run("query ($s: String!) { model(slug: $s) { id latestVersion { id } } }", s=slug))["model"]
    ids = {
        "Batch": item["batch"]["id"],
        "BatchLine": item["batch"]["invalidLines"]["nodes"][0]["id"],
        "Experiment": experiment,
        "Model": model["id"],
        "ModelVersion": model["latestVersion"]["id"],
        "Prediction": made["id"],
        "ApiKey": key["id"],
        "WebhookDelivery": delivery["id"],
    }
    yield Secrets(owner, ids, slug, words, item["id"])
    await owner.close()


async def divided(owner: Client, slug: str) -> str:
    """The experiment that divides the traffic of a model between two versions of it."""
    shares = [{"version": number, "weight": 50} for number in (1, 2)]
    divide = "mutation ($i: SetTrafficInput!) { setTraffic(input: $i) { ... on Model { experiments { id } } } }"
    (experiment,) = (await owner.run(divide, i={"model": slug, "shares": shares, "baseline": 2}))["setTraffic"][
        "experiments"
    ]
    identifier: str = experiment["id"]
    return identifier


def key_of_second(experiment: str) -> str:
    """A `stickyKey` for which the experiment chooses the second version."""
    shares = tuple(Share(uuid4(), number, 50) for number in (1, 2))
    traffic = Traffic(parse_id(experiment, "Experiment"), shares)
    return next(key for key in map(str, range(100)) if traffic.choose(f"key:{key}").number == 2)


async def batch_item(owner: Client, slug: str, word: str) -> dict[str, Any]:
    """The item of a new batch, once a worker has made it."""
    create = "mutation ($i: CreateBatchInput!) { createBatch(input: $i) { ... on Batch { id } } }"
    batch = (await owner.run(create, i={"model": slug, "inputs": [{"text": word}, {}]}))["createBatch"]
    read = """query ($id: ID!) { batch(id: $id) { items { nodes { id batch { id
      invalidLines { nodes { id } } } } } } }"""
    while not (nodes := (await owner.run(read, id=batch["id"]))["batch"]["items"]["nodes"]):
        await asyncio.sleep(0.1)
    item: dict[str, Any] = nodes[0]
    return item


def questions(secrets: Secrets) -> Iterator[dict[str, str]]:
    """What one may ask with: each secret's id where an id is asked for, and the model's name."""
    slug, handle = json.dumps(secrets.slug), json.dumps(secrets.slug.partition("/")[0])
    for identifier in secrets.ids.values():
        literal = json.dumps(identifier)
        yield {"id": literal, "ids": literal, "ID": literal, "slug": slug, "model": slug, "handle": handle, **SOURCE}


SOURCE = {"ModelSourceInput": '{ predictor: "echo" }'}


def codes(answer: dict[str, Any]) -> set[str]:
    """All codes of errors, the top-level ones and those that are members of unions."""
    found = {error["extensions"]["code"] for error in answer.get("errors", [])}
    for value in (answer.get("data") or {}).values():
        if isinstance(value, dict):
            found |= {value["code"]} if "code" in value else set()
    return found


def test_there_are_ways_to_every_kind_of_node() -> None:
    assert len(QUERIES) > 10
    ends = {kind.name for step in QUERIES for kind in objects(SCHEMA, _type(step))}
    assert ends >= NODE_TYPES
    assert {str(step) for step in MUTATIONS} >= {"Mutation.cancelPrediction", "Mutation.updateModel"}
    assert {str(step) for step in SUBSCRIPTIONS} >= {"PredictionSnapshot.prediction", "StatusChanged.prediction"}


def _type(step: Step) -> Any:
    return get_named_type(SCHEMA.type_map[step.parent].fields[step.field].type)  # type: ignore[attr-defined]


async def test_their_owner_sees_all_of_them(secrets: Secrets) -> None:
    """Else the other tests would show nothing."""
    assert set(secrets.ids) == NODE_TYPES - PUBLIC_TYPES - ADMIN_TYPES
    seen = set()
    for way in QUERIES.values():
        for values in questions(secrets):
            answer = await secrets.owner.raw(document(SCHEMA, "query", way, values))
            seen |= set(secrets.found_in(answer.get("data")))
    assert seen == {*secrets.words, *secrets.ids.values()}


@pytest.mark.parametrize("step", QUERIES, ids=str)
async def test_a_query(secrets: Secrets, bob: Client, nobody: Client, step: Step) -> None:
    # That something is for administrators alone says nothing of it
    of_admins = scopes.QUERIES[QUERIES[step][0].field] == "ADMIN"
    said = {"FORBIDDEN"} if of_admins else {"NOT_FOUND", "UNAUTHENTICATED", "BAD_USER_INPUT"}
    for values in questions(secrets):
        query = document(SCHEMA, "query", QUERIES[step], values)
        for stranger in (bob, nobody):
            answer = await stranger.raw(query)
            assert secrets.found_in(answer.get("data")) == [], query
            assert codes(answer) <= said, (query, answer)


@pytest.mark.parametrize("step", MUTATIONS, ids=str)
async def test_a_mutation(secrets: Secrets, bob: Client, nobody: Client, step: Step) -> None:
    of_admins = scopes.MUTATIONS[step.field] == "ADMIN"
    for values in questions(secrets):
        query = document(SCHEMA, "mutation", MUTATIONS[step], values)
        for stranger in (bob, nobody):
            answer = await stranger.raw(query)
            assert "GRAPHQL_VALIDATION_FAILED" not in codes(answer), (query, answer)
            assert "FORBIDDEN" not in codes(answer) or of_admins, (query, answer)
            assert secrets.found_in(answer.get("data")) == [], query
    assert await still_there(secrets)


async def still_there(secrets: Secrets) -> bool:
    """Whether nothing of the secrets was changed."""
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Model { description } ... on ApiKey { revokedAt } } }"
    nodes = (await secrets.owner.run(query, ids=list(secrets.ids.values())))["nodes"]
    facts = (
        {"id": secrets.ids["Model"], "description": secrets.words[0]},
        {"id": secrets.ids["ApiKey"], "revokedAt": None},
    )
    return None not in nodes and all(fact in nodes for fact in facts)


@pytest.mark.parametrize("step", SUBSCRIPTIONS, ids=str)
async def test_a_subscription(secrets: Secrets, bob: Client, nobody: Client, step: Step) -> None:
    is_of_batch = any(str(each) == "Prediction.batch" for each in SUBSCRIPTIONS[step])
    watched = json.dumps(secrets.item if is_of_batch else secrets.ids["Prediction"])
    query = document(SCHEMA, "subscription", SUBSCRIPTIONS[step], {"id": watched})
    seen = secrets.found_in(await first_answer(secrets.owner, query))
    assert seen or _type(step).name in PUBLIC_TYPES or str(step) in EMPTY
    for stranger in (bob, nobody):
        answer = await first_answer(stranger, query)
        assert secrets.found_in(answer.get("data")) == []
        assert codes(answer) == {"NOT_FOUND"}


async def first_answer(client: Client, query: str) -> dict[str, Any]:
    """What a subscription says first, `data` being all of it until its end where it says more."""
    data = []
    async with client.socket() as socket:
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))
        while True:
            message = json.loads(await socket.recv())
            if message["type"] == "complete":
                return {"data": {"all": data}}
            if message["type"] == "error":
                return {"errors": message["payload"]}
            if message["payload"].get("errors"):
                return dict(message["payload"])
            data.append(message["payload"]["data"])


async def test_lists_hold_nothing_of_them(secrets: Secrets, bob: Client, nobody: Client) -> None:
    owner = await handle_of(secrets.owner)
    model, filtered = json.dumps(secrets.slug), json.dumps(owner)
    queries = [
        f"{{ models(filter: {{ owner: {filtered} }}, first: 100) {{ totalCount nodes {{ id }} }} }}",
        f'{{ models(filter: {{ search: "{secrets.words[0]}" }}) {{ totalCount nodes {{ id }} }} }}',
        f"{{ models(filter: {{ owner: {filtered}, featured: false, device: CPU }}) {{ totalCount nodes {{ id }} }} }}",
        f"{{ models(filter: {{ owner: {filtered} }}, orderBy: {{field: TRENDING}}) {{ totalCount nodes {{ id }} }} }}",
    ]
    for query in queries:
        assert (await secrets.owner.run(query))["models"]["totalCount"] == 1
        for stranger in (bob, nobody):
            assert (await stranger.run(query))["models"] == {"totalCount": 0, "nodes": []}
    page = f"{{ owner(handle: {filtered}) {{ modelCount starCount models {{ totalCount nodes {{ id }} }} }} }}"
    assert (await secrets.owner.run(page))["owner"]["models"]["totalCount"] == 1
    for stranger in (bob, nobody):
        none = {"totalCount": 0, "nodes": []}
        assert (await stranger.run(page))["owner"] == {"modelCount": 0, "starCount": 0, "models": none}
    query = f"{{ predictions(filter: {{ model: {model} }}) {{ totalCount nodes {{ id }} }} }}"
    # The item of the batch is one of them
    assert (await secrets.owner.run(query))["predictions"]["totalCount"] == 2
    assert (await bob.run(query))["predictions"] == {"totalCount": 0, "nodes": []}


EVERYTHING = """query ($s: String!, $ids: [ID!]!, $h: String!) {
  model(slug: $s) { id description isStarred versions { id } samples { id }
    experiments { id } traffic { weight } sharedWith { handle } variables { name } }
  models(filter: { owner: $h }) { nodes { id } }
  starred: models(filter: { starred: true }) { nodes { id } }
  owner(handle: $h) { modelCount models { nodes { id } } }
  predictions(filter: { model: $s }) { totalCount }
  nodes(ids: $ids) { __typename } }"""


async def test_with_whom_a_private_model_is_shared_sees_it_and_nothing_around_it(
    secrets: Secrets, admin: Client, bob: Client, nobody: Client, ada: Client
) -> None:
    """Its versions and samples, and what they ran themselves; no run, experiment or variable of its owner."""
    share = "mutation ($i: UpdateModelInput!) { updateModel(input: $i) { __typename } }"
    owner, model = await handle_of(secrets.owner), secrets.ids["Model"]
    given = {"s": secrets.slug, "ids": list(secrets.ids.values()), "h": owner}
    await secrets.owner.run(
        share, i={"model": secrets.slug, "sharedWith": [await handle_of(bob), await handle_of(ada)]}
    )
    try:
        for mutation in ("starModel", "reportModel"):
            reason = ", reason: SPAM" if mutation == "reportModel" else ""
            answer = await bob.run(
                f"mutation {{ {mutation}(input: {{ model: {json.dumps(secrets.slug)}{reason} }}) {{ __typename }} }}"
            )
            assert answer[mutation]["__typename"] in ("Model", "ReportedModel")
        own = await bob.create(secrets.slug, {"text": "mine"})
        seen = await bob.run(EVERYTHING, **given)
        assert seen["model"] == {
            "id": model, "description": secrets.words[0], "isStarred": True,
            "samples": [{"id": secrets.ids["Prediction"]}],
            "versions": seen["model"]["versions"], "experiments": [], "traffic": [], "sharedWith": None,
            "variables": None,
        }  # fmt: skip
        assert secrets.ids["ModelVersion"] in [version["id"] for version in seen["model"]["versions"]]
        assert (
            seen["models"]["nodes"] == seen["owner"]["models"]["nodes"] == seen["starred"]["nodes"] == [{"id": model}]
        )
        assert (seen["owner"]["modelCount"], seen["predictions"]["totalCount"]) == (1, 1)
        visible = {name for name, node in zip(secrets.ids, seen["nodes"], strict=True) if node}
        assert visible <= {"Model", "ModelVersion"}
        # Ada, who sees the model too, sees nothing of bob's: neither the run nor the star nor the report
        other = await ada.run(EVERYTHING, **given)
        assert (other["predictions"]["totalCount"], other["model"]["isStarred"]) == (0, False)
        assert (await ada.run("query ($id: ID!) { prediction(id: $id) { id } }", id=own["id"]))["prediction"] is None
        reports = "query ($s: String!) { modelReports(filter: { model: $s }) { nodes { reporter { handle } } } }"
        for client in (secrets.owner, bob, ada, nobody):
            answer = await client.raw(reports, s=secrets.slug)
            assert codes(answer) == {"FORBIDDEN"}
        nodes = (await admin.run(reports, s=secrets.slug))["modelReports"]["nodes"]
        assert {"reporter": {"handle": await handle_of(bob)}} in nodes
    finally:
        await secrets.owner.run(share, i={"model": secrets.slug, "sharedWith": []})
    seen = await bob.run(EVERYTHING, **given)
    assert secrets.found_in(seen) == []
    assert seen["starred"]["nodes"] == []
    # What they ran is theirs still
    assert (await bob.run("query ($id: ID!) { prediction(id: $id) { id } }", id=own["id"]))["prediction"] == {
        "id": own["id"]
    }


async def test_a_model_that_became_private_tells_no_more_than_it_did(ada: Client, bob: Client) -> None:
    """Whoever ran it keeps what they knew, their prediction and its version, and sees nothing that came later."""
    slug = await echo_model(ada, description="known to all")
    made = await bob.create(slug, {"text": "x"})
    change = """mutation ($input: UpdateModelInput!) { updateModel(input: $input) { __typename
      ... on Model { visibility } } }"""
    await ada.run(change, input={"model": slug, "visibility": "PRIVATE", "description": "a secret of later"})
    query = """query ($id: ID!) { prediction(id: $id) { status version { number model { description } }
      model { slug description versions { number } latestVersion { number } } } }"""
    seen = (await bob.run(query, id=made["id"]))["prediction"]
    assert seen["model"] == {"slug": slug, "description": "", "versions": [], "latestVersion": None}
    assert seen["version"] == {"number": 1, "model": {"description": ""}}
    assert (await bob.run("query ($s: String!) { model(slug: $s) { id } }", s=slug))["model"] is None


async def test_files_are_read_by_their_links_alone(ada: Client, nobody: Client) -> None:
    made = await add_model(ada, kind="IMAGE_GENERATION", source={"demo": "shapes"}, visibility="PRIVATE")
    assert made["__typename"] == "Model"
    path = f"{ada.url}/files/predictions/{made['id']}/1/0.png"
    for query in ("", "?exp=9999999999&sig=x", "?exp=9999999999"):
        assert (await nobody.http.get(path + query)).status_code == 403
        assert (await ada.http.get(path + query, headers={"authorization": f"Bearer {ada.token}"})).status_code == 403


async def test_admins_see_what_they_administer(secrets: Secrets, admin: Client) -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"
    found = (await admin.run(query, ids=list(secrets.ids.values())))["nodes"]
    assert [node and node["__typename"] for node in found] == [
        "Batch",
        "BatchLine",
        "Experiment",
        "Model",
        "ModelVersion",
        "Prediction",
        None,
        "WebhookDelivery",
    ]
    assert (await admin.run(VIEWER))["viewer"]["isAdmin"]
