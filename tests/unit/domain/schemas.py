"""A predictor's schema, and what is wrong with a value."""

from __future__ import annotations

from typing import Any

import pytest

from server.domain.input_schema import apply
from server.errors import InvalidInputError

PREDICTOR: dict[str, Any] = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string", "minLength": 1, "maxLength": 100},
        "steps": {"type": "integer", "minimum": 1, "maximum": 50, "default": 4},
        "scale": {"type": "number", "maximum": 10, "default": 1.5},
        "tags": {"type": "array", "items": {"type": "string"}, "default": []},
    },
    "required": ["prompt"],
    "additionalProperties": False,
}


def found(schema: dict[str, Any], value: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInputError) as caught:
        apply(schema, value)
    return [(v.path, v.code) for v in caught.value.violations]
