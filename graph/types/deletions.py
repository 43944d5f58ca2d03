"""Deleted predictions, and what deletes them."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.errors import ConflictError, ForbiddenError, InvalidInput, NotFoundError
from graph.types.predictions import PredictionFilter
from server.services.deletions import DEFAULT_AT_ONCE, MOST_AT_ONCE


@strawberry.input(description="The prediction to delete.")
class DeletePredictionInput:
    id: strawberry.ID = strawberry.field(description="Id of the prediction.")


@strawberry.input(description="The predictions to delete: give either `ids` or a `filter`.")
class DeletePredictionsInput:
    ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Ids of predictions.")
    filter: PredictionFilter | None = strawberry.field(
        default=None, description="Filter of your predictions; the oldest that fit are deleted. `{}` fits all of them."
    )
    first: int | None = strawberry.field(
        default=None,
        description=f"How many of those that fit the filter, 1 to {MOST_AT_ONCE}; {DEFAULT_AT_ONCE} if unset.",
    )


@strawberry.input(description="The batch to delete.")
class DeleteBatchInput:
    id: strawberry.ID = strawberry.field(description="Id of the batch, which has ended.")


@strawberry.type(description="A deleted batch.")
class DeletedBatch:
    id: strawberry.ID = strawberry.field(description="Id that it had.")
    deleted: int = strawberry.field(description="How many of its items are gone with it.")
    pending: int = strawberry.field(description="How many of its items follow, within seconds or minutes.")


@strawberry.type(description="A deleted prediction.")
class DeletedPrediction:
    id: strawberry.ID = strawberry.field(description="Id that it had.")
    is_pending: bool = strawberry.field(
        description="Whether it had not ended: it is canceled, and goes within seconds of its end."
    )


@strawberry.type(description="Deleted predictions.")
class DeletedPredictions:
    deleted: int = strawberry.field(description="How many are gone.")
    pending: int = strawberry.field(
        description="How many had not ended: they are canceled, and go within seconds of their end."
    )
    missing: int = strawberry.field(description="How many of the `ids` do not exist, or are not yours to delete.")
    has_more: bool = strawberry.field(description="Whether more predictions fit the filter: ask again.")


DeletePredictionResult = Annotated[
    DeletedPrediction | NotFoundError | ForbiddenError,
    strawberry.union("DeletePredictionResult", description="Result of `deletePrediction`."),
]
DeletePredictionsResult = Annotated[
    DeletedPredictions | InvalidInput | ForbiddenError,
    strawberry.union("DeletePredictionsResult", description="Result of `deletePredictions`."),
]
DeleteBatchResult = Annotated[
    DeletedBatch | NotFoundError | ForbiddenError | ConflictError,
    strawberry.union("DeleteBatchResult", description="Result of `deleteBatch`."),
]
