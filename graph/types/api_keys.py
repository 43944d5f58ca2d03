"""API keys, and making and revoking them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import strawberry

from graph.types.enums import Scope
from graph.types.errors import ConflictError, ForbiddenError, InvalidInput, NotFoundError
from graph.types.ids import global_id
from graph.types.node import Node
from server import tables
from server.domain.api_keys import NewApiKey


@strawberry.type(description="A key for programs; it acts as its owner, within its scopes.")
class ApiKey(Node):
    """A key for programs."""

    name: str = strawberry.field(description="What it is called.")
    prefix: str = strawberry.field(description="How it begins; the rest was shown once.")
    scopes: list[Scope] = strawberry.field(description="What it may do.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description="When it ends; null: when it is revoked.")
    last_used_at: datetime | None = strawberry.field(description="When it was last used, to a minute.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked.")

    @classmethod
    def of(cls, row: tables.ApiKey) -> ApiKey:
        """The type of a row."""
        return cls(
            id=global_id("ApiKey", row.id),
            name=row.name,
            prefix=row.prefix,
            scopes=[Scope(name) for name in row.scopes],
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )


@strawberry.type(description="A new API key; its text is shown here, once.")
class CreatedApiKey:
    """A new API key."""

    key: str = strawberry.field(description="Send it as `Authorization: Bearer ...`; it cannot be shown again.")
    api_key: ApiKey = strawberry.field(description="The key.")


@strawberry.input(description="A new API key.")
class CreateApiKeyInput:
    """A new API key."""

    name: str = strawberry.field(description="What to call it; 1 to 80 characters.")
    scopes: list[Scope] = strawberry.field(description="What it may do; none includes another.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it ends; without it, it lives until it is revoked."
    )

    def new(self) -> NewApiKey:
        """The domain's value; an instant without a zone is UTC."""
        at = self.expires_at
        expires_at = at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
        return NewApiKey(self.name, frozenset(self.scopes), expires_at)


@strawberry.input(description="The API key to revoke.")
class RevokeApiKeyInput:
    """The API key to revoke."""

    id: strawberry.ID = strawberry.field(description="Its id.")


CreateApiKeyResult = Annotated[
    CreatedApiKey | InvalidInput | ConflictError | ForbiddenError,
    strawberry.union("CreateApiKeyResult", description="What making a key ends in."),
]
RevokeApiKeyResult = Annotated[
    ApiKey | NotFoundError | ForbiddenError,
    strawberry.union("RevokeApiKeyResult", description="What revoking a key ends in."),
]
