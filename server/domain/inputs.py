"""An input as a prediction keeps it: checked by its version, with defaults and a seed."""

from __future__ import annotations

from typing import Any

from server.domain import files, input_schema, secrets, seeds
from server.domain.new_tokens import TEXT_PREDICTOR, bound_new_tokens
from server.errors import InvalidInputError


def schema_of(predictor: str, schema: dict[str, Any], most_new_tokens: int) -> dict[str, Any]:
    """The schema that new inputs of a version are checked by."""
    # The operator's bound may have gone down since the version was published
    return bound_new_tokens(schema, most_new_tokens) if predictor == TEXT_PREDICTOR else schema


def complete(schema: dict[str, Any], value: object) -> dict[str, Any]:
    """The input with defaults and a seed filled in.

    Raises:
        InvalidInputError: with every violation, as JSON Pointers below `/input`.
    """
    values = seeds.draw_seed(schema, input_schema.apply(schema, value))
    if violations := files.violations(schema, values) + secrets.violations(schema, values):
        raise InvalidInputError(violations)
    return values
