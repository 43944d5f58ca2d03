"""Batches, their invalid lines, and what creates, cancels and retries them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from graph.context import Info
from graph.types.enums import BatchStatus, BatchWebhookState, PredictionStatus, Priority
from graph.types.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInput,
    NotFoundError,
    UnavailableError,
    Violation,
)
from graph.types.ids import global_id
from graph.types.models import Model, ModelVersion
from graph.types.node import After, Before, Connection, First, Last, Node, connection
from graph.types.predictions import Prediction
from graph.types.prices import CostSum
from graph.types.scalars import Money
from graph.types.users import User
from graph.types.webhooks import WebhookAttempt
from server import tables
from server.adapters.pagination import BATCH_INDEX, Order
from server.domain.batches import NewBatch
from server.domain.orders import OrderDirection
from server.live.batch_body import counts_of, results_path
from server.live.batch_watch import may_see
from server.services import batches, predictions

BY_PLACE = Order(BATCH_INDEX, OrderDirection.ASC)


@strawberry.type(description="The items of a batch by what became of them; together they are `total`.")
class BatchCounts:
    row: strawberry.Private[tables.Batch]

    total: int = strawberry.field(description="Items: lines of its input that are not empty; 0 until they are counted.")
    succeeded: int = strawberry.field(description="Items that succeeded.")
    failed: int = strawberry.field(description="Items that failed.")
    canceled: int = strawberry.field(description="Items that were canceled, before they ran or while they did.")
    aborted: int = strawberry.field(description="Items that the deadline ended before they ran.")
    invalid: int = strawberry.field(description="Lines that cannot run; see `invalidLines`.")

    @strawberry.field(description="Items that ended and were deleted since; they count above as they ended.")
    async def deleted(self, info: Info) -> int:
        return await info.context.loaders.deleted_items.load(self.row.id)

    @strawberry.field(description="Items that run now.")
    async def running(self, info: Info) -> int:
        if self.row.completed_at is not None:
            return 0
        return min(await info.context.loaders.running_items.load(self.row.id), counts_of(self.row).live)

    @strawberry.field(description="Items that wait or run, those included that are not predictions yet.")
    def live(self) -> int:
        return counts_of(self.row).live

    @classmethod
    def of(cls, row: tables.Batch) -> BatchCounts:
        counts = counts_of(row)
        return cls(
            row=row,
            total=counts.total,
            succeeded=counts.succeeded,
            failed=counts.failed,
            canceled=counts.canceled,
            aborted=counts.aborted,
            invalid=counts.invalid,
        )


@strawberry.type(description="A line of a batch's input that cannot run.")
class BatchLine(Node):
    index: int = strawberry.field(description="Place in the input, from 0.")
    line: int = strawberry.field(description="Number of the line, from 1.")
    violations: list[Violation] = strawberry.field(description="What is wrong with it; at most the first 10 rules.")

    @classmethod
    def of(cls, row: tables.BatchLine) -> BatchLine:
        violations = [Violation(path=v["path"], message=v["message"], code=v["code"]) for v in row.violations]
        return cls(
            id=global_id("BatchLine", row.id), index=row.batch_index, line=row.batch_index + 1, violations=violations
        )


@strawberry.type(description="The message about the end of a batch.")
class BatchWebhook:
    url: str = strawberry.field(description="URL that it is sent to.")
    status: BatchWebhookState = strawberry.field(description="Status of the message.")
    attempts: list[WebhookAttempt] = strawberry.field(description="The newest 20 attempts, oldest first.")
    next_attempt_at: datetime | None = strawberry.field(description="Time of the next attempt; null if there is none.")

    @classmethod
    def of(cls, row: tables.BatchWebhook) -> BatchWebhook:
        state = BatchWebhookState(row.state)
        return cls(
            url=row.url,
            status=state,
            attempts=[WebhookAttempt.of(record) for record in row.attempts],
            next_attempt_at=row.next_at if state is BatchWebhookState.PENDING else None,
        )


@strawberry.type(description="Many predictions of one version that were asked for together: its items.")
class Batch(Node):
    row: strawberry.Private[tables.Batch]

    status: BatchStatus = strawberry.field(description="Current status.")
    counts: BatchCounts = strawberry.field(description="Its items by what became of them.")
    all_or_nothing: bool = strawberry.field(description="Whether nothing runs where a line is invalid.")
    priority: Priority = strawberry.field(description="Place of its items among the predictions of its user.")
    max_concurrency: int | None = strawberry.field(description="How many items wait or run at a time, if limited.")
    note: str | None = strawberry.field(description="What it waits for where no more items are made of its input now.")
    reason: str | None = strawberry.field(description="Why it failed; null if it did not.")
    metadata: JSON | None = strawberry.field(description="What was given as `metadata`.")
    data_removed: bool = strawberry.field(
        description="Whether its invalid lines and metadata have been removed, as this server does after a time."
    )
    cancel_requested_at: datetime | None = strawberry.field(description="Time of a cancel request; null without one.")
    created_at: datetime = strawberry.field(description="Time when it was accepted.")
    updated_at: datetime = strawberry.field(description="Time of its last change.")
    completed_at: datetime | None = strawberry.field(description="Time when it ended.")
    deadline_at: datetime | None = strawberry.field(description="Its deadline, if it has one.")

    @strawberry.field(description="Model that its items run.")
    async def model(self, info: Info) -> Model:
        return await Model.load(info, self.row.model_id)

    @strawberry.field(description="Version that its items run.")
    async def version(self, info: Info) -> ModelVersion:
        row = await info.context.loaders.versions.load(self.row.version_id)
        if row is None:
            raise LookupError(f"version {self.row.version_id}")
        return ModelVersion.of(row)

    @strawberry.field(description="User who created it.")
    async def user(self, info: Info) -> User | None:
        row = await info.context.loaders.users.load(self.row.user_id)
        return User.of(row) if row else None

    @strawberry.field(description="Its items that are predictions by now, in the order of the input.")
    async def items(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        status: Annotated[
            list[PredictionStatus] | None, strawberry.argument(description="Any of these statuses.")
        ] = None,
    ) -> Connection[Prediction]:
        query = predictions.of_batch(self.row.id, status)
        return await connection(query, Prediction.of, first, after, last, before, BY_PLACE)

    @strawberry.field(description="Lines of its input that cannot run, in their order.")
    async def invalid_lines(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[BatchLine]:
        query = batches.invalid_lines(self.row.id)
        return await connection(query, BatchLine.of, first, after, last, before, BY_PLACE)

    @strawberry.field(
        description="Signed, expiring URL of its results so far as JSON Lines, in the order of its input: items that "
        "have ended, and invalid lines."
    )
    def results(self, info: Info) -> str:
        return f"{info.context.base_url}{results_path(info.context.rt, self.row.id)}"

    @strawberry.field(
        description="What its items are charged that have ended, those included that were deleted; null where nothing "
        "cost anything when it was accepted."
    )
    async def cost(self, info: Info) -> CostSum | None:
        cost = await info.context.loaders.batch_costs.load(self.row.id)
        return CostSum(amount=Money(cost.amount), currency=cost.currency) if cost else None

    @strawberry.field(description="The message about its end; null if it has no webhook.")
    async def webhook(self, info: Info) -> BatchWebhook | None:
        row = await info.context.loaders.batch_webhooks.load(self.row.id)
        return BatchWebhook.of(row) if row else None

    @strawberry.field(description="Batch whose failed items it runs again; null if it is none, or you cannot see it.")
    async def retry_of(self, info: Info) -> Batch | None:
        row = await info.context.loaders.batches.load(self.row.retry_of) if self.row.retry_of else None
        return Batch.of(row) if row is not None and may_see(info.context.viewer, row) else None

    @classmethod
    def of(cls, row: tables.Batch) -> Batch:
        return cls(
            id=global_id("Batch", row.id),
            row=row,
            status=BatchStatus(row.status),
            counts=BatchCounts.of(row),
            all_or_nothing=row.all_or_nothing,
            priority=Priority(row.priority),
            max_concurrency=row.max_concurrency,
            note=row.note,
            reason=row.error,
            metadata=row.metadata,
            data_removed=row.data_removed,
            cancel_requested_at=row.cancel_requested_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
            completed_at=row.completed_at,
            deadline_at=row.deadline_at,
        )


@strawberry.input(description="A webhook of a batch, told once, of its end. Messages are signed as Standard Webhooks.")
class BatchWebhookInput:
    url: str = strawberry.field(description="URL with https:// or http://, a public host, and port 443 or 80.")


@strawberry.input(description="A batch to run: one model on many inputs, which are given here or as a file.")
class CreateBatchInput:
    model: str = strawberry.field(
        description="Model as `owner/name`; `owner/name:number` or `owner/name:alias` pins a version."
    )
    inputs: list[JSON] | None = strawberry.field(
        default=None, description="Inputs, each checked against the version's `inputSchema` before it runs."
    )
    upload: str | None = strawberry.field(
        default=None,
        description="In place of `inputs`: `upload:<id>` of a file of JSON Lines, one input a line, at most "
        "MAX_BATCH_ITEMS of them.",
    )
    all_or_nothing: bool = strawberry.field(
        default=False, description="Check all inputs first, and run none if one is invalid; else the valid ones run."
    )
    max_concurrency: int | None = strawberry.field(
        default=None, description="How many items wait or run at a time, at most; the server has a limit of its own."
    )
    priority: Priority = strawberry.field(
        default=Priority.NORMAL,
        description="Place of its items among your predictions; LOW leaves the way to what you ask for meanwhile.",
    )
    deadline_seconds: int | None = strawberry.field(
        default=None,
        description="Seconds until the deadline. Items that have not started by then are ABORTED; those that still "
        "run, FAILED.",
    )
    webhook: BatchWebhookInput | None = strawberry.field(
        default=None, description="Webhook to notify once, when the batch has ended."
    )
    metadata: JSON | None = strawberry.field(default=None, description="An object of your own, which is given back.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="Repeating the same request with the same key returns the same batch."
    )

    sticky_key: str | None = strawberry.field(
        default=None, description="As `stickyKey` of `CreatePredictionInput`; one version runs all items."
    )

    def new(self, base_url: str) -> NewBatch:
        return NewBatch(
            model=self.model,
            inputs=self.inputs,
            upload=self.upload,
            idempotency_key=self.idempotency_key,
            deadline_seconds=self.deadline_seconds,
            max_concurrency=self.max_concurrency,
            webhook_url=self.webhook.url if self.webhook else None,
            base_url=base_url,
            all_or_nothing=self.all_or_nothing,
            metadata=self.metadata,
            priority=self.priority,
            sticky_key=self.sticky_key,
        )


@strawberry.input(description="The batch to cancel.")
class CancelBatchInput:
    id: strawberry.ID = strawberry.field(description="Id of the batch.")


@strawberry.input(description="The batch whose failed items to run again.")
class RetryFailedBatchInput:
    id: strawberry.ID = strawberry.field(description="Id of the batch, which has ended.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="Repeating the same request with the same key returns the same new batch."
    )


@strawberry.input(description="The batch whose webhook to send again.")
class RedeliverBatchWebhookInput:
    id: strawberry.ID = strawberry.field(description="Id of the batch, which has ended.")


CreateBatchResult = Annotated[
    Batch | InvalidInput | NotFoundError | ForbiddenError | UnavailableError | ConflictError,
    strawberry.union("CreateBatchResult", description="Result of `createBatch`."),
]
RetryFailedBatchResult = Annotated[
    Batch | InvalidInput | NotFoundError | ForbiddenError | UnavailableError | ConflictError,
    strawberry.union("RetryFailedBatchResult", description="Result of `retryFailedBatch`."),
]
RedeliverBatchWebhookResult = Annotated[
    Batch | NotFoundError | ForbiddenError | ConflictError,
    strawberry.union("RedeliverBatchWebhookResult", description="Result of `redeliverBatchWebhook`."),
]
CancelBatchResult = Annotated[
    Batch | NotFoundError | ForbiddenError,
    strawberry.union("CancelBatchResult", description="Result of `cancelBatch`."),
]
