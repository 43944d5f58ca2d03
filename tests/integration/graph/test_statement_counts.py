"""No list asks PostgreSQL once for each of its items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType

from graph.context import Context
from graph.schema import SchemaOptions, make_schema
from server.domain.accounts import Viewer
from server.live.hubs import Hubs
from server.runtime import Runtime
from server.tables import User, Version, WebhookDelivery
from tests.integration.graph import hostile_values
from tests.integration.graph.conftest import counted
from tests.integration.queue import store

SCHEMA = make_schema(SchemaOptions(max_cost=1_000_000))
NESTED = """
query ($first: Int) { predictions(first: $first, filter: {everybody: true}) {
  edges { cursor node { id status output text logs progress { step }
    files { url } error { code } metrics { totalSeconds }
    model { slug owner { handle } latestVersion { number } versions { number slug } }
    version { number slug model { slug owner { handle } } }
    user { handle email }
    webhookDeliveries { event status url attempts { statusCode } prediction { id } } } }
  nodes { id model { slug } version { number } user { handle } }
  pageInfo { endCursor hasNextPage } } }
"""
MODELS = """query ($first: Int) { models(first: $first, orderBy: {field: NAME, direction: ASC}) {
  nodes { slug owner { handle } latestVersion { slug number }
    versions { number slug model { slug owner { handle } } } } } }"""
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Prediction { model { slug } user { handle } } } }"


@dataclass
class Asked:
    data: Any
    statements: list[str]


class CountingClient:
    """An administrator at the schema."""

    def __init__(self, rt: Runtime, user: User) -> None:
        self._rt, self._viewer = rt, Viewer(user.id, is_admin=True)

    async def ask(self, query: str, **variables: Any) -> Asked:
        context = Context(
            self._rt, Hubs(self._rt.event_log, self._rt.wakeups), "http://here", "local", viewer=self._viewer
        )
        with counted() as statements:
            result = await SCHEMA.execute(query, variables, context)
        assert not result.errors, result.errors
        return Asked(result.data, statements)


@pytest.fixture(scope="module")
async def versions(database: str) -> list[Version]:
    return [await store.add_version() for _ in range(30)]


@pytest.fixture
async def client(rt: Runtime, versions: list[Version]) -> CountingClient:
    """An administrator, and 100 predictions of 10 users with 10 models, in every state."""
    states = ["starting", "processing", "succeeded", "failed", "canceled"]
    owners = [(await version.model).owner_id for version in versions]
    for n in range(100):
        made = await store.add(
            versions[n % 10], status=states[n % 5], user_id=owners[(n + 3) % 10], queue=uuid4().hex[:8],
            webhook_events=["completed"],
        )  # fmt: skip
        await WebhookDelivery.create(
            id=uuid4(), prediction_id=made.id, user_id=made.user_id, event="completed", state="delivered", noted=1,
            sent=1, tries=1, attempts=[], next_at=made.run_at, created_at=made.run_at, updated_at=made.run_at,
        )  # fmt: skip
    return CountingClient(rt, await User.get(id=owners[0]))


def assert_alike(few: Asked, many: Asked) -> None:
    """Which loads share a statement depends on when replies come; one statement an item would be ninety more.

    Large columns are read about a megabyte at a time.
    """
    assert 0 < len(many.statements) <= len(few.statements) + 9, "\n".join(sorted(many.statements))


async def test_a_hundred_predictions_cost_as_many_statements_as_ten(client: CountingClient) -> None:
    few, many = await client.ask(NESTED, first=10), await client.ask(NESTED, first=100)
    assert len(few.data["predictions"]["nodes"]) == 10
    nodes = many.data["predictions"]["nodes"]
    assert len(nodes) == 100
    assert len({node["user"]["handle"] for node in nodes}) == 10
    assert len({node["model"]["slug"] for node in nodes}) == 10
    assert all(len(edge["node"]["webhookDeliveries"]) == 1 for edge in many.data["predictions"]["edges"])
    assert_alike(few, many)
    # Outputs, logs and which versions are the newest are statements of their own
    assert 1 < len(many.statements) <= 20, "\n".join(many.statements)


@pytest.mark.parametrize(("name", "call"), [("Prediction", "predictions(first: $first, filter: {everybody: true})"),
                                            ("Model", "models(first: $first)"),
                                            ("User", "users(first: $first)")])  # fmt: skip
async def test_every_field_of_a_list(client: CountingClient, name: str, call: str) -> None:
    """Whatever fields are added: twenty items of all users and states ask as often as all of them."""
    kind = hostile_values.SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    # All of them together have more tokens than a document may have
    for part in (slice(0, None, 2), slice(1, None, 2)):
        fields = hostile_values.every_field(kind, 2, pages=False, part=part)
        query = f"query ($first: Int) {{ {call} {{ nodes {fields} }} }}"
        few, many = await client.ask(query, first=20), await client.ask(query, first=100)
        assert len(many.data[f"{name.lower()}s"]["nodes"]) > len(few.data[f"{name.lower()}s"]["nodes"])
        assert_alike(few, many)


async def test_what_belongs_to_the_viewer_is_read_once_for_a_list(client: CountingClient) -> None:
    query = """query ($first: Int) { predictions(first: $first) { nodes { user {
      webhookSecret apiKeys { id } webhookDeliveries(first: 3) { nodes { id event } } } } } }"""
    few, many = await client.ask(query, first=1), await client.ask(query, first=100)
    own = [node["user"] for node in many.data["predictions"]["nodes"]]
    assert len(own) >= 10
    assert own == [own[0]] * len(own)
    assert own[0]["webhookSecret"].startswith("whsec_")
    assert len(own[0]["webhookDeliveries"]["nodes"]) == 3
    assert_alike(few, many)


async def test_models_with_their_versions_and_owners(client: CountingClient) -> None:
    few, many = await client.ask(MODELS, first=3), await client.ask(MODELS, first=30)
    assert len(many.data["models"]["nodes"]) == 30
    assert_alike(few, many)


async def test_nodes_by_their_ids(client: CountingClient) -> None:
    listed = await client.ask("{ predictions(first: 100, filter: {everybody: true}) { nodes { id } } }")
    ids = [node["id"] for node in listed.data["predictions"]["nodes"]]
    few, many = await client.ask(NODES, ids=ids[:2]), await client.ask(NODES, ids=ids)
    assert len(many.data["nodes"]) == 100
    assert_alike(few, many)


async def test_a_list_is_counted_only_when_its_count_is_selected(client: CountingClient) -> None:
    rest = "{ predictions(filter: {everybody: true}) { nodes { id } pageInfo { hasNextPage } %s } }"
    without, counting = await client.ask(rest % ""), await client.ask(rest % "totalCount")
    assert counting.data["predictions"]["totalCount"] >= 100
    assert [text for text in without.statements if "COUNT" in text.upper()] == []
    assert len([text for text in counting.statements if "COUNT" in text.upper()]) == 1
    skipped = await client.ask(rest % "totalCount @skip(if: true)")
    assert len(skipped.statements) == len(without.statements) == 1
