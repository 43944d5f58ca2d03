"""Seeds of predictions."""

from __future__ import annotations

import math
import secrets
from typing import Any

SEED_LIMIT = 2**53


def draw_seed(schema: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The input, with a random seed if the caller gave none, so that every run can be repeated."""
    if "seed" in schema.get("properties", {}) and values.get("seed") is None:
        rule = schema["properties"]["seed"]
        lowest = math.ceil(rule.get("minimum", 0))
        highest = math.floor(min(rule.get("maximum", SEED_LIMIT), SEED_LIMIT - 1))
        if lowest <= highest:
            return {**values, "seed": lowest + secrets.randbelow(highest - lowest + 1)}
    return values
