"""The rows of workers and of what they can run."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model as Row

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
    (`slots`), and of a version of each predictor (`at_once`). One with `drained_at` claims nothing.
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

    class Meta:
        """Table options."""

        table = "worker"
