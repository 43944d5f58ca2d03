"""Resolvers of batches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.batches import (
    Batch,
    CancelBatchInput,
    CancelBatchResult,
    CreateBatchInput,
    CreateBatchResult,
    RedeliverBatchWebhookInput,
    RedeliverBatchWebhookResult,
    RetryFailedBatchInput,
    RetryFailedBatchResult,
)
from graph.types.node import After, Before, Connection, First, Last, connection
from server.domain.ids import parse_id
from server.errors import NotFoundError
from server.live import batch_watch
from server.services import batches


@strawberry.type
class BatchQuery:
    @strawberry.field(description="A batch; null if it does not exist or you cannot see it.")
    async def batch(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Id of the batch.")],  # noqa: A002
    ) -> Batch | None:
        try:
            return Batch.of(await batch_watch.find(info.context.viewer, parse_id(id, "Batch")))
        except NotFoundError:
            return None

    @strawberry.field(description="Your batches, newest first.")
    async def batches(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Batch]:
        query = batches.listing(info.context.viewer)
        return await connection(query, Batch.of, first, after, last, before)


@strawberry.type
class BatchMutation:
    @strawberry.mutation(
        description="Run a model on many inputs. Once this has answered, each valid item will run, and end once."
    )
    async def create_batch(
        self,
        info: Info,
        input: Annotated[CreateBatchInput, strawberry.argument(description="The batch to run.")],  # noqa: A002
    ) -> CreateBatchResult:
        context = info.context
        return Batch.of(await batches.create(context.rt, context.viewer, input.new(context.base_url)))

    @strawberry.mutation(description="Cancel a batch: what has ended stays, what runs stops at its next token or step.")
    async def cancel_batch(
        self,
        info: Info,
        input: Annotated[CancelBatchInput, strawberry.argument(description="The batch to cancel.")],  # noqa: A002
    ) -> CancelBatchResult:
        context = info.context
        return Batch.of(await batches.cancel(context.rt, context.viewer, parse_id(input.id, "Batch")))

    @strawberry.mutation(
        description="Run again what failed or came too late in a batch that has ended, as a new batch of its version."
    )
    async def retry_failed_batch(
        self,
        info: Info,
        input: Annotated[RetryFailedBatchInput, strawberry.argument(description="The batch that has ended.")],  # noqa: A002
    ) -> RetryFailedBatchResult:
        context = info.context
        batch_id = parse_id(input.id, "Batch")
        return Batch.of(await batches.retry_failed(context.rt, context.viewer, batch_id, input.idempotency_key))

    @strawberry.mutation(
        description="Send the webhook of a batch that has ended again now; it is retried as often as at first. Too "
        "many in a minute are RATE_LIMITED."
    )
    async def redeliver_batch_webhook(
        self,
        info: Info,
        input: Annotated[RedeliverBatchWebhookInput, strawberry.argument(description="The batch that has ended.")],  # noqa: A002
    ) -> RedeliverBatchWebhookResult:
        context = info.context
        batch_id = parse_id(input.id, "Batch")
        return Batch.of(await batches.redeliver_webhook(context.rt, context.viewer, batch_id))


@strawberry.type
class BatchSubscription:
    @strawberry.subscription(
        description="A batch as it stands, and again when it has changed, at most once a second; last as it ended."
    )
    async def batch(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Id of the batch.")],  # noqa: A002
    ) -> AsyncIterator[Batch]:
        context = info.context
        async for row in batch_watch.watch(context.hubs.batches, context.viewer, parse_id(id, "Batch")):
            yield Batch.of(row)
