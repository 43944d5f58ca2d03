"""The OpenAPI document: committed, described, and valid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from server.rest.app import openapi_text

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = json.loads(openapi_text())
OPERATIONS = [
    pytest.param(path, operation, id=f"{method} {path}")
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


def test_the_committed_document_is_current() -> None:
    assert (ROOT / "server" / "rest" / "openapi.json").read_text() == openapi_text(), "run: make schema"


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_an_operation_says_what_it_does_and_how_it_fails(path: str, operation: dict[str, Any]) -> None:
    assert operation["description"].endswith(".")
    assert {"4XX", "5XX"} <= set(operation["responses"])
    for status in ("4XX", "5XX"):
        form = "application/json" if path.startswith("/openai/") else "application/problem+json"
        assert set(operation["responses"][status]["content"]) == {form}
    # One name in all languages
    assert operation["operationId"].isidentifier()


def test_every_name_of_an_operation_is_its_own() -> None:
    names = [param.values[1]["operationId"] for param in OPERATIONS]
    assert len(names) == len(set(names)) > 20
