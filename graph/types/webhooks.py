"""Webhooks: what is told to whom, and the secret that signs it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graph.context import Info
from graph.types.enums import WebhookDeliveryStatus, WebhookEvent
from graph.types.errors import ConflictError, ForbiddenError, NotFoundError
from graph.types.ids import global_id
from graph.types.node import Node, PageInfo
from server import tables
from server.adapters.pagination import Page, encode_cursor
from server.domain.webhooks import NewWebhook
from server.services.webhooks import Rotation

if TYPE_CHECKING:
    from graph.types.predictions import Prediction


@strawberry.input(description="Whom to tell of a prediction: signed in Standard Webhooks' way, never redirected.")
class WebhookInput:
    """Whom to tell of a prediction."""

    url: str = strawberry.field(description="https:// or http://, a public host, port 443 or 80.")
    events: list[WebhookEvent] = strawberry.field(
        default_factory=lambda: [WebhookEvent.COMPLETED], description="What to tell; at least one."
    )

    def new(self, base_url: str) -> NewWebhook:
        """The domain's value."""
        return NewWebhook(self.url, tuple(self.events), base_url)


@strawberry.type(description="One message that was sent, or was to be.")
class WebhookAttempt:
    """One message that was sent, or was to be."""

    webhook_id: str = strawberry.field(description="What its `webhook-id` header said; the same over retries.")
    at: datetime = strawberry.field(description="When it began.")
    milliseconds: int = strawberry.field(description="How long it took.")
    status_code: int | None = strawberry.field(description="The receiver's answer; null where none came.")
    body: str | None = strawberry.field(description="The first kB of the answer.")
    error: str | None = strawberry.field(description="Why no answer came.")

    @classmethod
    def of(cls, record: dict[str, Any]) -> WebhookAttempt:
        """The type of a row's record."""
        return cls(
            webhook_id=record["id"],
            at=datetime.fromisoformat(record["at"]),
            milliseconds=record["milliseconds"],
            status_code=record["code"],
            body=record["body"],
            error=record["error"],
        )


@strawberry.type(description="What is told of one event of a prediction; one each.")
class WebhookDelivery(Node):
    """What is told of one event of a prediction."""

    row: strawberry.Private[tables.WebhookDelivery]

    event: WebhookEvent = strawberry.field(description="What happened.")
    status: WebhookDeliveryStatus = strawberry.field(description="Where it stands.")
    attempts: list[WebhookAttempt] = strawberry.field(description="The newest 20 messages, oldest first.")
    next_attempt_at: datetime | None = strawberry.field(description="When it is tried next; null where it is not.")
    created_at: datetime = strawberry.field(description="When it happened first.")

    @strawberry.field(description="Where it goes.")
    async def url(self, info: Info) -> str:
        """The receiver."""
        return await info.context.loaders.webhook_urls.load(self.row.prediction_id) or ""

    @strawberry.field(description="The prediction that it tells of.")
    async def prediction(self, info: Info) -> Annotated[Prediction, strawberry.lazy("graph.types.predictions")]:
        """The prediction."""
        from graph.types.predictions import Prediction

        row = await info.context.loaders.predictions.load(self.row.prediction_id)
        if row is None:
            raise LookupError(f"prediction {self.row.prediction_id}")
        return Prediction.of(row)

    @classmethod
    def of(cls, row: tables.WebhookDelivery) -> WebhookDelivery:
        """The type of a row."""
        status = WebhookDeliveryStatus(row.state)
        return cls(
            id=global_id("WebhookDelivery", row.id),
            row=row,
            event=WebhookEvent(row.event),
            status=status,
            attempts=[WebhookAttempt.of(record) for record in row.attempts],
            next_attempt_at=row.next_at if status is WebhookDeliveryStatus.PENDING else None,
            created_at=row.created_at,
        )


@strawberry.type(description="One item of a list of deliveries.")
class WebhookDeliveryEdge:
    """One item of a list of deliveries."""

    cursor: str = strawberry.field(description="Its place in the list.")
    node: WebhookDelivery = strawberry.field(description="The delivery.")


@strawberry.type(description="A page of deliveries, newest first.")
class WebhookDeliveryConnection:
    """A page of deliveries."""

    page: strawberry.Private[Page[tables.WebhookDelivery]]

    @strawberry.field(description="The items with their cursors.")
    def edges(self) -> list[WebhookDeliveryEdge]:
        """Items with cursors."""
        return [
            WebhookDeliveryEdge(cursor=encode_cursor(row.created_at, row.id), node=WebhookDelivery.of(row))
            for row in self.page.rows
        ]

    @strawberry.field(description="The items.")
    def nodes(self) -> list[WebhookDelivery]:
        """Items."""
        return [WebhookDelivery.of(row) for row in self.page.rows]

    @strawberry.field(description="Where this page lies.")
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return PageInfo.of(self.page)

    @strawberry.field(description="How many items the whole list has; counted only when selected.")
    async def total_count(self) -> int:
        """Items of the whole list."""
        return await self.page.query.count()


@strawberry.type(description="A new signing secret.")
class WebhookSecretRotation:
    """A new signing secret."""

    secret: str = strawberry.field(description="`whsec_...`: verify with this one from now on.")
    previous_until: datetime | None = strawberry.field(
        description="Until then the secrets before it sign beside it; null where there were none."
    )

    @classmethod
    def of(cls, rotation: Rotation) -> WebhookSecretRotation:
        """The type of a service's rotation."""
        return cls(secret=rotation.secret, previous_until=rotation.previous_until)


@strawberry.input(description="The delivery to send again.")
class RedeliverWebhookInput:
    """The delivery to send again."""

    id: strawberry.ID = strawberry.field(description="Its id.")


RotateWebhookSecretResult = Annotated[
    WebhookSecretRotation | ConflictError | ForbiddenError,
    strawberry.union("RotateWebhookSecretResult", description="What rotating the secret ends in."),
]
RedeliverWebhookResult = Annotated[
    WebhookDelivery | NotFoundError | ForbiddenError,
    strawberry.union("RedeliverWebhookResult", description="What asking for a delivery again ends in."),
]
