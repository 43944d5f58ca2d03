"""Resolvers of stars on models."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.models import Model
from graph.types.stars import StarModelInput, StarModelResult, UnstarModelInput, UnstarModelResult
from server.services import stars


@strawberry.type
class StarMutation:
    @strawberry.mutation(description="Star a model that you can see. To star it again changes nothing.")
    async def star_model(
        self,
        info: Info,
        input: Annotated[StarModelInput, strawberry.argument(description="The model.")],  # noqa: A002
    ) -> StarModelResult:
        return Model.of(await stars.star(info.context.viewer, input.model))

    @strawberry.mutation(description="Take your star from a model, if it has one.")
    async def unstar_model(
        self,
        info: Info,
        input: Annotated[UnstarModelInput, strawberry.argument(description="The model.")],  # noqa: A002
    ) -> UnstarModelResult:
        return Model.of(await stars.unstar(info.context.viewer, input.model))
