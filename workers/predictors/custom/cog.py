"""The names that a class written for Cog imports, with their meaning there; the runner has this module as `cog`.

Types of inputs and outputs, the base class and the metrics are here. What Cog does outside of the class is not:
cog.yaml is not read, and nothing is fetched from a URL.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path as AnyPath
from pathlib import PosixPath
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainValidator, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from workers.contract.context import CancelSignal, current_prediction
from workers.predictors.custom.fields import Input, Secret

__all__ = [
    "AsyncConcatenateIterator",
    "AsyncIterator",
    "BaseModel",
    "BasePredictor",
    "BaseRunner",
    "CancelationException",
    "ConcatenateIterator",
    "File",
    "Input",
    "Path",
    "Secret",
    "concurrent",
    "current_scope",
    "emit_metric",
]

T = TypeVar("T")
CancelationException = CancelSignal


class Path(PosixPath):
    """The path of an input file, to be read while `predict` runs, or a file that is given as output."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._of, serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "file"}

    @classmethod
    def _of(cls, value: Any) -> Path:
        if not isinstance(value, str | AnyPath):
            raise ValueError("give a file as upload:<id> or as a data URI")
        return cls(value)


def _open(value: Any) -> io.BytesIO:
    if not isinstance(value, str):
        raise ValueError("give a file as upload:<id> or as a data URI")
    return io.BytesIO(AnyPath(value).read_bytes())


File = Annotated[io.IOBase, PlainValidator(_open), WithJsonSchema({"type": "string", "format": "file"})]


class ConcatenateIterator(Iterator[T]):
    """A stream of text."""


class AsyncConcatenateIterator(AsyncIterator[T]):
    """A stream of text."""


class BasePredictor:
    """What a class for Cog derives from."""

    def setup(self) -> None:
        """Load the model; nothing by default."""


BaseRunner = BasePredictor


def concurrent(max: int = 1) -> Callable[[T], T]:  # noqa: A002 - Cog's own name
    """How many predictions an async `predict` runs at once."""

    def mark(predict: T) -> T:
        vars(predict)["max_concurrency"] = max
        return predict

    return mark


class Scope:
    """The prediction that runs."""

    def record_metric(self, name: str, value: float, mode: str = "replace") -> None:
        """Record a number measured of it."""
        emit_metric(name, value)


def current_scope() -> Scope:
    """The prediction that runs in this thread or task."""
    return Scope()


def emit_metric(name: str, value: float) -> None:
    """Record a number measured of the prediction that runs in this thread or task."""
    if (context := current_prediction.get()) is not None:
        context.metric(name, float(value))
