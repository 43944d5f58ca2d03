"""Resolvers of webhooks."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.webhooks import (
    RedeliverWebhookInput,
    RedeliverWebhookResult,
    RotateWebhookSecretResult,
    WebhookDelivery,
    WebhookSecretRotation,
)
from server.domain.ids import parse_id
from server.services import webhooks


@strawberry.type
class WebhookMutation:
    @strawberry.mutation(description="Create a new secret for your webhooks; for one more day the old one signs too.")
    async def rotate_webhook_secret(self, info: Info) -> RotateWebhookSecretResult:
        return WebhookSecretRotation.of(await webhooks.rotate_secret(info.context.rt, info.context.viewer))

    @strawberry.mutation(
        description="Send a delivery again now; COMPLETED is retried as often as at first. Too many in a minute are "
        "RATE_LIMITED."
    )
    async def redeliver_webhook(
        self,
        info: Info,
        input: Annotated[RedeliverWebhookInput, strawberry.argument(description="The delivery to send again.")],  # noqa: A002
    ) -> RedeliverWebhookResult:
        context = info.context
        delivery_id = parse_id(input.id, "WebhookDelivery")
        return WebhookDelivery.of(await webhooks.redeliver(context.rt, context.viewer, delivery_id))
