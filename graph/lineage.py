"""Resolvers of where predictions come from, and how they differ."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.lineage import PredictionComparison, RerunInput, RerunResult
from graph.types.predictions import Prediction
from server.domain.ids import parse_id
from server.errors import NotFoundError
from server.services import lineage, predictions


@strawberry.type
class LineageQuery:
    @strawberry.field(
        description="How two predictions differ in input, version, environment and output; null if one of them does "
        "not exist or you cannot see it."
    )
    async def compare_predictions(
        self,
        info: Info,
        a: Annotated[strawberry.ID, strawberry.argument(description="Id of the first.")],
        b: Annotated[strawberry.ID, strawberry.argument(description="Id of the second.")],
    ) -> PredictionComparison | None:
        ids = (parse_id(a, "Prediction"), parse_id(b, "Prediction"))
        try:
            return PredictionComparison.of(await lineage.compare(info.context.viewer, *ids))
        except NotFoundError:
            return None


@strawberry.type
class LineageMutation:
    @strawberry.mutation(
        description="Run a prediction again, as a new one whose `lineage.parent` it is: with its input, its seed "
        "included, but for what is overridden, and on its version unless another is named."
    )
    async def rerun(
        self,
        info: Info,
        input: Annotated[RerunInput, strawberry.argument(description="The prediction, and what to change.")],  # noqa: A002
    ) -> RerunResult:
        context = info.context
        return Prediction.of(await predictions.rerun(context.rt, context.viewer, input.new(context.base_url)))
