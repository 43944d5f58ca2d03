"""No list asks PostgreSQL once for each of its items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from graph.context import Context
from graph.schema import make_schema
from server.domain.accounts import Viewer
from server.runtime import Runtime
from server.services.hubs import Hubs
from server.tables import User, Version
from tests.integration.graph.conftest import counted
from tests.integration.jobs import store

SCHEMA = make_schema()
NESTED = """
query ($first: Int) { predictions(first: $first, filter: {everybody: true}) {
  edges { cursor node { id status output text logs progress { step }
    files { url } error { code } metrics { totalSeconds }
    model { slug owner { handle } latestVersion { number } versions { number slug } }
    version { number slug model { slug owner { handle } } }
    user { handle email } } }
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


class Asking:
    """An administrator at the schema."""

    def __init__(self, rt: Runtime, user: User) -> None:
        self._rt, self._viewer = rt, Viewer(user.id, is_admin=True)

    async def ask(self, query: str, **variables: Any) -> Asked:
        context = Context(self._rt, Hubs(self._rt.event_log, self._rt.wakeups), "http://here", "local", self._viewer)
        with counted() as statements:
            result = await SCHEMA.execute(query, variables, context)
        assert not result.errors, result.errors
        return Asked(result.data, statements)


@pytest.fixture(scope="module")
async def versions(database: str) -> list[Version]:
    return [await store.add_version() for _ in range(10)]


@pytest.fixture
async def asking(rt: Runtime, versions: list[Version]) -> Asking:
    """An administrator, and 100 predictions of 10 users with 10 models, in every state."""
    states = ["starting", "processing", "succeeded", "failed", "canceled"]
    owners = [(await version.model).owner_id for version in versions]
    for n in range(100):
        await store.add(versions[n % 10], status=states[n % 5], user_id=owners[(n + 3) % 10], queue=uuid4().hex[:8])
    return Asking(rt, await User.get(id=owners[0]))


async def test_a_hundred_predictions_cost_as_many_statements_as_two(asking: Asking) -> None:
    few, many = await asking.ask(NESTED, first=2), await asking.ask(NESTED, first=100)
    assert len(few.data["predictions"]["nodes"]) == 2
    nodes = many.data["predictions"]["nodes"]
    assert len(nodes) == 100
    assert len({node["user"]["handle"] for node in nodes}) == 10
    assert len({node["model"]["slug"] for node in nodes}) == 10
    assert len(many.statements) == len(few.statements), "\n".join(many.statements)
    assert 1 < len(many.statements) <= 14, "\n".join(many.statements)


async def test_models_with_their_versions_and_owners(asking: Asking) -> None:
    few, many = await asking.ask(MODELS, first=1), await asking.ask(MODELS, first=10)
    assert len(many.data["models"]["nodes"]) == 10
    assert len(many.statements) == len(few.statements), "\n".join(many.statements)


async def test_nodes_by_their_ids(asking: Asking) -> None:
    listed = await asking.ask("{ predictions(first: 100, filter: {everybody: true}) { nodes { id } } }")
    ids = [node["id"] for node in listed.data["predictions"]["nodes"]]
    few, many = await asking.ask(NODES, ids=ids[:2]), await asking.ask(NODES, ids=ids)
    assert len(many.data["nodes"]) == 100
    assert len(many.statements) == len(few.statements), "\n".join(many.statements)


async def test_a_list_is_counted_only_when_its_count_is_selected(asking: Asking) -> None:
    rest = "{ predictions(filter: {everybody: true}) { nodes { id } pageInfo { hasNextPage } %s } }"
    without, counting = await asking.ask(rest % ""), await asking.ask(rest % "totalCount")
    assert counting.data["predictions"]["totalCount"] >= 100
    assert [text for text in without.statements if "COUNT" in text.upper()] == []
    assert len([text for text in counting.statements if "COUNT" in text.upper()]) == 1
    skipped = await asking.ask(rest % "totalCount @skip(if: true)")
    assert len(skipped.statements) == len(without.statements) == 1
