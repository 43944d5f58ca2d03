"""A typed `predict` as JSON Schema 2020-12, and JSON as its arguments; types and bounds are pydantic's."""

from __future__ import annotations

import collections.abc
import inspect
import typing
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, WithJsonSchema, create_model
from pydantic.errors import PydanticSchemaGenerationError

from server.domain.files import FILE_FORMAT, file_fields
from workers.contract.predictor import JSON_SCHEMA, PredictionContext

MAX_NESTING = 8
File = Annotated[Path, WithJsonSchema({"type": "string", "format": "file"})]
"""The path of an input file, to be read while `predict` runs; callers give `upload:<id>` or a data URI."""
_STREAMS = (
    *(collections.abc.Iterator, collections.abc.Iterable, collections.abc.Generator),
    *(collections.abc.AsyncIterator, collections.abc.AsyncIterable, collections.abc.AsyncGenerator),
)


class InvalidSignatureError(Exception):
    """A `predict` that no input schema can be made of; the message says which parameter and why."""


class Signature:
    """What a `predict` takes and gives."""

    def __init__(self, predict: Callable[..., Any]) -> None:
        self._hints = _hints(predict)
        parameters = list(inspect.signature(predict).parameters.values())[1:]
        self.context_parameter = next((p.name for p in parameters if self._is_context(p)), None)
        own = [p for p in parameters if p.name != self.context_parameter]
        fields: dict[str, Any] = {parameter.name: self._field(parameter) for parameter in own}
        self._model = create_model("Input", __config__=ConfigDict(extra="forbid"), **fields)
        self.input_schema = _input_schema(self._model, [parameter.name for parameter in own])
        self.output_schema = _output_schema(self._hints.get("return", Any))

    def _is_context(self, parameter: inspect.Parameter) -> bool:
        hint = self._hints.get(parameter.name)
        return hint is PredictionContext or (hint is None and parameter.name == "context")

    def _field(self, parameter: inspect.Parameter) -> tuple[Any, Any]:
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise InvalidSignatureError(f"its parameter {parameter.name!r} cannot be given by name")
        hint = self._hints.get(parameter.name)
        if hint is None:
            raise InvalidSignatureError(f"its parameter {parameter.name!r} has no type")
        try:
            TypeAdapter(hint).json_schema()
        except (PydanticUserError, PydanticSchemaGenerationError) as error:
            raise InvalidSignatureError(
                f"its parameter {parameter.name!r} has a type that JSON cannot give: {hint}"
            ) from error
        return hint, ... if parameter.default is parameter.empty else parameter.default

    def arguments(self, values: dict[str, Any]) -> dict[str, Any]:
        """The keyword arguments for an input that the schema allows.

        Raises:
            pydantic.ValidationError: it does not.
        """
        given = self._model.model_validate({k: v for k, v in values.items() if k in self._model.model_fields})
        return {name: getattr(given, name) for name in self._model.model_fields}


def _hints(predict: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(predict, include_extras=True)
    except NameError as error:
        raise InvalidSignatureError(f"a type in its signature is not known: {error}") from error


def _input_schema(model: Any, order: list[str]) -> dict[str, Any]:
    body = _inlined(model.model_json_schema())
    properties = {name: {**body["properties"][name], "x-order": number} for number, name in enumerate(order)}
    for name, rule in properties.items():
        _check_files(name, rule)
    return {
        "$schema": JSON_SCHEMA,
        "type": "object",
        "properties": properties,
        "required": body.get("required", []),
        "additionalProperties": False,
    }


def _check_files(name: str, rule: dict[str, Any]) -> None:
    """Only files that callers give may be paths, and only where they are found and laid out."""
    formats = set(_formats(rule))
    if formats & {"path", "file-path", "directory-path"}:
        raise InvalidSignatureError(f"its parameter {name!r} is a path; a file that callers give is of the type File")
    if FILE_FORMAT in formats and not file_fields({"properties": {name: rule}}):
        raise InvalidSignatureError(f"its parameter {name!r} has a File within something else than a list")


def _formats(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("format"), str):
            yield part["format"]
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from _formats(item)


def _output_schema(hint: Any) -> dict[str, Any]:
    """Text that is streamed is one string; other streamed pieces are a list."""
    item = typing.get_args(hint)[0] if typing.get_origin(hint) in _STREAMS and typing.get_args(hint) else None
    try:
        body = _inlined(TypeAdapter(hint if item is None else item).json_schema()) if hint is not None else {}
    except (PydanticUserError, PydanticSchemaGenerationError):
        body = {}
    if item is not None and body != {"type": "string"}:
        body = {"type": "array", "items": body}
    return {"$schema": JSON_SCHEMA, **body}


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with what it refers to in place: the API takes none that refers elsewhere."""
    definitions = schema.pop("$defs", {})

    def inline(part: Any, depth: int) -> Any:
        if depth > MAX_NESTING * 4:
            raise InvalidSignatureError("a type of it refers to itself")
        if isinstance(part, list):
            return [inline(item, depth + 1) for item in part]
        if not isinstance(part, dict):
            return part
        reference = part.get("$ref")
        rest = {name: inline(item, depth + 1) for name, item in part.items() if name != "$ref"}
        if reference is None:
            return rest
        return {**inline(deepcopy(definitions[reference.removeprefix("#/$defs/")]), depth + 1), **rest}

    found: dict[str, Any] = inline(schema, 0)
    return found
