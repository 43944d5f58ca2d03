"""The rows of batches: the batch, lines of its input that cannot run, and whom to tell of its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model as Row

from server.tables.indexes import LiveIndex
from server.tables.models import Model, Version
from server.tables.users import User

OPEN = "expanded_at IS NULL"
CANCELING = "cancel_requested_at IS NOT NULL AND completed_at IS NULL"


class Batch(Row):
    """Many predictions of one version, its items, which are made of its input a portion at a time.

    The input is `inputs`, the file of `upload_id`, or what failed in `retry_of`. `total` counts its lines, null
    until they were counted; `items` those that are predictions by now, and `ended` those of them that ended;
    `invalid` the lines that cannot run. `canceled` and `aborted` count the lines too that were never made
    predictions. `position` is where the next portion begins: the byte of a file, else the number of an input. With
    `all_or_nothing` all lines are checked before the first runs, and `is_checked` says that they were. Whoever
    makes predictions of it holds its lease, with `attempt` as the fencing token; `pause_until` is when there may be
    room for more, and `note` says what it waits for. Its predictions get its `priority`. No predictions are made of
    it once `expanded_at` is set. `endpoint` is the route of OpenAI's API whose requests its lines are.
    `experiment_id` is the experiment that chose the version for all of them, `price_list_id` the price list that they
    are charged by, and `key_id` the API key that it was asked for with.
    """

    id = fields.UUIDField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="batches", on_delete=fields.RESTRICT
    )
    user_id: UUID
    owner = fields.CharField(max_length=80)
    model: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "models.Model", related_name="batches", on_delete=fields.RESTRICT
    )
    model_id: UUID
    version: fields.ForeignKeyRelation[Version] = fields.ForeignKeyField(
        "models.Version", related_name="batches", on_delete=fields.RESTRICT
    )
    version_id: UUID
    queue = fields.CharField(max_length=20)
    status = fields.CharField(max_length=10)
    endpoint = fields.CharField(max_length=60, null=True)
    inputs: Any = fields.JSONField(null=True)
    upload_id = fields.UUIDField(null=True)
    retry_of = fields.UUIDField(null=True)
    all_or_nothing = fields.BooleanField(default=False)
    is_checked = fields.BooleanField(default=True)
    max_concurrency = fields.IntField(null=True)
    priority = fields.SmallIntField(default=1)
    deadline_at = fields.DatetimeField(null=True)
    metadata: Any = fields.JSONField(null=True)
    experiment_id = fields.UUIDField(null=True)
    price_list_id = fields.UUIDField(null=True)
    key_id = fields.UUIDField(null=True)
    total = fields.IntField(null=True)
    items = fields.IntField(default=0)
    ended = fields.IntField(default=0)
    succeeded = fields.IntField(default=0)
    failed = fields.IntField(default=0)
    canceled = fields.IntField(default=0)
    aborted = fields.IntField(default=0)
    amount = fields.DecimalField(max_digits=30, decimal_places=12, default=0)
    invalid = fields.IntField(default=0)
    position = fields.BigIntField(default=0)
    line = fields.IntField(default=0)
    attempt = fields.IntField(default=0)
    lease_until = fields.DatetimeField(null=True)
    claimed_at = fields.DatetimeField(null=True)
    pause_until = fields.DatetimeField(null=True)
    note = fields.TextField(null=True)
    error = fields.TextField(null=True)
    idempotency_key = fields.CharField(max_length=200, null=True)
    request_hash = fields.CharField(max_length=64)
    data_removed = fields.BooleanField(default=False)
    cancel_requested_at = fields.DatetimeField(null=True)
    expanded_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    completed_at = fields.DatetimeField(null=True)

    class Meta:
        """Table options."""

        table = "batch"
        unique_together = (("owner", "idempotency_key"),)
        indexes = (
            ("user_id", "created_at", "id"),
            LiveIndex(fields=("claimed_at",), name="batch_open", where=OPEN),
            LiveIndex(fields=("id",), name="batch_canceling", where=CANCELING),
            LiveIndex(fields=("user_id",), name="batch_live_user", where="completed_at IS NULL"),
            LiveIndex(fields=("upload_id",), name="batch_upload", where=f"upload_id IS NOT NULL AND {OPEN}"),
            LiveIndex(fields=("completed_at",), name="batch_kept", where="NOT data_removed"),
        )
        constraints = (
            CheckConstraint(
                name="batch_status", check="status IN ('starting', 'processing', 'completed', 'canceled', 'failed')"
            ),
            CheckConstraint(
                name="batch_ended",
                check="(status IN ('starting', 'processing')) = (completed_at IS NULL)"
                " AND (completed_at IS NULL OR (expanded_at IS NOT NULL AND ended = items))",
            ),
            CheckConstraint(
                name="batch_counts",
                check="ended BETWEEN 0 AND items AND items + invalid <= coalesce(total, 0)"
                " AND succeeded + failed + canceled + aborted + invalid <= coalesce(total, 0)",
            ),
        )


class BatchLine(Row):
    """A line of a batch's input that cannot run; `batch_index` is its place from 0, `violations` say what is wrong."""

    id = fields.UUIDField(primary_key=True)
    batch: fields.ForeignKeyRelation[Batch] = fields.ForeignKeyField(
        "models.Batch", related_name="invalid_lines", on_delete=fields.CASCADE
    )
    batch_id: UUID
    batch_index = fields.IntField()
    batch_key = fields.CharField(max_length=512, null=True)
    violations: Any = fields.JSONField()

    class Meta:
        """Table options."""

        table = "batch_line"
        unique_together = (("batch_id", "batch_index"),)


class BatchWebhook(Row):
    """Whom to tell of the end of a batch: the receiver, and the one message with its tries.

    Whoever delivers holds its lease; `attempt` is the fencing token of what it records. `attempts` are the newest ones.
    """

    batch: fields.OneToOneRelation[Batch] = fields.OneToOneField(
        "models.Batch", related_name="webhook", on_delete=fields.CASCADE, primary_key=True
    )
    batch_id: UUID
    user_id = fields.UUIDField()
    url = fields.TextField()
    base_url = fields.TextField()
    state = fields.CharField(max_length=10)
    tries = fields.IntField(default=0)
    attempts: Any = fields.JSONField()
    next_at = fields.DatetimeField(null=True)
    attempt = fields.IntField(default=0)
    lease_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "batch_webhook"
        indexes = (LiveIndex(fields=("next_at",), name="batch_webhook_due", where="state = 'pending'"),)
        constraints = (
            CheckConstraint(
                name="batch_webhook_state",
                check="state IN ('waiting', 'pending', 'delivered', 'failed', 'disabled')"
                " AND (state <> 'pending' OR next_at IS NOT NULL)",
            ),
        )
