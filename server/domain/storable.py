"""Values that PostgreSQL can store as text and jsonb."""

from __future__ import annotations

from typing import Any


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
