"""What a class gives, as JSON: numbers and arrays of libraries are lists, and what is a file is an output file."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from io import BufferedIOBase, BytesIO, RawIOBase
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_jsonable_python

from server.domain.files import BINARY
from server.domain.media import type_by_name
from workers.contract.context import PredictionContext

MAX_ARRAY_ITEMS = 10_000_000
MAX_DEPTH = 100


@dataclasses.dataclass(frozen=True)
class OutputFile:
    """An output file made of bytes, to be returned or yielded, also inside of dicts and lists."""

    content: bytes = dataclasses.field(repr=False)
    content_type: str = BINARY


def returned(context: PredictionContext, value: Any) -> Any:
    """A returned value as JSON; None where it is a list of nothing but files, which are given at once."""
    if isinstance(value, list | tuple) and value and all(map(_is_file, value)):
        for file in value:
            _give(context, file)
        return None
    return to_json(context, value)


def emit(context: PredictionContext, value: Any) -> None:
    """Give one yield: a file as a file, anything else as a piece of the output."""
    if _is_file(value):
        _give(context, value)
    else:
        context.emit(to_json(context, value))


def to_json(context: PredictionContext, value: Any) -> Any:
    """A value as JSON, with references in place of the files in it.

    Raises:
        TypeError: something in it is neither JSON, a number or array of a library, nor a file.
    """
    try:
        return to_jsonable_python(_with_files(context, value, 0), fallback=_plain)
    except PydanticSerializationError as error:
        raise TypeError(f"predict gave something that is not JSON: {error}") from error


def _with_files(context: PredictionContext, value: Any, depth: int) -> Any:
    """The value with references to files where there were files."""
    if depth > MAX_DEPTH:
        raise TypeError(f"predict gave something circular, or nested deeper than {MAX_DEPTH} levels")
    if _is_file(value):
        return {"file": _give(context, value)}
    if isinstance(value, BaseModel):
        value = value.model_dump(by_alias=True)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {_key(key): _with_files(context, item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_with_files(context, item, depth + 1) for item in value]
    return value


def _key(key: Any) -> Any:
    return key.item() if hasattr(key, "item") else key


def _plain(value: Any) -> Any:
    """What pydantic does not know: numbers and arrays of numpy, torch and their like."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    shape = getattr(value, "shape", None)
    if shape is None or not hasattr(value, "tolist"):
        raise TypeError(f"predict gave something that is not JSON: {type(value).__name__}")
    count = 1
    for size in shape:
        count *= int(size)
    if count > MAX_ARRAY_ITEMS:
        raise ValueError(f"predict gave an array of {count} numbers, more than {MAX_ARRAY_ITEMS}; give it as a file")
    return value.tolist()


def _is_file(value: Any) -> bool:
    image = getattr(sys.modules.get("PIL.Image"), "Image", ())
    kinds = (OutputFile, Path, bytes, bytearray, memoryview, BufferedIOBase, RawIOBase)
    return isinstance(value, (kinds, image))


def _give(context: PredictionContext, value: Any) -> int:
    """Give one file; its number among those of the prediction."""
    if isinstance(value, OutputFile):
        return context.add_file(value.content, value.content_type)
    if isinstance(value, Path):
        try:
            content = value.read_bytes()
        except OSError as error:
            # not the path: that is of this machine
            reason = error.strerror or type(error).__name__
            raise type(error)(f"predict gave a path that cannot be read as a file, {value.name!r}: {reason}") from None
        return context.add_file(content, type_by_name(value.name), *_size(content, value.name))
    if isinstance(value, bytes | bytearray | memoryview):
        return context.add_file(bytes(value), BINARY)
    if isinstance(value, BufferedIOBase | RawIOBase):
        name = getattr(value, "name", None)
        content = value.getvalue() if isinstance(value, BytesIO) else value.read()
        return context.add_file(content or b"", type_by_name(name if isinstance(name, str) else ""))
    buffer = BytesIO()
    value.save(buffer, format="PNG")
    return context.add_file(buffer.getvalue(), "image/png", value.width, value.height)


def _size(content: bytes, name: str) -> tuple[int | None, int | None]:
    """Width and height in pixels of a picture, from its header."""
    if not type_by_name(name).startswith("image/"):
        return None, None
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content)) as image:
            return image.width, image.height
    except (UnidentifiedImageError, OSError, ValueError):
        return None, None
