"""How two predictions differ: fields by name, texts by their first difference, other values by the first path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

MOST_DIFFERENCES = 100
SHOWN_CHARACTERS = 200
"""Of each side of a difference."""
CONTEXT_CHARACTERS = 40
"""Before the first difference of two texts."""


@dataclass(frozen=True)
class Difference:
    """A field that is not the same in both, as text where it is no short value; None where it is missing."""

    name: str
    a: Any
    b: Any


@dataclass(frozen=True)
class TextDifference:
    """Where two texts begin to differ, in characters, and what stands around that place."""

    position: int
    a: str
    b: str


def differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Difference]:
    """The fields that are not the same in both, by their names; at most MOST_DIFFERENCES."""
    names = [name for name in sorted({*a, *b}) if a.get(name) != b.get(name)]
    return [Difference(name, _shown(a.get(name)), _shown(b.get(name))) for name in names[:MOST_DIFFERENCES]]


def first_difference(a: str, b: str) -> TextDifference | None:
    """The first place where two texts differ; None where they are the same."""
    if a == b:
        return None
    position = _common_length(a, b)
    begin = max(0, position - CONTEXT_CHARACTERS)
    end = begin + SHOWN_CHARACTERS
    return TextDifference(position, a[begin:end], b[begin:end])


def _common_length(a: str, b: str) -> int:
    """How many characters two texts begin with alike; by halves, since comparing slices is quick."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def first_path(a: Any, b: Any) -> Difference | None:
    """The first place where two JSON values differ, as a JSON Pointer; None where they are the same."""
    path: list[str] = []
    while a != b:
        match a, b:
            case dict(), dict():
                name = next(name for name in [*a, *b] if name not in a or name not in b or a[name] != b[name])
                path.append(name.replace("~", "~0").replace("/", "~1"))
                a, b = a.get(name), b.get(name)
            case list(), list():
                pairs = enumerate(zip(a, b, strict=False))
                place = next((n for n, (x, y) in pairs if x != y), min(len(a), len(b)))
                path.append(str(place))
                a, b = (each[place] if place < len(each) else None for each in (a, b))
            case _:
                return Difference("".join(f"/{name}" for name in path), _shown(a), _shown(b))
    return None


def _shown(value: Any) -> Any:
    """A value as it is where it is short, else the beginning of its text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    if len(text) <= SHOWN_CHARACTERS:
        return value
    return f"{text[:SHOWN_CHARACTERS]}..."
