"""The operator's bound of new tokens, in schemas and for inputs that were accepted before it went down."""

from __future__ import annotations

from typing import Any

import pytest

from server.domain import input_schema
from server.domain.new_tokens import bound_new_tokens, excess
from server.errors import InvalidInputError

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string"},
        "max_new_tokens": {"type": "integer", "minimum": 1, "maximum": 4000, "default": 2000},
        "min_new_tokens": {"type": "integer", "minimum": 0, "default": 0},
    },
}


def test_a_lower_bound_is_the_schemas_maximum_and_bounds_its_default() -> None:
    bounded = bound_new_tokens(SCHEMA, 100)
    assert input_schema.apply(bounded, {}) == {"max_new_tokens": 100, "min_new_tokens": 0}
    assert input_schema.apply(bounded, {"max_new_tokens": 100})["max_new_tokens"] == 100
    with pytest.raises(InvalidInputError) as refused:
        input_schema.apply(bounded, {"max_new_tokens": 101, "min_new_tokens": 101})
    assert [violation.path for violation in refused.value.violations] == [
        "/input/max_new_tokens",
        "/input/min_new_tokens",
    ]
    assert SCHEMA["properties"]["max_new_tokens"]["maximum"] == 4000
    assert bound_new_tokens(SCHEMA, 5000)["properties"]["max_new_tokens"] == SCHEMA["properties"]["max_new_tokens"]
    assert bound_new_tokens({"type": "object"}, 5) == {"type": "object", "properties": {}}


def test_what_was_accepted_under_a_higher_bound_is_told() -> None:
    assert excess({}, 10) is excess({"max_new_tokens": 10}, 10) is None
    assert excess({"max_new_tokens": 11}, 10) == (
        "max_new_tokens is 11; this server writes at most 10 (MAX_NEW_TOKENS): ask for fewer."
    )
