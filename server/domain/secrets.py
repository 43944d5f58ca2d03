"""Secret fields of inputs, as JSON Schema and OpenAPI mark them: texts that are only written.

The row of a prediction keeps each as `{"$sealed": ...}`, readers see SHOWN, and its worker alone opens it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from server.errors import Violation

SECRET = "password"  # noqa: S105 - the name of a format
SEALED = "$sealed"
SHOWN = "*" * 10


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


def violations(schema: dict[str, Any], values: dict[str, Any], root: str = "/input") -> list[Violation]:
    """What is wrong with the secrets of an input: what a reader sees of one is none."""
    rule = f"Give the secret again: it is no text, or {SHOWN}, which is shown instead of it."
    given = {name: values[name] for name in sorted(secret_fields(schema) & values.keys())}
    broken = [name for name, value in given.items() if value is not None and not _is_text(value)]
    return [Violation(f"{root}/{name.replace('~', '~0').replace('/', '~1')}", rule, SECRET) for name in broken]


def seal(schema: dict[str, Any], values: dict[str, Any], seal_text: Callable[[str], str]) -> dict[str, Any]:
    """The input as its row keeps it."""
    names = {name for name in secret_fields(schema) & values.keys() if isinstance(values[name], str)}
    return {name: {SEALED: seal_text(value)} if name in names else value for name, value in values.items()}


def has_secret(schema: dict[str, Any], values: dict[str, Any]) -> bool:
    """Whether an input has a secret, sealed or not."""
    return any(values.get(name) is not None for name in secret_fields(schema))


def open_secrets(schema: dict[str, Any], values: dict[str, Any], open_text: Callable[[str], str]) -> dict[str, Any]:
    """The input as it was given."""
    names = {name for name in secret_fields(schema) & values.keys() if _is_sealed(values[name])}
    return {name: open_text(value[SEALED]) if name in names else value for name, value in values.items()}


def mask(values: Any) -> Any:
    """The input of a row as its readers see it."""
    if not isinstance(values, dict) or not any(map(_is_sealed, values.values())):
        return values
    return {name: SHOWN if _is_sealed(value) else value for name, value in values.items()}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != SHOWN


def _is_sealed(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {SEALED} and isinstance(value[SEALED], str)
