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
from server.domain.ids import parse_id
from server.services import api_keys


@strawberry.type
class ApiKeyMutation:
    @strawberry.mutation(description="Create an API key. Requires a session: an API key cannot do it.")
    async def create_api_key(
        self,
        info: Info,
        input: Annotated[CreateApiKeyInput, strawberry.argument(description="The key to create.")],  # noqa: A002
    ) -> CreateApiKeyResult:
        row, text = await api_keys.create(info.context.viewer, input.new())
        return CreatedApiKey(key=text, api_key=ApiKey.of(row))

    @strawberry.mutation(
        description="Revoke one of your API keys at once. Requires a session: an API key cannot do it."
    )
    async def revoke_api_key(
        self,
        info: Info,
        input: Annotated[RevokeApiKeyInput, strawberry.argument(description="The key to revoke.")],  # noqa: A002
    ) -> RevokeApiKeyResult:
        return ApiKey.of(await api_keys.revoke(info.context.viewer, parse_id(input.id, "ApiKey")))
