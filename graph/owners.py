"""Resolver of the page of an owner."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.owners import Owner
from server.services import owners


@strawberry.type
class OwnerQuery:
    @strawberry.field(description="The owner of models with a handle; null if there is no such user.")
    async def owner(
        self, info: Info, handle: Annotated[str, strawberry.argument(description="Handle of the user.")]
    ) -> Owner | None:
        owner = await owners.find(info.context.viewer, handle)
        return Owner.of(owner) if owner else None
