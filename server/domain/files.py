"""Files in inputs: `upload:<id>` of what was uploaded before, a small file itself as a data URI, or the URL of one."""

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
MAX_PLACE = 8
MAX_DATA_URI_BYTES = 256_000
MAX_URI_CHARACTERS = 3 * MAX_DATA_URI_BYTES + 200
BINARY = "application/octet-stream"
CONTENT_TYPE = re.compile(r"(?=.{3,100}\Z)[A-Za-z0-9][\w.+-]*/[A-Za-z0-9][\w.+-]*", re.ASCII)
UPLOAD = re.compile(r"upload:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)
MAX_URL_CHARACTERS = 8000
FORMS = "Give a file as upload:<id> of createUpload, as a data URI, or as an http(s) URL."
_REMOTE = re.compile(r"https?://", re.I)
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
class RemoteFile:
    """A file that is fetched when the prediction runs."""

    url: str


@dataclass(frozen=True)
class Named:
    """A file in an input: where it stands, by names and numbers from the field on, and its text."""

    place: tuple[str | int, ...]
    text: object

    @property
    def name(self) -> str:
        """The field that it is in."""
        return str(self.place[0])

    @property
    def path(self) -> str:
        """Its place below the input, as a JSON Pointer."""
        return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in self.place)


def parse(text: object) -> UploadRef | InlineFile | RemoteFile:
    """What a file field's text means.

    Raises:
        BadFileError: it is none of these, or too large.
    """
    if not isinstance(text, str):
        raise BadFileError(FORMS)
    if match := UPLOAD.fullmatch(text):
        return UploadRef(UUID(match[1]))
    if text[:5].lower() == "data:":
        return _inline(text)
    if _REMOTE.match(text):
        return RemoteFile(text)
    raise BadFileError(FORMS)


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
    fields = file_fields(schema)
    for name in sorted(fields & values.keys()):
        value = values[name]
        if isinstance(value, list):
            yield from (Named((name, index), item) for index, item in enumerate(value))
        elif value is not None:
            yield Named((name,), value)
    inner: dict[tuple[str | int, ...], Named] = {}
    for name, rule in _rules(schema):
        if name in values and name not in fields:
            inner |= {file.place: file for file in _inner(rule, values[name], (name,))}
    yield from inner.values()


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


def remote_files(schema: dict[str, Any], values: dict[str, Any]) -> Iterator[Named]:
    """The files of a checked input that it names by a URL; what comes inside the input is not decoded for it."""
    return (file for file in named(schema, values) if isinstance(file.text, str) and _REMOTE.match(file.text))


def uploads(schema: dict[str, Any], values: dict[str, Any]) -> dict[UUID, str]:
    """The uploads that a checked input names, with the first place of each below it; its data URIs are not decoded."""
    places: dict[UUID, str] = {}
    for file in named(schema, values):
        if isinstance(file.text, str) and (match := UPLOAD.fullmatch(file.text)):
            places.setdefault(UUID(match[1]), file.path)
    return places


def file_fields(schema: dict[str, Any]) -> set[str]:
    """The top-level fields of an input schema that take a file or a list of files."""
    return {name for name, rule in _rules(schema) if _takes_file(rule)}


def without_files(schema: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """An input with null in place of the files that it names."""
    places = list(named(schema, values))
    return with_texts(values, places, [None] * len(places))


def with_texts(values: dict[str, Any], files: Sequence[Named], texts: Sequence[str | None]) -> dict[str, Any]:
    """An input with these texts in place of the files that it names; the parts around them are copied."""
    result = dict(values)
    copies: dict[tuple[str | int, ...], Any] = {(): result}
    for file, text in zip(files, texts, strict=True):
        for depth in range(1, len(file.place)):
            place = file.place[:depth]
            if place not in copies:
                around = copies[place[:-1]]
                copies[place] = around[place[-1]] = around[place[-1]].copy()
        copies[file.place[:-1]][file.place[-1]] = text
    return result


def _rules(schema: dict[str, Any]) -> list[tuple[str, Any]]:
    # A version's own schema keeps the predictor's beside it, so that no field ceases to take files
    parts = [schema, *(part for part in schema.get("allOf", []) if isinstance(part, dict))]
    return [item for part in parts for item in part.get("properties", {}).items()]


def _inner(rule: object, value: object, place: tuple[str | int, ...]) -> Iterator[Named]:
    """The files within a field of a structure of its own, such as a message."""
    if not isinstance(rule, dict) or len(place) > MAX_PLACE:
        return
    if isinstance(value, dict):
        properties = rule.get("properties")
        for name, inner in properties.items() if isinstance(properties, dict) else ():
            if name in value:
                yield from _inner(inner, value[name], (*place, name))
    elif isinstance(value, list):
        if "items" in rule:
            for index, item in enumerate(value):
                yield from _inner(rule["items"], item, (*place, index))
    elif rule.get("format") == FILE_FORMAT and value is not None:
        yield Named(place, value)
    for keyword in ("anyOf", "allOf"):
        for part in rule.get(keyword, []):
            yield from _inner(part, value, place)


def _takes_file(rule: object, depth: int = 0) -> bool:
    if not isinstance(rule, dict) or depth > 3:
        return False
    inner = [rule.get("items"), *rule.get("anyOf", []), *rule.get("allOf", [])]
    return rule.get("format") == FILE_FORMAT or any(_takes_file(part, depth + 1) for part in inner)
