"""Files in inputs: `upload:<id>` of what was uploaded before, or a small file itself as a data URI."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import UUID

from server.errors import Violation

FILE_FORMAT = "file"
MAX_FILES = 100
MAX_DEPTH = 32
MAX_DATA_URI_BYTES = 256_000
MAX_URI_CHARACTERS = 3 * MAX_DATA_URI_BYTES + 200
BINARY = "application/octet-stream"
CONTENT_TYPE = re.compile(r"(?=.{3,100}\Z)[A-Za-z0-9][\w.+-]*/[A-Za-z0-9][\w.+-]*", re.ASCII)
UPLOAD = re.compile(r"upload:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)
_DATA = re.compile(r"data:(?P<type>[^,;]*)(?P<parameters>(?:;[^,;]*)*?)(?P<base64>;base64)?,(?P<data>.*)", re.S | re.I)


class BadFileError(ValueError):
    """The text does not name a file; the message is for the user."""


@dataclass(frozen=True)
class UploadRef:
    """A file that was uploaded before."""

    id: UUID


@dataclass(frozen=True)
class InlineFile:
    """A file that came with the input."""

    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Named:
    """A file in an input: the field, the index if it is in a list, and its text."""

    name: str
    index: int | None
    text: object

    @property
    def path(self) -> str:
        """Its place below the input, as a JSON Pointer."""
        name = self.name.replace("~", "~0").replace("/", "~1")
        return f"/{name}" if self.index is None else f"/{name}/{self.index}"


def parse(text: object) -> UploadRef | InlineFile:
    """What a file field's text means.

    Raises:
        BadFileError: it is neither of both, or too large.
    """
    if not isinstance(text, str):
        raise BadFileError("Give a file as upload:<id> or as a data URI.")
    if match := UPLOAD.fullmatch(text):
        return UploadRef(UUID(match[1]))
    if text[:5].lower() == "data:":
        return _inline(text)
    raise BadFileError("Give a file as upload:<id> of createUpload, or as a data URI; other addresses are not fetched.")


def _inline(text: str) -> InlineFile:
    # Before the pattern looks at it
    if len(text) > MAX_URI_CHARACTERS:
        raise BadFileError(f"A data URI holds at most {MAX_DATA_URI_BYTES} bytes; use createUpload for larger files.")
    match = _DATA.fullmatch(text)
    if match is None:
        raise BadFileError("A data URI has the form data:TYPE;base64,DATA.")
    content_type = match["type"].strip().lower() or "text/plain"
    if not CONTENT_TYPE.fullmatch(content_type):
        raise BadFileError("The data URI has a media type that is not valid.")
    try:
        encoded = unquote_to_bytes(match["data"])
        data = base64.b64decode(encoded, validate=True) if match["base64"] else encoded
    except (binascii.Error, ValueError):
        raise BadFileError("The data URI is not valid base64.") from None
    if len(data) > MAX_DATA_URI_BYTES:
        message = f"The data URI holds {len(data)} bytes, more than {MAX_DATA_URI_BYTES}; use createUpload."
        raise BadFileError(message)
    return InlineFile(content_type, data)


def with_links(output: Any, links: Sequence[str], depth: int = 0) -> Any:
    """An output with a link wherever it refers to a file of its prediction, by `{"file": index}`."""
    if depth > MAX_DEPTH:
        return output
    if isinstance(output, list):
        return [with_links(item, links, depth + 1) for item in output]
    if not isinstance(output, dict):
        return output
    index = output.get("file")
    if len(output) == 1 and type(index) is int and 0 <= index < len(links):
        return links[index]
    return {name: with_links(item, links, depth + 1) for name, item in output.items()}


def named(schema: dict[str, Any], values: dict[str, Any]) -> Iterator[Named]:
    """The files that an input names in the fields of a schema that take files."""
    for name in sorted(file_fields(schema) & values.keys()):
        value = values[name]
        if isinstance(value, list):
            yield from (Named(name, index, item) for index, item in enumerate(value))
        elif value is not None:
            yield Named(name, None, value)


def violations(schema: dict[str, Any], values: dict[str, Any], root: str = "/input") -> list[Violation]:
    """What is wrong with the files of an input."""
    broken = []
    files = list(named(schema, values))
    if len(files) > MAX_FILES:
        return [Violation(root, f"An input names at most {MAX_FILES} files.", FILE_FORMAT)]
    for file in files:
        try:
            parse(file.text)
        except BadFileError as error:
            broken.append(Violation(f"{root}{file.path}", str(error), FILE_FORMAT))
    return broken


def uploads(schema: dict[str, Any], values: dict[str, Any]) -> dict[UUID, str]:
    """The uploads that a checked input names, with the first place of each below the input."""
    places: dict[UUID, str] = {}
    for file in named(schema, values):
        reference = parse(file.text)
        if isinstance(reference, UploadRef):
            places.setdefault(reference.id, file.path)
    return places


def file_fields(schema: dict[str, Any]) -> set[str]:
    """The top-level fields of an input schema that take a file or a list of files."""
    # A version's own schema keeps the predictor's beside it, so that no field ceases to take files
    parts = [schema, *(part for part in schema.get("allOf", []) if isinstance(part, dict))]
    rules = [item for part in parts for item in part.get("properties", {}).items()]
    return {name for name, rule in rules if _takes_file(rule)}


def _takes_file(rule: object, depth: int = 0) -> bool:
    if not isinstance(rule, dict) or depth > 3:
        return False
    inner = [rule.get("items"), *rule.get("anyOf", []), *rule.get("allOf", [])]
    return rule.get("format") == FILE_FORMAT or any(_takes_file(part, depth + 1) for part in inner)
