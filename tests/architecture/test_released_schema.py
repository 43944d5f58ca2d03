"""What the last release promised is still there: clients may rely on graph/released.graphql."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import build_schema, find_breaking_changes

GRAPH = Path(__file__).parents[2] / "graph"
RELEASED = (GRAPH / "released.graphql").read_text()
HELP = "Deprecate instead; where a release shall break it: cp graph/schema.graphql graph/released.graphql"


def broken(old: str, new: str) -> list[str]:
    return [change.description for change in find_breaking_changes(build_schema(old), build_schema(new))]


def test_nothing_that_was_released_is_broken() -> None:
    found = broken(RELEASED, (GRAPH / "schema.graphql").read_text())
    assert found == [], HELP


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ('  """How often it was begun."""\n  attempts: Int!\n', ""),
        ("  totalCount: Int!\n", "  totalCount: Int\n"),
        ("  idempotencyKey: String = null\n", "  idempotencyKey: String!\n"),
        ('  """It can run."""\n  READY\n', ""),
        ("union LoginResult = Session | CredentialsError", "union LoginResult = Session"),
        ("type Prediction implements Node {", "type Prediction {"),
    ],
    ids=["field gone", "field nullable", "input required", "enum value gone", "union member gone", "interface gone"],
)
def test_a_breaking_change_is_found(there: str, instead: str) -> None:
    assert there in RELEASED
    assert broken(RELEASED, RELEASED.replace(there, instead, 1))


def test_an_addition_breaks_nothing() -> None:
    there = "  totalCount: Int!\n"
    assert broken(RELEASED, RELEASED.replace(there, f'{there}  """New."""\n  weight: Int\n')) == []
