"""Resolvers of stars on models and predictions."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.models import Model
from graph.types.predictions import Prediction
from graph.types.stars import (
    StarModelInput,
    StarModelResult,
    StarPredictionInput,
    StarPredictionResult,
    UnstarModelInput,
    UnstarModelResult,
    UnstarPredictionInput,
    UnstarPredictionResult,
)
from server.domain.ids import parse_id
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

    @strawberry.mutation(description="Star a prediction that you created. To star it again changes nothing.")
    async def star_prediction(
        self,
        info: Info,
        input: Annotated[StarPredictionInput, strawberry.argument(description="The prediction.")],  # noqa: A002
    ) -> StarPredictionResult:
        context, row_id = info.context, parse_id(input.id, "Prediction")
        return Prediction.of(await stars.star_prediction(context.rt, context.viewer, row_id))

    @strawberry.mutation(description="Take the star from a prediction that you created, if it has one.")
    async def unstar_prediction(
        self,
        info: Info,
        input: Annotated[UnstarPredictionInput, strawberry.argument(description="The prediction.")],  # noqa: A002
    ) -> UnstarPredictionResult:
        context, row_id = info.context, parse_id(input.id, "Prediction")
        return Prediction.of(await stars.unstar_prediction(context.rt, context.viewer, row_id))
