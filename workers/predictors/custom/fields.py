"""What the author of a class says of a parameter: `Input`, and the types of files and secrets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, SecretStr, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticUndefined, core_schema

File = Annotated[Path, WithJsonSchema({"type": "string", "format": "file"})]
"""The path of an input file, to be read while `predict` runs; callers give `upload:<id>` or a data URI."""
Secret = SecretStr
"""A text that what the class prints or returns does not show; `get_secret_value()` gives it.

The server keeps it sealed, and shows it to nobody.
"""


@dataclass(frozen=True)
class Choices:
    """The values that a parameter, or each item of a list, may have."""

    values: tuple[Any, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        body = handler(core)
        for part in [body, *body.get("anyOf", [])]:
            place = part.get("items", {}) if part.get("type") == "array" else part
            if part.get("type") != "null" and "anyOf" not in part:
                place["enum"] = list(self.values)
        return body

    def _check(self, value: Any) -> Any:
        for item in value if isinstance(value, list) else [value]:
            if item is not None and item not in self.values:
                raise ValueError(f"choose one of {', '.join(map(repr, self.values))}")
        return value


def Input(
    default: Any = PydanticUndefined, *, choices: Iterable[Any] | None = None, regex: str | None = None, **rules: Any
) -> Any:
    """pydantic's `Field`, with `choices` (an enum) and `regex` (its `pattern`)."""
    if regex is not None:
        rules["pattern"] = regex
    field: FieldInfo = Field(default, **rules)
    if choices is not None:
        field.metadata.append(Choices(tuple(choices)))
    return field


def choices_of(field: Any) -> Choices | None:
    """What `Input(choices=...)` said, if it was said."""
    parts = field.metadata if isinstance(field, FieldInfo) else []
    return next((part for part in parts if isinstance(part, Choices)), None)
