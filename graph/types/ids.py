"""Global ids as GraphQL's type of them."""

from __future__ import annotations

from uuid import UUID

import strawberry

from server.domain.ids import encode_id


def global_id(type_name: str, row_id: UUID) -> strawberry.ID:
    """The id of a node."""
    return strawberry.ID(encode_id(type_name, row_id))
