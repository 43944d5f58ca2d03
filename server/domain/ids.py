"""Global ids: base64 of `Type:uuid`, opaque to clients."""

from __future__ import annotations

import base64
import binascii
from uuid import UUID

from server.errors import BadUserInputError


def encode_id(type_name: str, row_id: UUID) -> str:
    """The id of a node."""
    return base64.urlsafe_b64encode(f"{type_name}:{row_id}".encode()).decode().rstrip("=")


def parse_global_id(text: str) -> tuple[str, UUID]:
    """Type name and row id of a global id.

    Raises:
        BadUserInputError: it is none.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        name, _, row_id = base64.urlsafe_b64decode(padded.encode()).decode().partition(":")
        return name, UUID(row_id)
    except (ValueError, binascii.Error):
        raise BadUserInputError("This is not an id of this API.") from None


def parse_id(text: str, type_name: str) -> UUID:
    """The row id of a node of one type; its bare UUID is accepted too.

    Raises:
        BadUserInputError: it is neither.
    """
    try:
        return UUID(text)
    except ValueError:
        name, row_id = parse_global_id(text)
        if name != type_name:
            raise BadUserInputError(f"This is the id of a {name[:40]}, not of a {type_name}.") from None
        return row_id
