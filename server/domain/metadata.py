"""What callers note on predictions and batches: an object of their own, which is given back."""

from __future__ import annotations

from server.domain.storable import json_bytes
from server.errors import InvalidInputError, Violation

MAX_CHARACTERS = 16_000


def metadata_violations(metadata: object) -> list[Violation]:
    """What keeps a value from being noted; None is none."""
    if metadata is None:
        return []
    if not isinstance(metadata, dict):
        return [Violation("/metadata", "The metadata is a JSON object.", "type")]
    try:
        text = json_bytes(metadata, "/metadata")
    except InvalidInputError as error:
        return error.violations
    if len(text.decode()) > MAX_CHARACTERS:
        return [Violation("/metadata", f"The metadata has more than {MAX_CHARACTERS} characters.", "length")]
    return []
