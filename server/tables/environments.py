"""The rows of what predictions ran with."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model as Row


class RunEnvironment(Row):
    """A device and the software on it, written once for all predictions that ran so (`server.domain.lineage`)."""

    id = fields.UUIDField(primary_key=True)
    facts: Any = fields.JSONField()
    created_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "run_environment"
