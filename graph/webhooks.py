"""Resolvers of webhooks."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.ids import parse_id
from graph.types.webhooks import (
    RedeliverWebhookInput,
    RedeliverWebhookResult,
    RotateWebhookSecretResult,
    WebhookDelivery,
    WebhookSecretRotation,
)
from server.services import webhooks


@strawberry.type
class WebhookMutation:
    """Mutations of webhooks."""

    @strawberry.mutation(description="Make a new secret for your webhooks; the old one signs beside it for a day.")
    async def rotate_webhook_secret(self, info: Info) -> RotateWebhookSecretResult:
        """Make a new secret."""
        return WebhookSecretRotation.of(await webhooks.rotate_secret(info.context.rt, info.context.viewer))

    @strawberry.mutation(description="Send a delivery again now; COMPLETED with its whole schedule of retries.")
    async def redeliver_webhook(
        self,
        info: Info,
        input: Annotated[RedeliverWebhookInput, strawberry.argument(description="Which one.")],  # noqa: A002
    ) -> RedeliverWebhookResult:
        """Send a delivery again."""
        context = info.context
        delivery_id = parse_id(input.id, "WebhookDelivery")
        return WebhookDelivery.of(await webhooks.redeliver(context.rt, context.viewer, delivery_id))
