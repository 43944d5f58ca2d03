"""Resolvers of public links of predictions."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.predictions import Prediction
from graph.types.public_links import (
    PublicPrediction,
    SharePredictionInput,
    SharePredictionResult,
    UnsharePredictionInput,
    UnsharePredictionResult,
)
from server.domain.ids import parse_id
from server.services import public_links


@strawberry.type
class PublicLinkQuery:
    @strawberry.field(description="What a public link shows; null if it shows nothing, or nothing any more.")
    async def public_prediction(
        self,
        info: Info,
        token: Annotated[str, strawberry.argument(description="Token of the link.")],
    ) -> PublicPrediction | None:
        view = await public_links.find(info.context.viewer, token)
        return PublicPrediction.of(view) if view is not None else None


@strawberry.type
class PublicLinkMutation:
    @strawberry.mutation(
        description="Let everybody who has its public link read the output of a prediction that you created, and its "
        "input if you say so. One that has a link keeps it."
    )
    async def share_prediction(
        self,
        info: Info,
        input: Annotated[SharePredictionInput, strawberry.argument(description="The prediction.")],  # noqa: A002
    ) -> SharePredictionResult:
        row_id = parse_id(input.id, "Prediction")
        row = await public_links.share(info.context.viewer, row_id, shows_input=input.shows_input)
        return Prediction.of(row)

    @strawberry.mutation(
        description="End the public link of a prediction that you created: it shows nothing from then on, and its "
        "files are not reached by it. Sharing it again makes another link."
    )
    async def unshare_prediction(
        self,
        info: Info,
        input: Annotated[UnsharePredictionInput, strawberry.argument(description="The prediction.")],  # noqa: A002
    ) -> UnsharePredictionResult:
        return Prediction.of(await public_links.unshare(info.context.viewer, parse_id(input.id, "Prediction")))
