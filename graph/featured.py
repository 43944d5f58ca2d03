"""Resolvers of featured models."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.featured import (
    FeatureModelInput,
    FeatureModelResult,
    UnfeatureModelInput,
    UnfeatureModelResult,
)
from graph.types.models import Model
from server.services import featured


@strawberry.type
class FeaturedMutation:
    @strawberry.mutation(description="Feature a model in the gallery. Administrators only.")
    async def feature_model(
        self,
        info: Info,
        input: Annotated[FeatureModelInput, strawberry.argument(description="The model.")],  # noqa: A002
    ) -> FeatureModelResult:
        return Model.of(await featured.feature(info.context.viewer, input.model))

    @strawberry.mutation(description="Feature a model no longer, if it is featured. Administrators only.")
    async def unfeature_model(
        self,
        info: Info,
        input: Annotated[UnfeatureModelInput, strawberry.argument(description="The model.")],  # noqa: A002
    ) -> UnfeatureModelResult:
        return Model.of(await featured.unfeature(info.context.viewer, input.model))
