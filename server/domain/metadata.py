"""What callers note on predictions and batches: an object of their own, which is given back."""

from __future__ import annotations

import orjson

from server.errors import Violation

MAX_CHARACTERS = 16_000


def metadata_violations(metadata: object) -> list[Violation]:
    """What keeps a value from being noted; None is none."""
    if metadata is None:
        return []
    if not isinstance(metadata, dict):
        return [Violation("/metadata", "The metadata is a JSON object.", "type")]
    try:
        text = orjson.dumps(metadata)
    except (TypeError, ValueError):
        rule = "The metadata has a number of more than 64 bits, a lone surrogate, or is nested too deep."
        return [Violation("/metadata", rule, "type")]
    if len(text.decode()) > MAX_CHARACTERS:
        return [Violation("/metadata", f"The metadata has more than {MAX_CHARACTERS} characters.", "length")]
    if b"\\u0000" in text.replace(b"\\\\", b""):
        return [Violation("/metadata", "Text must not contain the NUL character.", "format")]
    return []
