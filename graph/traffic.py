"""Resolvers of what runs where no version is pinned, and of names of versions."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.models import Model
from graph.types.traffic import (
    RemoveVersionAliasInput,
    RemoveVersionAliasResult,
    SetTrafficInput,
    SetTrafficResult,
    SetVersionAliasInput,
    SetVersionAliasResult,
)
from server.services import traffic


@strawberry.type
class TrafficMutation:
    @strawberry.mutation(
        description="Divide the predictions of one of your models that pin no version among versions of it, from now "
        "on. The same caller always gets the same version. Several versions are an experiment; the one that ran ends."
    )
    async def set_traffic(
        self,
        info: Info,
        input: Annotated[SetTrafficInput, strawberry.argument(description="The traffic.")],  # noqa: A002
    ) -> SetTrafficResult:
        context = info.context
        return Model.of(await traffic.set_traffic(context.rt, context.viewer, input.model, input.new()))

    @strawberry.mutation(
        description="Name a version of one of your models, so that `owner/name:alias` pins it; in place of what the "
        "name was."
    )
    async def set_version_alias(
        self,
        info: Info,
        input: Annotated[SetVersionAliasInput, strawberry.argument(description="The name.")],  # noqa: A002
    ) -> SetVersionAliasResult:
        row = await traffic.set_version_alias(info.context.viewer, input.model, input.alias, input.version)
        return Model.of(row)

    @strawberry.mutation(description="Remove a name of a version of one of your models.")
    async def remove_version_alias(
        self,
        info: Info,
        input: Annotated[RemoveVersionAliasInput, strawberry.argument(description="The name.")],  # noqa: A002
    ) -> RemoveVersionAliasResult:
        return Model.of(await traffic.remove_version_alias(info.context.viewer, input.model, input.alias))
