"""Resolvers of predictions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from graph.context import Info
from graph.selection import selects
from graph.types.events import PredictionEvent, event_of
from graph.types.node import After, Before, Connection, First, Last, connection
from graph.types.predictions import (
    CancelPredictionInput,
    CancelPredictionResult,
    CreatePredictionInput,
    CreatePredictionResult,
    Prediction,
    PredictionFilter,
    RequeuedPredictions,
    RequeuePredictionInput,
    RequeuePredictionResult,
    RequeuePredictionsInput,
    RequeuePredictionsResult,
    RetryPredictionInput,
    RetryPredictionResult,
)
from graph.websocket.frames import offer_events
from server.domain.ids import parse_id
from server.errors import InvalidInputError, NotFoundError, Violation
from server.live import live_lists, prediction_events, prediction_rows
from server.services import predictions
from server.tables import with_relations

MAX_WAIT_SECONDS = 60


@strawberry.type
class PredictionQuery:
    @strawberry.field(description="A prediction; null if it does not exist or you cannot see it.")
    async def prediction(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Id of the prediction.")],  # noqa: A002
    ) -> Prediction | None:
        try:
            row_id = parse_id(id, "Prediction")
            return Prediction.of(await prediction_rows.find_without_large(info.context.viewer, row_id))
        except NotFoundError:
            return None

    @strawberry.field(description="Your predictions, newest first.")
    async def predictions(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[  # noqa: A002
            PredictionFilter | None, strawberry.argument(description="Filter of the list.")
        ] = None,
    ) -> Connection[Prediction]:
        query = await predictions.search(info.context.viewer, (filter or PredictionFilter()).criteria())
        return await connection(query, Prediction.of, first, after, last, before)


@strawberry.type
class PredictionMutation:
    @strawberry.mutation(
        description="Run a model. Once this has answered, the prediction will run, and end exactly once."
    )
    async def create_prediction(
        self,
        info: Info,
        input: Annotated[CreatePredictionInput, strawberry.argument(description="The prediction to run.")],  # noqa: A002
    ) -> CreatePredictionResult:
        context, wait = info.context, input.wait or 0
        if not 0 <= wait <= MAX_WAIT_SECONDS:
            raise InvalidInputError([Violation("/wait", f"Wait 0 to {MAX_WAIT_SECONDS} seconds.", "range")])
        row = await predictions.create(context.rt, context.viewer, input.new(context.base_url))
        if wait:
            seconds = min(wait, prediction_events.LONGEST_HELD_SECONDS)
            ended = await prediction_events.wait_until_ended(context.rt, context.hubs, context.viewer, row.id, seconds)
            row = with_relations(ended, row)
        return Prediction.of(row)

    @strawberry.mutation(description="Cancel a prediction at its next token or step. The output so far is kept.")
    async def cancel_prediction(
        self,
        info: Info,
        input: Annotated[CancelPredictionInput, strawberry.argument(description="The prediction to cancel.")],  # noqa: A002
    ) -> CancelPredictionResult:
        context = info.context
        return Prediction.of(await predictions.cancel(context.rt, context.viewer, parse_id(input.id, "Prediction")))

    @strawberry.mutation(description="Run a prediction again, as a new one with the same version and input.")
    async def retry_prediction(
        self,
        info: Info,
        input: Annotated[RetryPredictionInput, strawberry.argument(description="The prediction to retry.")],  # noqa: A002
    ) -> RetryPredictionResult:
        context = info.context
        row_id = parse_id(input.id, "Prediction")
        return Prediction.of(await predictions.retry(context.rt, context.viewer, row_id, input.idempotency_key))

    @strawberry.mutation(
        description="Run a prediction again that the server failed, for its owner, as a new one with the same version, "
        "input and webhook. Asked for twice, it is the same one. Administrators only."
    )
    async def requeue_prediction(
        self,
        info: Info,
        input: Annotated[RequeuePredictionInput, strawberry.argument(description="The prediction.")],  # noqa: A002
    ) -> RequeuePredictionResult:
        context = info.context
        return Prediction.of(await predictions.requeue(context.rt, context.viewer, parse_id(input.id, "Prediction")))

    @strawberry.mutation(
        description="Run all predictions again that the server failed and that were not requeued yet, each for its "
        "owner. Items of batches are not among them. Administrators only."
    )
    async def requeue_predictions(
        self,
        info: Info,
        input: Annotated[RequeuePredictionsInput, strawberry.argument(description="The predictions.")],  # noqa: A002
    ) -> RequeuePredictionsResult:
        context = info.context
        count, refused = await predictions.requeue_failed(context.rt, context.viewer, input.criteria())
        return RequeuedPredictions(count=count, refused=refused)


@strawberry.type
class PredictionSubscription:
    @strawberry.subscription(
        description="Events of a prediction, in order: first a snapshot, unless it continues at `after`; last the "
        "final status."
    )
    async def prediction_events(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Id of the prediction.")],  # noqa: A002
        after: Annotated[
            str | None, strawberry.argument(description="Cursor of the last event that you received.")
        ] = None,
    ) -> AsyncIterator[PredictionEvent]:
        context = info.context
        row_id = parse_id(id, "Prediction")
        previews = selects(info.selected_fields, "PreviewReady", "image")
        moves = selects(info.selected_fields, "QueueMoved", "queue")
        updates = prediction_events.watch(
            context.rt, context.hubs, context.viewer, row_id, after, previews=previews, moves=moves
        )
        # Over a WebSocket only the first is given here: after it, `graph.websocket` closes this generator and takes
        # the rest of `updates` itself
        offer_events(updates, lambda update: event_of(update, row_id), info)
        async for update in updates:
            yield event_of(update, row_id)

    @strawberry.subscription(
        description="Your predictions whenever they change, each as it then stands. It begins with those that changed "
        "in the last seconds."
    )
    async def predictions(
        self,
        info: Info,
        filter: Annotated[  # noqa: A002
            PredictionFilter | None,
            strawberry.argument(description="Filter of the predictions; `everybody` is not supported here."),
        ] = None,
    ) -> AsyncIterator[Prediction]:
        context = info.context
        criteria = await predictions.live_filter(context.viewer, (filter or PredictionFilter()).criteria())
        async for row in live_lists.watch(context.hubs.lists, context.viewer, criteria):
            yield Prediction.of(row)
