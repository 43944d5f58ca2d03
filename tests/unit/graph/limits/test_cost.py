"""What operations cost, before and after they ran."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.limits.cost import WEIGHTS, CostModel, Operation
from graph.schema import SchemaOptions, make_schema

COST_MODEL = CostModel(build_schema((Path(__file__).parents[4] / "graph" / "schema.graphql").read_text()))


def operation(query: str, variables: dict[str, Any] | None = None, name: str | None = None) -> Operation:
    return Operation(COST_MODEL, parse(query), name, variables)


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ __typename }", 1),
        ("{ __schema { types { name } } }", 1),
        ("{ viewer { id handle } }", 1),
        ('{ model(slug: "a/b") { slug owner { id } } }', 2),
        ("{ models { nodes { id } } }", 20),
        ("{ models(first: 7) { nodes { id } } }", 7),
        ("{ models(last: 7) { edges { cursor node { id } } pageInfo { endCursor } } }", 7),
        ("{ models(first: 100000) { nodes { id } } }", 100),
        ("{ models(first: 7) { totalCount } }", 5),
        ("{ models(first: 7) { nodes { id owner { id } } totalCount } }", 7 * 2 + 5),
        ("{ models(first: 7) { nodes { versions { id model { id } } } } }", 7 * (1 + 100 * 2)),
        ("{ viewer { apiKeys { id } } }", 1 + 50),
        ("{ predictions(first: 100) { nodes { model { id } version { id } user { id } } } }", 400),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 3),
        ("{ users(first: 7) { nodes { id predictionCount } totalCount } }", 7 * 2 + 5),
        ("{ queues { name depth } }", 1),
        ('{ node(id: "a") { ... on Model { owner { id } } ... on Prediction { model { owner { id } } } } }', 3),
        ('{ a: viewer { id } b: viewer { id } }', 2),
        ("{ viewer @skip(if: true) { id } models @include(if: false) { nodes { id } } }", 1),
        ('mutation { login(input: {email: "a", password: "b"}) { ... on Session { user { id } } } }', 51),
        ('mutation { cancelPrediction(input: {id: "a"}) { ... on UserError { message } } }', 11),
        ('subscription { predictionEvents(id: "a") { seq } }', 10),
        ("{ models(first: 5) { ...P } } fragment P on ModelConnection { nodes { ...M } }"
         " fragment M on Model { owner { id } }", 10),
    ],
    ids=str,
)  # fmt: skip
def test_what_an_operation_may_cost(query: str, cost: int) -> None:
    assert operation(query).requested() == cost


@pytest.mark.parametrize(
    ("variables", "cost"),
    [
        ({"n": 3}, 3),
        ({}, 4),
        ({"n": None}, 20),
        ({"n": "3"}, 20),
        ({"n": -5}, 10),
        ({"n": True}, 20),
        # No Int, so that it does not run
        ({"n": 10**30}, 20),
        # An Int all the same
        ({"n": 100.0}, 100),
        ({"n": 50.5}, 20),
    ],
)
def test_sizes_come_from_variables_as_they_are_executed(variables: dict[str, Any], cost: int) -> None:
    query = "query ($n: Int = 4) { models(first: $n) { nodes { id } } }"
    assert operation(query, variables).requested() == cost


def test_ids_and_conditions_come_from_variables() -> None:
    query = "query ($ids: [ID!]!, $on: Boolean!) { nodes(ids: $ids) { id } viewer @include(if: $on) { id } }"
    assert operation(query, {"ids": ["a"] * 30, "on": False}).requested() == 30
    assert operation(query, {"ids": ["a"] * 30, "on": True}).requested() == 31


def test_the_named_operation_counts() -> None:
    query = "query A { viewer { id } } query B { models { nodes { id } } }"
    assert (operation(query, name="A").requested(), operation(query, name="B").requested()) == (1, 20)


def test_what_came_is_what_it_cost() -> None:
    found = operation(
        """query { models(first: 50) { totalCount edges { node { ...M } } nodes { id ... on Model { owner { id } } } }
        node(id: "x") { ... on Prediction { model { owner { id } } version { id } } } nothing: model(slug: "x") { id } }
        fragment M on Model { owner { handle } versions { id } }"""
    )
    model = {"owner": {"id": "o", "handle": "o"}, "versions": [{"id": "v"}] * 3, "id": "m"}
    data = {
        "models": {"totalCount": 2, "edges": [{"node": model}] * 2, "nodes": [model] * 2},
        "node": {"model": {"owner": {"id": "o"}}, "version": None},
        "nothing": None,
    }
    assert found.actual(data) == 5 + 2 * (1 + 1 + 3) + 2 * 2 + (1 + 1 + 1)
    assert found.actual(None) == 1
    assert found.requested() > found.actual(data)


@given(size=st.integers(1, 100), came=st.integers(0, 100))
@settings(max_examples=50)
def test_a_page_never_costs_more_than_was_said(size: int, came: int) -> None:
    found = operation(f"{{ models(first: {size}) {{ nodes {{ id owner {{ id }} }} }} }}")
    data = {"models": {"nodes": [{"id": "m", "owner": {"id": "o"}}] * min(size, came)}}
    assert found.actual(data) <= found.requested()


def test_every_weight_is_of_a_field() -> None:
    for name in WEIGHTS:
        price = COST_MODEL.cost(*name.split("."))  # type: ignore[arg-type]
        assert price
        assert price.weight == WEIGHTS[name]


async def test_what_is_too_dear_does_not_run() -> None:
    schema = make_schema(SchemaOptions(max_cost=100))
    cheap = await schema.execute("{ __typename }")
    assert cheap.extensions == {"cost": {"requested": 1, "actual": 1}}
    dear = await schema.execute("{ models(first: 100) { nodes { id owner { id } } } }")
    assert dear.data is None
    (error,) = dear.errors or []
    assert error.extensions == {"code": "COST_EXCEEDED", "cost": {"requested": 200, "allowed": 100}}
    nested = "{ models(first: 100) { nodes " + "{ samples { model " * 4 + "{ id } " + "} }" * 4 + " } }"
    (error,) = (await schema.execute(nested)).errors or []
    assert (error.extensions or {})["cost"]["requested"] == 100 * (1 + 10 + 10 * 1 + 100 + 100 + 1000 + 1000 + 20_000)


@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        # A null and a variable that is left out take the default of the argument or of the list
        ("query ($n: Int) { models(first: $n) { nodes { id } } }", {}, 20),
        ("{ models(first: null) { nodes { id } } }", {}, 20),
        ("{ models(first: null, last: 90) { nodes { id } } }", {}, 90),
        ("query ($n: Int = 80) { models(first: $n) { nodes { id } } }", {"n": None}, 20),
        # A single value is a list of one
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": "x"}, 1),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["x"] * 70}, 70),
        ("query ($id: ID!) { nodes(ids: [$id, $id, $id]) { id } }", {"id": "x"}, 3),
        ('query ($ids: [ID!]! = ["a", "b"]) { nodes(ids: $ids) { id } }', {}, 2),
        # Through fragments, and with directives that variables decide
        ("query ($n: Int) { ...Q } fragment Q on Query { models(first: $n) { nodes { id } } }", {"n": 60.0}, 60),
        ("query ($n: Int, $x: Boolean!) { models(first: $n) @skip(if: $x) { nodes { id } } }", {"n": 9, "x": True}, 1),
        ("query ($n: Int, $x: Boolean = false) { models(first: $n) @include(if: $x) { nodes { id } } }", {"n": 9}, 1),
    ],
)
def test_arguments_count_as_they_are_executed(query: str, variables: dict[str, Any], cost: int) -> None:
    assert operation(query, variables).requested() == cost
