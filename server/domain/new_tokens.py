"""How many tokens a text may have: the operator's bound beside that of its model."""

from __future__ import annotations

from typing import Any

TEXT_PREDICTOR = "text"
FIELD = "max_new_tokens"
_BOUNDED = (FIELD, "min_new_tokens")


def bound_new_tokens(schema: dict[str, Any], most: int) -> dict[str, Any]:
    """The input schema of a text model, with at most so many new tokens as maximum and default."""
    properties = dict(schema.get("properties", {}))
    for name in _BOUNDED:
        rule = properties.get(name)
        if isinstance(rule, dict):
            rule = {**rule, "maximum": min(most, rule.get("maximum", most))}
            if "default" in rule:
                rule["default"] = min(most, rule["default"])
            properties[name] = rule
    return {**schema, "properties": properties}


def excess(values: dict[str, Any], most: int) -> str | None:
    """What is wrong with an input that asks for more new tokens."""
    if values.get(FIELD, 0) <= most:
        return None
    return f"max_new_tokens is {values[FIELD]}; this server writes at most {most} (MAX_NEW_TOKENS): ask for fewer."
