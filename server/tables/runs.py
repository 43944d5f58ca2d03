"""How far the runs of models have been counted."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model as Row


class RunCount(Row):
    """The one row that says until when predictions are in their models' `runs`, and in their versions' seconds."""

    id = fields.SmallIntField(primary_key=True, generated=False)
    counted_until = fields.DatetimeField()
    measured_until = fields.DatetimeField(null=True)

    class Meta:
        """Table options."""

        table = "run_count"
