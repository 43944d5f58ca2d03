"""Ids of versions as `/v1` has them: 64 hexadecimal digits, opaque to clients."""

from __future__ import annotations

import hashlib
import re
from uuid import UUID

_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)


def encode_version_id(row_id: UUID) -> str:
    """The id of a version."""
    return row_id.hex + hashlib.sha256(row_id.bytes).hexdigest()[:32]


def parse_version_id(text: str) -> UUID | None:
    """The row id in a version's id; None where it is none."""
    if not _ID.fullmatch(text):
        return None
    row_id = UUID(hex=text[:32])
    return row_id if encode_version_id(row_id) == text else None
