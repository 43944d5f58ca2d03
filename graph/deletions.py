"""Resolvers of deleted predictions and batches."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.deletions import (
    DeleteBatchInput,
    DeleteBatchResult,
    DeletedBatch,
    DeletedPrediction,
    DeletedPredictions,
    DeletePredictionInput,
    DeletePredictionResult,
    DeletePredictionsInput,
    DeletePredictionsResult,
)
from server.domain.ids import parse_id
from server.services import deletions


@strawberry.type
class DeletionMutation:
    @strawberry.mutation(
        description="Delete a prediction with its input, output, files, logs, events and webhook deliveries. One that "
        "waits or runs is canceled first. Its idempotency key is free afterwards; what it used stays counted."
    )
    async def delete_prediction(
        self,
        info: Info,
        input: Annotated[DeletePredictionInput, strawberry.argument(description="The prediction to delete.")],  # noqa: A002
    ) -> DeletePredictionResult:
        context = info.context
        is_gone = await deletions.delete(context.rt, context.viewer, parse_id(input.id, "Prediction"))
        return DeletedPrediction(id=input.id, is_pending=not is_gone)

    @strawberry.mutation(description="Delete some predictions, each as `deletePrediction` does.")
    async def delete_predictions(
        self,
        info: Info,
        input: Annotated[DeletePredictionsInput, strawberry.argument(description="The predictions to delete.")],  # noqa: A002
    ) -> DeletePredictionsResult:
        context = info.context
        ids = None if input.ids is None else [parse_id(each, "Prediction") for each in input.ids]
        criteria = input.filter.criteria() if input.filter else None
        counts = await deletions.delete_some(context.rt, context.viewer, ids, criteria, input.first)
        return DeletedPredictions(
            deleted=counts.deleted, pending=counts.pending, missing=counts.missing, has_more=counts.has_more
        )

    @strawberry.mutation(
        description="Delete a batch that has ended, with its invalid lines, results and webhook, and its items, each "
        "as `deletePrediction` does. One that has not ended is a CONFLICT: cancel it first."
    )
    async def delete_batch(
        self,
        info: Info,
        input: Annotated[DeleteBatchInput, strawberry.argument(description="The batch to delete.")],  # noqa: A002
    ) -> DeleteBatchResult:
        context = info.context
        counts = await deletions.delete_batch(context.rt, context.viewer, parse_id(input.id, "Batch"))
        return DeletedBatch(id=input.id, deleted=counts.deleted, pending=counts.pending)
