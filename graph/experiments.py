"""Resolvers of experiments."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.experiments import Outcome, RecordOutcomeInput, RecordOutcomeResult
from server.domain.ids import parse_id
from server.services import experiments


@strawberry.type
class ExperimentMutation:
    @strawberry.mutation(
        description="Note what came of a prediction of yours. The results of the experiment tell it, that chose the "
        "version of the prediction."
    )
    async def record_outcome(
        self,
        info: Info,
        input: Annotated[RecordOutcomeInput, strawberry.argument(description="The outcome.")],  # noqa: A002
    ) -> RecordOutcomeResult:
        row_id = parse_id(input.prediction, "Prediction")
        return Outcome.of(await experiments.record_outcome(info.context.viewer, row_id, input.name, input.value))
