"""The rows of webhooks: whom to tell of a prediction, what was told, and the secrets that sign it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model as Row

from server.tables.indexes import LiveIndex
from server.tables.predictions import Prediction
from server.tables.users import User


class WebhookSecret(Row):
    """A signing secret of a user, sealed; one that was rotated away signs beside the new one until `expires_at`."""

    id = fields.UUIDField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="webhook_secrets", on_delete=fields.CASCADE
    )
    user_id: UUID
    sealed = fields.TextField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)

    class Meta:
        """Table options."""

        table = "webhook_secret"
        indexes = (("user_id", "created_at"),)


class Webhook(Row):
    """Whom to tell of one prediction.

    Whoever delivers holds its lease, so that what is told of one prediction goes in order; `attempt` is the fencing
    token of what it records. The receiver set `disabled_at` by answering 410. Of one that `is_rest` messages have the
    form of `/v1`.
    """

    prediction: fields.OneToOneRelation[Prediction] = fields.OneToOneField(
        "models.Prediction", related_name="webhook", on_delete=fields.CASCADE, primary_key=True
    )
    prediction_id: UUID
    user_id = fields.UUIDField()
    url = fields.TextField()
    base_url = fields.TextField()
    is_rest = fields.BooleanField(default=False)
    attempt = fields.IntField(default=0)
    lease_until = fields.DatetimeField(null=True)
    disabled_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "webhook"
        indexes = (("created_at",),)
        constraints = (
            CheckConstraint(name="webhook_lease", check="attempt >= 0 AND (lease_until IS NULL OR attempt > 0)"),
        )


class WebhookDelivery(Row):
    """What is to be told, or was: one row for each event of a prediction.

    OUTPUT and LOGS come again and again in their row: `noted` counts the reasons, `sent` the messages. `tries` counts
    those since the delivery was last asked for; `attempts` are the newest ones.
    """

    id = fields.UUIDField(primary_key=True)
    prediction: fields.ForeignKeyRelation[Prediction] = fields.ForeignKeyField(
        "models.Prediction", related_name="webhook_deliveries", on_delete=fields.CASCADE
    )
    prediction_id: UUID
    user_id = fields.UUIDField()
    event = fields.CharField(max_length=10)
    state = fields.CharField(max_length=10)
    noted = fields.IntField()
    sent = fields.IntField()
    tries = fields.IntField()
    attempts: Any = fields.JSONField()
    next_at = fields.DatetimeField()
    last_try_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "webhook_delivery"
        unique_together = (("prediction_id", "event"),)
        indexes = (
            ("user_id", "created_at", "id"),
            LiveIndex(fields=("next_at",), name="webhook_delivery_due", where="state = 'pending'"),
            LiveIndex(fields=("updated_at",), name="webhook_delivery_done", where="state <> 'pending'"),
        )
        constraints = (
            CheckConstraint(
                name="webhook_delivery_state",
                check="state IN ('pending', 'delivered', 'failed', 'disabled', 'skipped')",
            ),
            CheckConstraint(
                name="webhook_delivery_counts", check="noted > 0 AND sent >= 0 AND tries >= 0 AND tries <= sent"
            ),
        )
