"""Every GraphQL document that the pages and GraphiQL show fits the schema, and every variable its type."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    OperationDefinitionNode,
    build_schema,
    get_variable_values,
    parse,
    validate,
)

ROOT = Path(__file__).parents[2]
SCHEMA = build_schema((ROOT / "graph" / "schema.graphql").read_text())
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
GRAPHIQL = sorted((ROOT / "web" / "src" / "graphiql" / "examples").rglob("*.graphql"))


def blocks(language: str) -> list[tuple[str, str]]:
    found = [(page.name, re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.M | re.S)) for page in PAGES]
    return [(f"{name}-{number}", text) for name, texts in found for number, text in enumerate(texts, 1)]


SHOWN = [*blocks("graphql"), *((path.name, path.read_text()) for path in GRAPHIQL)]
REQUESTS = [
    (name, json.loads(match[1]))
    for name, text in blocks("sh")
    for match in re.finditer(r"/graphql\b[^']*'content-type: application/json' -d '(.*?)'", text, re.S)
]
REQUESTS += [
    (path.name, {"query": path.read_text(), "variables": json.loads(path.with_suffix(".json").read_text())})
    for path in GRAPHIQL
    if path.with_suffix(".json").exists()
]


def test_there_are_examples() -> None:
    assert len(SHOWN) > 8
    assert len(GRAPHIQL) > 3
    assert len(REQUESTS) > len(GRAPHIQL) // 2


@pytest.mark.parametrize(("name", "text"), SHOWN, ids=[name for name, _ in SHOWN])
def test_a_shown_document_fits_the_schema(name: str, text: str) -> None:
    assert [error.message for error in validate(SCHEMA, parse(text))] == []


@pytest.mark.parametrize(("name", "asked"), REQUESTS, ids=[name for name, _ in REQUESTS])
def test_a_shown_request_fits_the_schema(name: str, asked: dict[str, Any]) -> None:
    document = parse(asked["query"])
    assert [error.message for error in validate(SCHEMA, document)] == []
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    given = asked.get("variables", {})
    taken = get_variable_values(SCHEMA, operation.variable_definitions, given)
    assert not isinstance(taken, list), taken
