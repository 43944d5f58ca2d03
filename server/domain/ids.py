"""Global ids: base64 of `Type:uuid`, opaque to clients."""

from __future__ import annotations

import base64
from uuid import UUID


def encode_id(type_name: str, row_id: UUID) -> str:
    """The id of a node."""
    return base64.urlsafe_b64encode(f"{type_name}:{row_id}".encode()).decode().rstrip("=")
