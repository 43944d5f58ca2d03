"""Secret fields of inputs: given to the model's process alone, and shown to nobody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

SECRET = "password"  # noqa: S105 - the format that JSON Schema and OpenAPI have for it
REDACTED = "**********"
# What is shorter stands in most texts by chance
SHORTEST_HIDDEN = 4


def secret_fields(schema: dict[str, Any]) -> set[str]:
    """The top-level fields of an input schema that are secret: texts that are only written."""
    # A version's own schema keeps the predictor's beside it, so that no field ceases to be one
    parts = [schema, *(part for part in schema.get("allOf", []) if isinstance(part, dict))]
    rules = [item for part in parts for item in part.get("properties", {}).items()]
    return {name for name, rule in rules if _is_secret(rule)}


def split(schema: dict[str, Any], values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """An input as it may be kept and shown, and what is not in it: its secrets by their fields."""
    names = [name for name in secret_fields(schema) if isinstance(values.get(name), str)]
    return {**values, **dict.fromkeys(names, REDACTED)}, {name: values[name] for name in names}


def hide(value: Any, secrets: Iterable[str]) -> Any:
    """A text, or any JSON value, without these secrets."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, REDACTED)
        return value
    if isinstance(value, dict):
        return {hide(key, secrets): hide(item, secrets) for key, item in value.items()}
    return [hide(item, secrets) for item in value] if isinstance(value, list) else value


def hidden_texts(secrets: Iterable[str]) -> tuple[str, ...]:
    """What is looked for, the longest first: each secret, and each line of one that has several."""
    texts = {text for secret in secrets for text in (secret, *map(str.strip, secret.splitlines()))}
    return tuple(sorted((text for text in texts if len(text) >= SHORTEST_HIDDEN), key=len, reverse=True))


def _is_secret(rule: object) -> bool:
    if not isinstance(rule, dict):
        return False
    is_one = rule.get("format") == SECRET and rule.get("writeOnly") is True
    return is_one or any(_is_secret(part) for part in [*rule.get("anyOf", []), *rule.get("allOf", [])])
