"""A typed `predict` as JSON Schema 2020-12, and JSON as its arguments; types and bounds are pydantic's."""

from __future__ import annotations

import collections.abc
import inspect
import typing
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Annotated, Any, Optional

from pydantic import BaseModel, ConfigDict, Field, PydanticUserError, TypeAdapter, ValidationError, create_model
from pydantic.errors import PydanticSchemaGenerationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticSerializationError, PydanticUndefined, SchemaError

from server.domain.files import FILE_FORMAT, file_fields
from server.domain.secrets import SECRET, secret_fields
from workers.contract.predictor import JSON_SCHEMA, PredictionContext, schema
from workers.predictors.custom.fields import Choices, choices_of

MAX_NESTING = 8
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
            if name.startswith("_"):
                raise InvalidSignatureError(
                    f"The parameter {name!r} begins with an underscore, and fields of an input do not; rename it."
                )
            if hint is None:
                raise InvalidSignatureError(f"The parameter {name!r} has no type; annotate it, as in `{name}: str`.")
            fields[name] = _field(name, hint, parameter.default)
        self._names = {f"field_{number}": name for number, name in enumerate(fields)}
        self._model = _input_model({key: fields[name] for key, name in self._names.items()})
        try:
            body = _inlined(self._model.model_json_schema())
        except (PydanticUserError, PydanticSerializationError) as error:
            raise InvalidSignatureError(
                f"The signature of predict cannot be written as JSON Schema: {error}"
            ) from error
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
            if FILE_FORMAT in formats and rule.get("default"):
                raise InvalidSignatureError(f"The parameter {name!r} is a file; its default can be None only.")
            if SECRET in formats and rule.get("default"):
                raise InvalidSignatureError(f"The parameter {name!r} is a Secret; its default can be None only.")
            if SECRET in formats and not secret_fields({"properties": {name: rule}}):
                raise InvalidSignatureError(f"The parameter {name!r} has a Secret inside something else; use Secret.")
        self.input_schema = schema(properties, body.get("required", []))
        self.output_schema = _output_schema(hints.get("return", Any))

    def arguments(self, values: dict[str, Any]) -> dict[str, Any]:
        """The keyword arguments for an input that the schema allows.

        Raises:
            pydantic.ValidationError: it does not.
        """
        # One that it does not know is refused, and not left out: what is renamed would run with its default
        checked = self._model.model_validate(values)
        return {name: getattr(checked, key) for key, name in self._names.items()}


def _field(name: str, hint: Any, default: Any) -> Any:
    """A parameter as a field of a pydantic model, which callers know by the parameter's name alone."""
    parts = [part for part in typing.get_args(hint)[1:] if typing.get_origin(hint) is Annotated]
    notes = [part for part in (*parts, default) if isinstance(part, FieldInfo)]
    if any(note.alias or note.validation_alias or note.serialization_alias for note in notes):
        raise InvalidSignatureError(f"The parameter {name!r} has an alias; callers use its own name, so remove it.")
    plain = next((note.default for note in reversed(notes) if note.default is not PydanticUndefined), PydanticUndefined)
    if default is not inspect.Parameter.empty and not isinstance(default, FieldInfo):
        plain = default
    try:
        adapter = TypeAdapter(hint)
        adapter.json_schema()
    except (PydanticUserError, PydanticSchemaGenerationError) as error:
        raise InvalidSignatureError(f"The parameter {name!r} has a type that JSON cannot give: {hint}.") from error
    except (SchemaError, TypeError) as error:
        raise InvalidSignatureError(f"The parameter {name!r} has rules that do not fit its type: {error}") from error
    if plain is None and not _takes(adapter, None):
        # the way in which most write that it may be left out
        hint = Optional[hint]  # noqa: UP045 - of a value, not of an annotation
    if (choices := next(filter(None, map(choices_of, notes)), None)) is not None:
        _check_choices(name, hint, choices)
    whole = Annotated[hint, Field(validation_alias=name, serialization_alias=name)]
    definition = whole if default is inspect.Parameter.empty else (whole, default)
    if plain is not PydanticUndefined:
        _check_default(name, definition, plain)
    return definition


def _takes(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _check_choices(name: str, hint: Any, choices: Choices) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(hint)
    for choice in choices.values:
        if not (_takes(adapter, choice) or _takes(adapter, [choice])):
            raise InvalidSignatureError(f"The parameter {name!r} has a choice that is not of its type: {choice!r}.")
    if not choices.values:
        raise InvalidSignatureError(f"The parameter {name!r} has an empty list of choices.")


def _check_default(name: str, definition: Any, default: Any) -> None:
    """Callers that leave it out would be refused for what they did not give."""
    model = _input_model({"field": definition})
    try:
        value = TypeAdapter(list[Any]).dump_python([default], mode="json")[0]
        model.model_validate({name: value})
    except (ValidationError, PydanticSerializationError) as error:
        raise InvalidSignatureError(
            f"The parameter {name!r} has a default that its own type and rules do not allow: {default!r}."
        ) from error


def _input_model(fields: dict[str, Any]) -> type[BaseModel]:
    """A model of these fields.

    Raises:
        InvalidSignatureError: one of them cannot be.
    """
    # what pydantic's own engine cannot read, such as a look-ahead, is read by Python's
    for engine in ("rust-regex", "python-re"):
        rules = ConfigDict(extra="forbid", hide_input_in_errors=True, regex_engine=engine, protected_namespaces=())
        try:
            return create_model("Input", __config__=rules, **fields)
        except SchemaError as error:
            problem = error
        except (TypeError, PydanticUserError) as error:
            raise InvalidSignatureError(
                f"The signature of predict has rules that do not fit its types: {error}"
            ) from error
    raise InvalidSignatureError(
        f"The signature of predict has a rule that cannot be read: {_reason(problem)}"
    ) from problem


def _reason(error: SchemaError) -> str:
    return str(error).splitlines()[-1].strip()


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
    origin = typing.get_origin(hint)
    is_stream = origin in _STREAMS or (isinstance(origin, type) and issubclass(origin, _STREAMS[0] | _STREAMS[3]))
    item = typing.get_args(hint)[0] if is_stream and typing.get_args(hint) else None
    try:
        body = _inlined(TypeAdapter(hint if item is None else item).json_schema()) if hint is not None else {}
    except (PydanticUserError, PydanticSchemaGenerationError, InvalidSignatureError):
        # What cannot be described, such as what holds its like, can be given all the same
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
