"""Global ids as GraphQL's type of them."""

from __future__ import annotations

from uuid import UUID

import strawberry

from server.domain.ids import encode_id
from server.errors import BadUserInputError


def global_id(type_name: str, row_id: UUID) -> strawberry.ID:
    """The id of a node."""
    return strawberry.ID(encode_id(type_name, row_id))


def worker_id(text: str) -> UUID:
    """The id of a worker, which is no node; raises BadUserInputError."""
    try:
        return UUID(text)
    except ValueError:
        raise BadUserInputError("This is not the id of a worker.") from None
