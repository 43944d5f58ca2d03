"""Secret fields of inputs, as JSON Schema and OpenAPI mark them: texts that are only written."""

from __future__ import annotations

from typing import Any

SECRET = "password"  # noqa: S105 - the name of a format


def secret_fields(schema: dict[str, Any]) -> set[str]:
    """The top-level fields of an input schema that are secret."""
    # A version's own schema keeps the predictor's beside it, so that no field ceases to be one
    parts = [schema, *(part for part in schema.get("allOf", []) if isinstance(part, dict))]
    rules = [item for part in parts for item in part.get("properties", {}).items()]
    return {name for name, rule in rules if _is_secret(rule)}


def _is_secret(rule: object) -> bool:
    if not isinstance(rule, dict):
        return False
    is_one = rule.get("format") == SECRET and rule.get("writeOnly") is True
    return is_one or any(_is_secret(part) for part in [*rule.get("anyOf", []), *rule.get("allOf", [])])
