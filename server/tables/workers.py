"""The rows of workers and of what they can run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model as Row
from uuid6 import uuid7

from server.tables.models import Version

ALIVE_SECONDS = 45
"""A worker whose last heartbeat is older counts as gone."""


class Predictor(Row):
    """The catalogue: code that runs models, as the workers announced it; the API validates against its schemas."""

    name = fields.CharField(primary_key=True, max_length=64)
    kind = fields.CharField(max_length=20)
    input_schema: Any = fields.JSONField()
    output_schema: Any = fields.JSONField()
    digest = fields.CharField(max_length=80)
    last_seen = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "predictor"


class Worker(Row):
    """One worker process and its heartbeat.

    `versions` are the ids of the versions in its device's memory, `model_bytes` what they fill there, `budget_bytes`
    what they may fill; `total_bytes` and `free_bytes` are the device's own; `in_flight` the predictions it runs.
    `walls` are those around its models' process, each with the reason why it is missing, empty where it stands;
    `broken_predictors` the classes that could not be loaded, each with the reason; `disks` the room on the disks of
    its folders, by the setting of each; `capacity` how many predictions it runs at once: of each kind of queue
    (`slots`), and of a version of each predictor (`at_once`). One with `drained_at` claims nothing. Of the `versions`,
    those in `pinned` stay in memory; their models fill `pinned_bytes`.
    """

    id = fields.UUIDField(primary_key=True)
    host = fields.CharField(max_length=255)
    pid = fields.IntField()
    device = fields.CharField(max_length=64)
    started_at = fields.DatetimeField()
    last_seen = fields.DatetimeField()
    device_name = fields.CharField(max_length=200, default="")
    total_bytes = fields.BigIntField(null=True)
    free_bytes = fields.BigIntField(null=True)
    model_bytes = fields.BigIntField(default=0)
    budget_bytes = fields.BigIntField(null=True)
    versions: Any = fields.JSONField(default=list)
    in_flight = fields.IntField(default=0)
    evictions = fields.IntField(default=0)
    walls: Any = fields.JSONField(default=dict)
    broken_predictors: Any = fields.JSONField(default=dict)
    disks: Any = fields.JSONField(default=dict)
    drained_at = fields.DatetimeField(null=True)
    capacity: Any = fields.JSONField(default=dict)
    pinned: Any = fields.JSONField(default=list)
    pinned_bytes = fields.BigIntField(default=0)

    class Meta:
        """Table options."""

        table = "worker"


class MemoryRequest(Row):
    """What is asked of a worker's memory: a version loaded or unloaded. There is one of a version, the newest.

    `reason` is why it failed. It goes with its worker.
    """

    id = fields.UUIDField(primary_key=True, default=uuid7)
    worker: fields.ForeignKeyRelation[Worker] = fields.ForeignKeyField(
        "models.Worker", related_name="memory_requests", on_delete=fields.CASCADE
    )
    worker_id: UUID
    version: fields.ForeignKeyRelation[Version] = fields.ForeignKeyField(
        "models.Version", related_name="memory_requests", on_delete=fields.CASCADE
    )
    version_id: UUID
    action = fields.CharField(max_length=10)
    state = fields.CharField(max_length=10)
    reason = fields.TextField(null=True)
    requested_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        """Table options."""

        table = "memory_request"
        unique_together = (("worker_id", "version_id"),)
        indexes = (Index(fields=("version_id",), name="memory_request_version"),)
        constraints = (
            CheckConstraint(name="memory_request_action", check="action IN ('LOAD', 'UNLOAD')"),
            CheckConstraint(
                name="memory_request_state",
                check="state IN ('REQUESTED', 'RUNNING', 'SUCCEEDED', 'FAILED')"
                " AND (ended_at IS NOT NULL) = (state IN ('SUCCEEDED', 'FAILED'))"
                " AND (reason IS NOT NULL) = (state = 'FAILED')",
            ),
        )
