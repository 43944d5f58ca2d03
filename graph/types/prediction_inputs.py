"""What mutations of predictions take."""

from __future__ import annotations

import strawberry
from strawberry.scalars import JSON

from graph.types.webhooks import WebhookInput
from server.domain import predictions as domain


@strawberry.input(description="A prediction to run.")
class CreatePredictionInput:
    """A prediction to run."""

    model: str = strawberry.field(description="owner/name, or owner/name:number to pin a version.")
    input: JSON = strawberry.field(description="Checked against the version's inputSchema.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key with the same request gives the same prediction, whatever is retried."
    )
    deadline_seconds: int | None = strawberry.field(
        default=None, description="Counts waiting too: ABORTED if it did not start by then, FAILED if it still runs."
    )
    wait: int | None = strawberry.field(
        default=None, description="0 to 60 seconds: answer when it has ended, or as it stands after that time."
    )

    webhook: WebhookInput | None = strawberry.field(
        default=None, description="Whom to tell of it; for signed-in users, whose secret signs."
    )
    use_cache: bool | None = strawberry.field(
        default=None,
        description="Share the result of an equal prediction that asks for it too: same version, input and seed.",
    )

    def new(self, base_url: str) -> domain.NewPrediction:
        """The domain's value."""
        webhook = self.webhook.new(base_url) if self.webhook else None
        limits = (self.idempotency_key, self.deadline_seconds)
        return domain.NewPrediction(self.model, self.input, *limits, webhook, use_cache=bool(self.use_cache))


@strawberry.input(description="The prediction to cancel.")
class CancelPredictionInput:
    """The prediction to cancel."""

    id: strawberry.ID = strawberry.field(description="Its id.")


@strawberry.input(description="The prediction to run again.")
class RetryPredictionInput:
    """The prediction to run again."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key with the same id gives the same new prediction, whatever is retried."
    )
