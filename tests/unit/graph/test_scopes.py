from __future__ import annotations

from typing import Any

import pytest

from graph.schema import make_schema
from tests.support import scopes

SCHEMA: Any = make_schema()._schema


@pytest.mark.parametrize(
    ("root", "table"),
    [
        (SCHEMA.query_type, scopes.QUERIES),
        (SCHEMA.mutation_type, scopes.MUTATIONS),
        (SCHEMA.subscription_type, scopes.SUBSCRIPTIONS),
    ],
    ids=["queries", "mutations", "subscriptions"],
)
def test_each_root_field_says_what_it_asks_of_an_api_key(root: Any, table: dict[str, str]) -> None:
    """A new field calls `viewer.require(Scope...)` or `viewer.signed_in()` in its service, and stands in the table."""
    assert set(table) == set(root.fields), "see tests/support/scopes.py"
