"""Resolvers of API keys."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.api_keys import (
    ApiKey,
    CreateApiKeyInput,
    CreateApiKeyResult,
    CreatedApiKey,
    RevokeApiKeyInput,
    RevokeApiKeyResult,
)
from graph.types.ids import parse_id
from server.services import api_keys


@strawberry.type
class ApiKeyMutation:
    """Mutations of API keys."""

    @strawberry.mutation(description="Make an API key of yours; needs a session.")
    async def create_api_key(
        self,
        info: Info,
        input: Annotated[CreateApiKeyInput, strawberry.argument(description="The key.")],  # noqa: A002
    ) -> CreateApiKeyResult:
        """Make a key."""
        row, text = await api_keys.create(info.context.viewer, input.new())
        return CreatedApiKey(key=text, api_key=ApiKey.of(row))

    @strawberry.mutation(description="Revoke an API key of yours at once; needs a session.")
    async def revoke_api_key(
        self,
        info: Info,
        input: Annotated[RevokeApiKeyInput, strawberry.argument(description="Which one.")],  # noqa: A002
    ) -> RevokeApiKeyResult:
        """Revoke a key."""
        return ApiKey.of(await api_keys.revoke(info.context.viewer, parse_id(input.id, "ApiKey")))
