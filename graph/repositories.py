"""Resolver of repositories on the Hugging Face hub."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.repositories import HubRepository
from server.services import repositories


@strawberry.type
class RepositoryQuery:
    @strawberry.field(
        description="A repository on the Hugging Face hub before anything of it is downloaded, for those who may add "
        "models. An error says that there is none, that this server has no access, or that the hub does not answer."
    )
    async def hub_repository(
        self,
        info: Info,
        repo: Annotated[str, strawberry.argument(description="Repository as `owner/name`.")],
        revision: Annotated[
            str | None, strawberry.argument(description="Branch, tag or commit; default `main`.")
        ] = None,
    ) -> HubRepository:
        context = info.context
        return HubRepository.of(await repositories.find(context.rt, context.viewer, repo, revision))
