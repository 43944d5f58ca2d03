"""The rows of workers and of what they can run."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model as Row


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
    """One worker process and its heartbeat."""

    id = fields.UUIDField(primary_key=True)
    host = fields.CharField(max_length=255)
    pid = fields.IntField()
    device = fields.CharField(max_length=64)
    started_at = fields.DatetimeField()
    last_seen = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "worker"
