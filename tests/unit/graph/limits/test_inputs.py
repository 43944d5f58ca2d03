"""Whatever a client may give has a bound, which its description names and one check keeps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    NameNode,
    VariableNode,
    get_named_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    parse,
    validate,
)

from graph.limits.inputs import RULE, Site, _problems, arguments_of, bound
from graph.schema import make_schema

SCHEMA = make_schema()._schema
PREDICTIONS = "query ($f: PredictionFilter) { predictions(filter: $f) { nodes { id } } }"
CREATE = """mutation ($input: CreateModelInput!) {
  createModel(input: $input) { ... on InvalidInput { a: violations { path } b: violations { path } } } }"""
RUN = "mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { __typename } }"


def places() -> Iterator[tuple[str, Any]]:
    """All that a client may give, by where it stands."""
    for name, kind in SCHEMA.type_map.items():
        if name.startswith("__"):
            continue
        if is_input_object_type(kind):
            yield from ((f"{name}.{key}", given) for key, given in kind.fields.items())
        for key, field in getattr(kind, "fields", {}).items():
            yield from ((f"{name}.{key}({argument}:)", given) for argument, given in getattr(field, "args", {}).items())


def problem(query: str, variables: dict[str, Any] | None = None) -> str | None:
    document = parse(query)
    assert not validate(SCHEMA, document)
    literals, sites = arguments_of(SCHEMA, document)
    return literals or next(_problems(sites, variables or {}), None)


def test_every_list_text_and_json_names_its_bound() -> None:
    unbounded = []
    for place, given in places():
        kind = given.type.of_type if is_non_null_type(given.type) else given.type
        is_large = is_list_type(kind) or get_named_type(kind).name in ("String", "ID", "JSON")
        if is_large and not RULE.search(given.description or ""):
            unbounded.append(place)
    assert unbounded == []
    assert sum(1 for _ in places()) > 60


def test_every_list_is_refused_where_it_is_too_long() -> None:
    """Whatever list is added: as a variable of its own, and as the default of one."""
    lists = 0
    for place, given in places():
        kind = given.type.of_type if is_non_null_type(given.type) else given.type
        if not is_list_type(kind):
            continue
        lists += 1
        site = Site(place, given.type, VariableNode(name=NameNode(value="x")))
        most = bound(place, kind)
        assert most <= 100 or place == "CreateBatchInput.inputs"
        assert next(_problems([site], {"x": ["a"] * (most + 1)}), "").startswith(f"`{place}` has {most + 1} items")
    assert lists >= 7


@pytest.mark.parametrize(
    ("query", "variables", "expected"),
    [
        (PREDICTIONS, {"f": {"status": ["FAILED"] * 40_000}}, "`PredictionFilter.status` has 40000 items"),
        ("query ($s: [PredictionStatus!]) { predictions(filter: {status: $s}) { nodes { id } } }",
         {"s": ["FAILED"] * 21}, "`PredictionFilter.status` has 21 items"),
        ("query ($s: [PredictionStatus!]) { ...Q } fragment Q on Query { p: predictions(filter: {status: $s})"
         " @include(if: true) { nodes { id } } }", {"s": ["FAILED"] * 21}, "`PredictionFilter.status` has 21 items"),
        ("subscription ($s: [PredictionStatus!]) { predictions(filter: {status: $s}) { id } }",
         {"s": ["FAILED"] * 21}, "`PredictionFilter.status` has 21 items"),
        (f"{{ predictions(filter: {{status: [{'FAILED ' * 21}]}}) {{ nodes {{ id }} }} }}", {},
         "`PredictionFilter.status` has 21 items"),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a"] * 101}, "`Query.nodes(ids:)` has 101 items"),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": "a" * 201}, "`Query.node(id:)` has 201 characters"),
        (CREATE, {"input": {"name": "a", "tags": ["!"] * 100_000}}, "`CreateModelInput.tags` has 100000 items"),
        (CREATE, {"input": {"tags": ["a" * 10_001]}}, "`CreateModelInput.tags` has 10001 characters"),
        (CREATE, {"input": {"inputSchema": {"enum": [0] * 20_000}}}, "`CreateModelInput.inputSchema` is made of more"),
        (RUN, {"input": {"model": "a/b", "input": {"x": [0] * 200_000}}}, "`CreatePredictionInput.input` is made of"),
        (RUN, {"input": {"webhook": {"url": "a" * 10_001}}}, "`WebhookInput.url` has 10001 characters"),
        ("query ($a: String) { models(after: $a) { nodes { id } } }", {"a": "x" * 10_001},
         "`Query.models(after:)` has 10001 characters"),
        (f'{{ models(after: "{"x" * 10_001}") {{ nodes {{ id }} }} }}', {}, "`Query.models(after:)` has 10001"),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_what_is_too_large_is_refused(query: str, variables: dict[str, Any], expected: str) -> None:
    began = time.process_time()
    assert (problem(query, variables) or "").startswith(expected)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (PREDICTIONS, {"f": {"status": ["FAILED"] * 20}}),
        (PREDICTIONS, {"f": {"status": "FAILED"}}),
        (PREDICTIONS, {"f": None}),
        (PREDICTIONS, {}),
        (PREDICTIONS, {"f": "no object"}),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a"] * 100}),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": "a"}),
        ('query ($s: [PredictionStatus!] = [FAILED]) { predictions(filter: {status: $s}) { nodes { id } } }', {}),
        (RUN, {"input": {"model": "a/b", "input": {"x": [0] * 90_000, "text": "x" * 900_000}}}),
        ('mutation ($t: String!) { createPrediction(input: {model: "a/b", input: {text: $t, n: [1, {a: $t}]}})'
         " { __typename } }", {"t": "a" * 9_000}),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_what_fits_is_let_through(query: str, variables: dict[str, Any]) -> None:
    assert problem(query, variables) is None


async def test_the_schema_refuses_it_before_anything_runs() -> None:
    began = time.process_time()
    result = await make_schema().execute(PREDICTIONS, {"f": {"status": ["FAILED"] * 40_000}})
    assert time.process_time() - began < 5
    (error,) = result.errors or []
    assert error.message == "`PredictionFilter.status` has 40000 items; 20 are allowed."
    assert error.extensions == {"code": "BAD_USER_INPUT"}
