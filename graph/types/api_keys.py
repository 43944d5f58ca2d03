"""API keys, and what creates and revokes them."""

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


@strawberry.type(description="A key for programs. It acts as its owner, within its scopes.")
class ApiKey(Node):
    name: str = strawberry.field(description="Name of the key.")
    prefix: str = strawberry.field(description="First characters of the key; all of it is shown only once.")
    scopes: list[Scope] = strawberry.field(description="What the key may do.")
    created_at: datetime = strawberry.field(description="Time of creation.")
    expires_at: datetime | None = strawberry.field(description="Expiry time; null if it is valid until revoked.")
    last_used_at: datetime | None = strawberry.field(description="Time of its last use, accurate to a minute.")
    revoked_at: datetime | None = strawberry.field(description="Time when it was revoked.")

    @classmethod
    def of(cls, row: tables.ApiKey) -> ApiKey:
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


@strawberry.type(description="A new API key with its text, which is shown only here.")
class CreatedApiKey:
    key: str = strawberry.field(
        description="The key: send it in the header `Authorization: Bearer <key>`. It cannot be shown again."
    )
    api_key: ApiKey = strawberry.field(description="What is known of the key.")


@strawberry.input(description="A new API key.")
class CreateApiKeyInput:
    name: str = strawberry.field(description="Name, 1 to 80 characters.")
    scopes: list[Scope] = strawberry.field(description="What the key may do; no scope includes another.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="Expiry time; if unset, the key is valid until revoked."
    )

    def new(self) -> NewApiKey:
        """The domain's value; an instant without a zone is UTC."""
        at = self.expires_at
        expires_at = at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
        return NewApiKey(self.name, frozenset(self.scopes), expires_at)


@strawberry.input(description="The API key to revoke.")
class RevokeApiKeyInput:
    id: strawberry.ID = strawberry.field(description="Id of the key.")


CreateApiKeyResult = Annotated[
    CreatedApiKey | InvalidInput | ConflictError | ForbiddenError,
    strawberry.union("CreateApiKeyResult", description="Result of `createApiKey`."),
]
RevokeApiKeyResult = Annotated[
    ApiKey | NotFoundError | ForbiddenError,
    strawberry.union("RevokeApiKeyResult", description="Result of `revokeApiKey`."),
]
