"""Values that PostgreSQL can store as text and jsonb."""

from __future__ import annotations

from typing import Any

import orjson

from server.errors import InvalidInputError, Violation

NO_NUL = "Text must not contain the NUL character."
NO_JSONB = "Whole numbers of more than 64 bits, lone surrogates and very deep nesting cannot be stored."


def is_storable(text: str) -> bool:
    """Whether a text column can store this unchanged: it has no NUL and no lone surrogate."""
    return bool(storable(text) == text)


def storable(value: Any) -> Any:
    """The value with NUL and lone surrogates, which no text column holds, replaced by U+FFFD."""
    if isinstance(value, str):
        clean = value.replace("\0", "\N{REPLACEMENT CHARACTER}")
        text: str = clean.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text
    if isinstance(value, dict):
        return {storable(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def json_bytes(value: object, path: str) -> bytes:
    """A value as JSON, its names in order, which a jsonb column can store.

    Raises:
        InvalidInputError: no such column can; the violation is at `path`.
    """
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError):
        raise InvalidInputError([Violation(path, NO_JSONB, "type")]) from None
    # An escaped backslash may stand before what looks like the escape of NUL
    if b"\\u0000" in text.replace(b"\\\\", b""):
        raise InvalidInputError([Violation(path, NO_NUL, "format")])
    return text
