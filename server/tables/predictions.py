"""The prediction row, which is also its place in a queue, and what it used."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model as Row

from server.tables.indexes import LiveIndex, UniqueLiveIndex
from server.tables.models import Model, Version
from server.tables.users import User

WAITING = "status = 'starting'"
LIVE = "status IN ('starting', 'processing')"
# What waits, what runs and both, told by other columns than those of any other index, so that there is one index alone
# for what is asked so. Of several PostgreSQL may take a wrong one while all are empty, and keeps to it when thousands
# wait, walking it from end to end
WAITING_OF_VERSION = "completed_at IS NULL AND lease_until IS NULL"
OLDEST_OF_VERSION = "completed_at IS NULL AND worker_id IS NULL"
LIVE_OF_SHARE = "completed_at IS NULL AND canceled_at IS NULL"
RUNNING = "completed_at IS NULL AND worker_id IS NOT NULL"
# The same of rows that are named by their ids, in words that no partial index is for: with those of one PostgreSQL may
# walk all that waits or runs for the sake of each, when it planned while that was little (rules below make them equal)
IS_WAITING = "coalesce(p.completed_at, p.lease_until) IS NULL"
IS_RUNNING = "p.lease_until IS NOT NULL"
ITEMS = "batch_id IS NOT NULL"
UNCOUNTED = "completed_at IS NOT NULL AND stored_bytes IS NULL AND NOT data_removed"
STATUSES = "'starting', 'processing', 'succeeded', 'failed', 'canceled', 'aborted'"


class Prediction(Row):
    """One run of a version.

    `attempt` is the fencing token: only the holder of the newest one may finish the row. `losses` counts the
    workers and runners that died while it ran in them alone. `rank` is ascending: smaller runs first
    (`server.queue.shares`). `owner` scopes idempotency keys, and `share` is who it counts for in fair shares: the
    user, or the network of a caller without an account. `priority` orders what one share has in a queue: 0 low, 1
    normal, 2 high. `alone` asks for a run without neighbours after a worker or runner died under it, but for those
    of its `suspect_group`: it is a half of what ran there. `outside_runner`: its worker said that the runner does
    not have it. `webhook_events` names what its webhook is told, if it has one. Equal `cache_key`s may share one
    result. `data_removed` rows have lost input, output, files and logs to the retention time. `traceparent` is the
    W3C trace context in which it was created. `stored_bytes` is its part in what its owner has stored
    (`StoredBytes`), null until that is counted. `lowest_before`, which is no column, is known of a row that was
    just inserted: the lowest priority that waited of its share. `retry_of` is the prediction that it runs again,
    perhaps with changes; `environment_id` what it ran with (`RunEnvironment`). An item of a batch has the batch's
    id, its place there from 0, and perhaps a name of the caller's, `batch_key`. `metadata` is an object of the
    caller's own. What came in the form of OpenAI's API has in `openai` what its input does not tell:
    `previous_response_id`, `background`, `parallel_tool_calls`. `experiment_id` is the experiment that chose the
    version; what pins one has none. `price_list_id` is the price list that it is charged by, and `key_id` the API key
    that it was asked for with. `starred`: its user marked it.
    """

    id = fields.UUIDField(primary_key=True)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="predictions", null=True, on_delete=fields.RESTRICT
    )
    user_id: UUID | None
    owner = fields.CharField(max_length=80)
    model: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "models.Model", related_name="predictions", on_delete=fields.RESTRICT
    )
    model_id: UUID
    version: fields.ForeignKeyRelation[Version] = fields.ForeignKeyField(
        "models.Version", related_name="predictions", on_delete=fields.RESTRICT
    )
    version_id: UUID
    queue = fields.CharField(max_length=20)
    rank = fields.IntField(default=0)
    share = fields.CharField(max_length=80, default="")
    priority = fields.SmallIntField(default=1)
    status = fields.CharField(max_length=10)
    input: Any = fields.JSONField()
    output: Any = fields.JSONField(null=True)
    files: Any = fields.JSONField(null=True)
    error_code = fields.CharField(max_length=24, null=True)
    error_message = fields.TextField(null=True)
    logs = fields.TextField(default="")
    metrics: Any = fields.JSONField(null=True)
    attempt = fields.IntField(default=0)
    losses = fields.IntField(default=0)
    alone = fields.BooleanField(default=False)
    suspect_group = fields.UUIDField(null=True)
    outside_runner = fields.BooleanField(default=False)
    worker_id = fields.UUIDField(null=True)
    lease_until = fields.DatetimeField(null=True)
    run_at = fields.DatetimeField()
    rung_at = fields.DatetimeField(null=True)
    deadline_at = fields.DatetimeField(null=True)
    cancel_requested_at = fields.DatetimeField(null=True)
    canceled_at = fields.DatetimeField(null=True)
    stop_seconds = fields.FloatField(null=True)
    idempotency_key = fields.CharField(max_length=200, null=True)
    request_hash = fields.CharField(max_length=64)
    webhook_events: Any = fields.JSONField(null=True)
    retry_of = fields.UUIDField(null=True)
    traceparent = fields.CharField(max_length=55, null=True)
    cache_key = fields.CharField(max_length=64, null=True)
    data_removed = fields.BooleanField(default=False)
    stored_bytes = fields.BigIntField(null=True)
    # No foreign key: each item would look for its batch, whose row is in use
    batch_id = fields.UUIDField(null=True)
    batch_index = fields.IntField(null=True)
    batch_key = fields.CharField(max_length=512, null=True)
    # No foreign key: each end would look for the row of all that ran so
    environment_id = fields.UUIDField(null=True)
    metadata: Any = fields.JSONField(null=True)
    openai: Any = fields.JSONField(null=True)
    # No foreign keys: each new row would look for them
    experiment_id = fields.UUIDField(null=True)
    price_list_id = fields.UUIDField(null=True)
    key_id = fields.UUIDField(null=True)
    starred = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    completed_at = fields.DatetimeField(null=True)
    lowest_before: int | None = None
    head_before: int | None = None

    class Meta:
        """Table options."""

        table = "prediction"
        unique_together = (("owner", "idempotency_key"),)
        indexes = (
            ("user_id", "created_at", "id"),
            Index(fields=("created_at", "id"), name="prediction_all"),
            LiveIndex(fields=("queue", "rank", "run_at"), name="prediction_claim", where="status = 'starting'"),
            LiveIndex(fields=("queue", "rung_at"), name="prediction_ring", where="status = 'starting'"),
            LiveIndex(fields=("owner",), name="prediction_waiting", where="status = 'starting'"),
            LiveIndex(fields=("version_id", "rank", "run_at"), name="prediction_version", where=WAITING_OF_VERSION),
            LiveIndex(
                fields=("queue", "rank", "run_at"), name="prediction_alone", where="status = 'starting' AND alone"
            ),
            LiveIndex(fields=("queue", "share", "rank"), name="prediction_share", where=LIVE_OF_SHARE),
            LiveIndex(fields=("version_id", "run_at"), name="prediction_oldest", where=OLDEST_OF_VERSION),
            LiveIndex(fields=("queue", "rank"), name="prediction_running", where=RUNNING),
            LiveIndex(fields=("lease_until",), name="prediction_lease", where="status = 'processing'"),
            LiveIndex(fields=("model_id",), name="prediction_live_model", where=LIVE),
            LiveIndex(fields=("deadline_at",), name="prediction_deadline", where=f"deadline_at IS NOT NULL AND {LIVE}"),
            LiveIndex(fields=("user_id", "updated_at", "id"), name="prediction_changes", where="user_id IS NOT NULL"),
            LiveIndex(fields=("cache_key", "completed_at"), name="prediction_cache", where="cache_key IS NOT NULL"),
            LiveIndex(fields=("completed_at",), name="prediction_kept", where="NOT data_removed"),
            LiveIndex(fields=("completed_at",), name="prediction_uncounted", where=UNCOUNTED),
            LiveIndex(
                fields=("completed_at",), name="prediction_anonymous", where="NOT data_removed AND user_id IS NULL"
            ),
            UniqueLiveIndex(fields=("batch_id", "batch_index"), name="prediction_batch", where=ITEMS),
            LiveIndex(fields=("batch_id", "status", "batch_index"), name="prediction_batch_status", where=ITEMS),
            LiveIndex(
                fields=("experiment_id", "completed_at"),
                name="prediction_experiment",
                where="experiment_id IS NOT NULL",
            ),
            LiveIndex(fields=("user_id", "created_at", "id"), name="prediction_starred", where="starred"),
        )
        # Aerich does not see these: a migration adds them by hand (migrations/rules.py), and a test compares
        constraints = (
            CheckConstraint(name="prediction_status", check=f"status IN ({STATUSES})"),
            CheckConstraint(name="prediction_ended", check=f"({LIVE}) = (completed_at IS NULL)"),
            CheckConstraint(name="prediction_lease", check="(status = 'processing') = (lease_until IS NOT NULL)"),
            # A row that has ended keeps the worker that finished it; one that somebody else ended has none
            CheckConstraint(
                name="prediction_worker",
                check="CASE status WHEN 'starting' THEN worker_id IS NULL WHEN 'processing' THEN"
                " worker_id IS NOT NULL AND attempt > 0 AND started_at IS NOT NULL ELSE true END",
            ),
            CheckConstraint(name="prediction_canceled", check="(status = 'canceled') = (canceled_at IS NOT NULL)"),
            CheckConstraint(name="prediction_error", check="error_code IS NULL OR status IN ('failed', 'aborted')"),
            CheckConstraint(name="prediction_counts", check="attempt >= 0 AND losses >= 0"),
            CheckConstraint(name="prediction_priority", check="priority BETWEEN 0 AND 2"),
        )


class Usage(Row):
    """The ledger of what predictions used: one line each, written in the statement that ends it.

    `amount` is what is charged in the currency of `charge`, which also has its lines; both are null where nothing is
    charged. `price_list_id` is the price list that the prediction was accepted by, null where nothing cost anything,
    and `key_id` the API key that it was asked for with, null without one.
    """

    prediction_id = fields.UUIDField(primary_key=True)
    owner = fields.CharField(max_length=80)
    predict_seconds = fields.FloatField()
    input_tokens = fields.IntField(default=0)
    output_tokens = fields.IntField(default=0)
    amount = fields.DecimalField(max_digits=30, decimal_places=12, null=True)
    charge: Any = fields.JSONField(null=True)
    price_list_id = fields.UUIDField(null=True)
    model_id = fields.UUIDField(null=True)
    key_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "usage"
        indexes = (
            Index(fields=("owner", "created_at"), name="usage_owner"),
            Index(fields=("created_at",), name="usage_all"),
        )
