"""Resolvers of other names of models."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.model_aliases import (
    ModelAlias,
    RemovedModelAlias,
    RemoveModelAliasInput,
    RemoveModelAliasResult,
    SetModelAliasInput,
    SetModelAliasResult,
)
from server.services import model_names


@strawberry.type
class ModelAliasMutation:
    @strawberry.mutation(
        description="Give a model another name in requests of OpenAI's clients that are yours, in place of one of that "
        "name."
    )
    async def set_model_alias(
        self,
        info: Info,
        input: Annotated[SetModelAliasInput, strawberry.argument(description="The alias.")],  # noqa: A002
    ) -> SetModelAliasResult:
        return ModelAlias.of(await model_names.set_alias(info.context.viewer, input.alias, input.model))

    @strawberry.mutation(description="Remove one of your aliases.")
    async def remove_model_alias(
        self,
        info: Info,
        input: Annotated[RemoveModelAliasInput, strawberry.argument(description="The alias.")],  # noqa: A002
    ) -> RemoveModelAliasResult:
        return RemovedModelAlias(alias=await model_names.remove_alias(info.context.viewer, input.alias))
