"""Webhooks, their deliveries, and the secret that signs them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graph.context import Info
from graph.types.enums import WebhookDeliveryStatus, WebhookEvent
from graph.types.errors import ConflictError, ForbiddenError, NotFoundError
from graph.types.ids import global_id
from graph.types.node import Node
from server import tables
from server.domain.webhooks import NewWebhook
from server.services.webhooks import SecretRotation

if TYPE_CHECKING:
    from graph.types.predictions import Prediction


@strawberry.input(
    description="A webhook of a prediction. Messages are signed as Standard Webhooks; redirects are not followed."
)
class WebhookInput:
    url: str = strawberry.field(description="URL with https:// or http://, a public host, and port 443 or 80.")
    events: list[WebhookEvent] = strawberry.field(
        default_factory=lambda: [WebhookEvent.COMPLETED], description="Events to send; at least one."
    )

    def new(self, base_url: str) -> NewWebhook:
        return NewWebhook(self.url, tuple(self.events), base_url)


@strawberry.type(description="One attempt to send a delivery.")
class WebhookAttempt:
    webhook_id: str = strawberry.field(description="Value of the header `webhook-id`; the same for all retries.")
    at: datetime = strawberry.field(description="Time when it started.")
    milliseconds: int = strawberry.field(description="Duration in milliseconds.")
    status_code: int | None = strawberry.field(description="HTTP status of the response; null if none came.")
    body: str | None = strawberry.field(description="First kilobyte of the response.")
    error: str | None = strawberry.field(description="Why no response came.")

    @classmethod
    def of(cls, record: dict[str, Any]) -> WebhookAttempt:
        return cls(
            webhook_id=record["id"],
            at=datetime.fromisoformat(record["at"]),
            milliseconds=record["milliseconds"],
            status_code=record["code"],
            body=record["body"],
            error=record["error"],
        )


@strawberry.type(description="Delivery of one kind of event of a prediction to its webhook.")
class WebhookDelivery(Node):
    row: strawberry.Private[tables.WebhookDelivery]

    event: WebhookEvent = strawberry.field(description="Event that is delivered.")
    status: WebhookDeliveryStatus = strawberry.field(description="Status of the delivery.")
    attempts: list[WebhookAttempt] = strawberry.field(description="The newest 20 attempts, oldest first.")
    next_attempt_at: datetime | None = strawberry.field(description="Time of the next attempt; null if there is none.")
    created_at: datetime = strawberry.field(description="Time when the event first happened.")

    @strawberry.field(description="URL that it is sent to.")
    async def url(self, info: Info) -> str:
        return await info.context.loaders.webhook_urls.load(self.row.prediction_id) or ""

    @strawberry.field(description="Prediction that the event belongs to.")
    async def prediction(self, info: Info) -> Annotated[Prediction, strawberry.lazy("graph.types.predictions")]:
        from graph.types.predictions import Prediction

        row = await info.context.loaders.predictions.load(self.row.prediction_id)
        if row is None:
            raise LookupError(f"prediction {self.row.prediction_id}")
        return Prediction.of(row)

    @classmethod
    def of(cls, row: tables.WebhookDelivery) -> WebhookDelivery:
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


@strawberry.type(description="A new webhook secret.")
class WebhookSecretRotation:
    secret: str = strawberry.field(description="The new secret, `whsec_...`: verify signatures with it from now on.")
    previous_until: datetime | None = strawberry.field(
        description="Time until which the previous secrets sign too; null if there were none."
    )

    @classmethod
    def of(cls, rotation: SecretRotation) -> WebhookSecretRotation:
        return cls(secret=rotation.secret, previous_until=rotation.previous_until)


@strawberry.input(description="The delivery to send again.")
class RedeliverWebhookInput:
    id: strawberry.ID = strawberry.field(description="Id of the delivery.")


RotateWebhookSecretResult = Annotated[
    WebhookSecretRotation | ConflictError | ForbiddenError,
    strawberry.union("RotateWebhookSecretResult", description="Result of `rotateWebhookSecret`."),
]
RedeliverWebhookResult = Annotated[
    WebhookDelivery | NotFoundError | ForbiddenError,
    strawberry.union("RedeliverWebhookResult", description="Result of `redeliverWebhook`."),
]
