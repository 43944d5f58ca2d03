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
from workers.contract.predictor import JSON_SCHEMA, PredictionContext, schema

MAX_NESTING = 8
File = Annotated[Path, WithJsonSchema({"type": "string", "format": "file"})]
"""The path of an input file, to be read while `predict` runs; callers give `upload:<id>` or a data URI."""
_STREAMS = (
    *(collections.abc.Iterator, collections.abc.Iterable, collections.abc.Generator),
    *(collections.abc.AsyncIterator, collections.abc.AsyncIterable, collections.abc.AsyncGenerator),
)


class InvalidSignatureError(Exception):
    """A class whose `predict` cannot be called with JSON; the message is a sentence for its author."""


class Signature:
    """What a `predict` takes and gives."""

    def __init__(self, predict: Callable[..., Any]) -> None:
        try:
            hints = typing.get_type_hints(predict, include_extras=True)
        except NameError as error:
            raise InvalidSignatureError(f"A type in the signature of predict is not known: {error}.") from error
        self.context_parameter: str | None = None
        fields: dict[str, Any] = {}
        for parameter in list(inspect.signature(predict).parameters.values())[1:]:
            name, hint = parameter.name, hints.get(parameter.name)
            is_context = hint is PredictionContext or (hint is None and name == "context")
            if is_context and self.context_parameter is None:
                self.context_parameter = name
                continue
            if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                raise InvalidSignatureError(f"The parameter {name!r} cannot be given by name; write each one out.")
            if hint is None:
                raise InvalidSignatureError(f"The parameter {name!r} has no type; annotate it, as in `{name}: str`.")
            try:
                TypeAdapter(hint).json_schema()
            except (PydanticUserError, PydanticSchemaGenerationError) as error:
                problem = f"The parameter {name!r} has a type that JSON cannot give: {hint}."
                raise InvalidSignatureError(problem) from error
            fields[name] = (hint, ... if parameter.default is parameter.empty else parameter.default)
        self._model = create_model("Input", __config__=ConfigDict(extra="forbid"), **fields)
        body = _inlined(self._model.model_json_schema())
        properties = {name: body["properties"][name] for name in fields}
        for name, rule in properties.items():
            # only files that callers give may be paths, and only where the server looks for them
            formats = set(_formats(rule))
            if formats & {"path", "file-path", "directory-path"}:
                raise InvalidSignatureError(f"The parameter {name!r} is a path; for a file of callers use File.")
            if FILE_FORMAT in formats and not file_fields({"properties": {name: rule}}):
                raise InvalidSignatureError(
                    f"The parameter {name!r} has a File inside something other than a list; use File or list[File]."
                )
        self.input_schema = schema(properties, body.get("required", []))
        self.output_schema = _output_schema(hints.get("return", Any))

    def arguments(self, values: dict[str, Any]) -> dict[str, Any]:
        """The keyword arguments for an input that the schema allows.

        Raises:
            pydantic.ValidationError: it does not.
        """
        known = self._model.model_fields
        checked = self._model.model_validate({name: value for name, value in values.items() if name in known})
        return {name: getattr(checked, name) for name in known}


def _formats(part: Any) -> Iterator[str]:
    """Every `format` in a JSON Schema."""
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


def _inlined(source: dict[str, Any]) -> dict[str, Any]:
    """The schema with what it refers to in place: the API takes none that refers elsewhere."""
    definitions = source.pop("$defs", {})

    def inline(part: Any, depth: int) -> Any:
        if depth > MAX_NESTING * 4:
            raise InvalidSignatureError("A type in the signature of predict refers to itself, which is not supported.")
        if isinstance(part, list):
            return [inline(item, depth + 1) for item in part]
        if not isinstance(part, dict):
            return part
        reference = part.get("$ref")
        rest = {name: inline(item, depth + 1) for name, item in part.items() if name != "$ref"}
        if reference is None:
            return rest
        return {**inline(deepcopy(definitions[reference.removeprefix("#/$defs/")]), depth + 1), **rest}

    whole: dict[str, Any] = inline(source, 0)
    return whole
