"""`-i name=value`: values as the model's schema has them, texts and files from `@path` and `@-`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class InputError(ValueError):
    """An option that cannot be read; the message says what to write."""


def parse(options: Sequence[str], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The input that options say; one that comes again makes a list where the field is one.

    Raises:
        InputError: one is not of the form, or names a file that cannot be read.
    """
    values: dict[str, Any] = {}
    properties = schema.get("properties", {})
    for option in options:
        name, equals, text = option.partition("=")
        if not equals or not name:
            raise InputError(f"-i {option}: write name=value, name=@file, or name=@- for the standard input.")
        kinds, takes_files = _kinds(properties.get(name, {})), _takes_files(properties.get(name, {}))
        value = _value(text, kinds, takes_files=takes_files)
        is_list = "array" in kinds and "string" not in kinds
        if is_list and not isinstance(value, list):
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    return values


def _value(text: str, kinds: set[str], *, takes_files: bool) -> Any:
    if text.startswith("@@"):
        # A text that begins with an @
        return text[1:]
    if text.startswith("@"):
        content = _read(text[1:])
        if takes_files:
            # A path has a name, which says what kind of file it is
            return content if text == "@-" else Path(text[1:]).expanduser()
        try:
            text = content.decode()
        except UnicodeDecodeError:
            raise InputError(f"{text[1:]} is no text in UTF-8, which this field takes.") from None
    if "string" in kinds or not kinds:
        return text
    try:
        return json.loads(text)
    except ValueError:
        # The server says what the field takes
        return text


def _read(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def _rules(rule: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A field's rule and its alternatives."""
    inner = [each for key in ("anyOf", "oneOf", "allOf") for each in rule.get(key, ()) if isinstance(each, Mapping)]
    return [rule, *(part for each in inner for part in _rules(each))]


def _kinds(rule: Mapping[str, Any]) -> set[str]:
    kinds: set[str] = set()
    for each in _rules(rule):
        kind = each.get("type", ())
        kinds |= {kind} if isinstance(kind, str) else set(kind)
        if "enum" in each and all(isinstance(value, str) for value in each["enum"]):
            kinds.add("string")
    return kinds - {"null"}


def _takes_files(rule: Mapping[str, Any]) -> bool:
    rules = _rules(rule)
    items = [part for each in rules if isinstance(each.get("items"), Mapping) for part in _rules(each["items"])]
    return any(each.get("format") == "file" for each in [*rules, *items])
