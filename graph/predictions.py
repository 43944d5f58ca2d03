"""Resolvers of predictions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from graph.context import Info
from graph.selection import selects
from graph.types.events import PredictionEvent, event_of
from graph.types.ids import parse_id
from graph.types.node import After, Before, First, Last, page_request
from graph.types.prediction_inputs import CancelPredictionInput, CreatePredictionInput, RetryPredictionInput
from graph.types.prediction_lists import PredictionConnection, PredictionFilter
from graph.types.predictions import CancelPredictionResult, CreatePredictionResult, Prediction, RetryPredictionResult
from graph.websocket.frames import tap_open
from server.adapters.pagination import page
from server.errors import InvalidInputError, NotFoundError, Violation
from server.live import live_lists, prediction_events, prediction_rows
from server.services import predictions
from server.tables import with_relations

MAX_WAIT_SECONDS = 60


@strawberry.type
class PredictionQuery:
    """Queries of predictions."""

    @strawberry.field(description="A prediction; null when there is none, or it is not for you to see.")
    async def prediction(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],  # noqa: A002
    ) -> Prediction | None:
        """A prediction by id."""
        try:
            return Prediction.of(await prediction_rows.find(info.context.viewer, parse_id(id, "Prediction")))
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
            PredictionFilter | None, strawberry.argument(description="Which ones.")
        ] = None,
    ) -> PredictionConnection:
        """The viewer's predictions."""
        query = predictions.listing(info.context.viewer, (filter or PredictionFilter()).wanted())
        return PredictionConnection(page=await page(query, page_request(first, after, last, before)))


@strawberry.type
class PredictionMutation:
    """Mutations of predictions."""

    @strawberry.mutation(description="Run a model. Once this answers, the prediction will run and end exactly once.")
    async def create_prediction(
        self,
        info: Info,
        input: Annotated[CreatePredictionInput, strawberry.argument(description="What to run.")],  # noqa: A002
    ) -> CreatePredictionResult:
        """Accept a prediction, and wait for its end where that was asked."""
        context = info.context
        wait = _wait(input.wait)
        row = await predictions.create(context.rt, context.viewer, input.new(context.base_url))
        if wait:
            ended = await prediction_events.wait_until_ended(context.rt, context.hubs, context.viewer, row.id, wait)
            row = with_relations(ended, row)
        return Prediction.of(row)

    @strawberry.mutation(description="Stop a prediction at its next token or step; what it made so far is kept.")
    async def cancel_prediction(
        self,
        info: Info,
        input: Annotated[CancelPredictionInput, strawberry.argument(description="Which one.")],  # noqa: A002
    ) -> CancelPredictionResult:
        """Stop a prediction."""
        context = info.context
        return Prediction.of(await predictions.cancel(context.rt, context.viewer, parse_id(input.id, "Prediction")))

    @strawberry.mutation(description="Run a prediction again: a new one of the same version, with the same input.")
    async def retry_prediction(
        self,
        info: Info,
        input: Annotated[RetryPredictionInput, strawberry.argument(description="Which one.")],  # noqa: A002
    ) -> RetryPredictionResult:
        """Run a prediction again."""
        context = info.context
        row_id = parse_id(input.id, "Prediction")
        return Prediction.of(await predictions.retry(context.rt, context.viewer, row_id, input.idempotency_key))


def _wait(seconds: int | None) -> int:
    if seconds is not None and not 0 <= seconds <= MAX_WAIT_SECONDS:
        raise InvalidInputError([Violation("/wait", f"Wait 0 to {MAX_WAIT_SECONDS} seconds.", "range")])
    return seconds or 0


@strawberry.type
class PredictionSubscription:
    """Subscriptions of predictions."""

    @strawberry.subscription(
        description="Snapshot first (unless `after` can be continued), every event in order, the terminal one last."
    )
    async def prediction_events(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Id of the prediction.")],  # noqa: A002
        after: Annotated[str | None, strawberry.argument(description="The last cursor you have seen.")] = None,
    ) -> AsyncIterator[PredictionEvent]:
        """Events of one prediction."""
        context = info.context
        row_id = parse_id(id, "Prediction")
        shown = selects(info.selected_fields, "PreviewReady", "image")
        watched = prediction_events.watch(context.rt, context.hubs, context.viewer, row_id, after, previews=shown)
        tap_open(watched, lambda seen: event_of(seen, row_id), info)
        async for seen in watched:
            yield event_of(seen, row_id)

    @strawberry.subscription(
        description="Your predictions as they change, each as it stands then; first what changed in the last seconds."
    )
    async def predictions(
        self,
        info: Info,
        filter: Annotated[  # noqa: A002
            PredictionFilter | None, strawberry.argument(description="Which ones; `everybody` is for lists alone.")
        ] = None,
    ) -> AsyncIterator[Prediction]:
        """The viewer's rows as they change."""
        context = info.context
        wanted = await predictions.live_filter(context.viewer, (filter or PredictionFilter()).wanted())
        async for row in live_lists.watch(context.hubs.lists, context.viewer, wanted):
            yield Prediction.of(row)
