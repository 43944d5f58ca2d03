"""The rows of roll-ups: what ended, added up by hours and days, so that no report reads all predictions."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model as Row

NONE = "00000000-0000-0000-0000-000000000000"
"""In a key where there is none: no two nulls are equal."""


class RollUp(Row):
    """The one row that says until when the lines of the ledger are in the roll-ups; whoever adds to these locks it."""

    id = fields.SmallIntField(primary_key=True, generated=False)
    until = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "roll_up"


class VersionPeriod(Row):
    """What became of the predictions of a version that ended in an hour, or in a day (UTC).

    `shared` took the result of an equal one, however they ended; the others are counted by their ends. `buckets` and
    `counts` are the histograms of what succeeded, one of each measure, side by side (`server.domain.histograms`).
    """

    id = fields.UUIDField(primary_key=True)
    version_id = fields.UUIDField()
    begin = fields.DatetimeField()
    is_day = fields.BooleanField()
    succeeded = fields.IntField()
    failed = fields.IntField()
    canceled = fields.IntField()
    aborted = fields.IntField()
    shared = fields.IntField()
    buckets: Any = ArrayField(element_type="int")
    counts: Any = ArrayField(element_type="int")

    class Meta:
        """Table options."""

        table = "version_period"
        unique_together = (("version_id", "is_day", "begin"),)
        indexes = (("begin",),)


class ExperimentSum(Row):
    """What became of the predictions that an experiment gave a version, of those that are charged in one currency.

    The currency is empty for what is charged nothing. `amount` is what those are charged that succeeded or failed. The
    others are as in VersionPeriod.
    """

    id = fields.UUIDField(primary_key=True)
    experiment_id = fields.UUIDField()
    version_id = fields.UUIDField()
    currency = fields.CharField(max_length=3)
    succeeded = fields.IntField()
    failed = fields.IntField()
    canceled = fields.IntField()
    aborted = fields.IntField()
    shared = fields.IntField()
    amount = fields.DecimalField(max_digits=30, decimal_places=12)
    buckets: Any = ArrayField(element_type="int")
    counts: Any = ArrayField(element_type="int")

    class Meta:
        """Table options."""

        table = "experiment_sum"
        unique_together = (("experiment_id", "version_id", "currency"),)


class UsageDay(Row):
    """The ledger by days (UTC): lines of an owner by model, API key (NONE, without) and currency (empty, without)."""

    id = fields.UUIDField(primary_key=True)
    owner = fields.CharField(max_length=80)
    day = fields.DateField()
    model_id = fields.UUIDField()
    key_id = fields.UUIDField()
    currency = fields.CharField(max_length=3)
    predictions = fields.BigIntField()
    seconds = fields.DecimalField(max_digits=30, decimal_places=6)
    input_tokens = fields.BigIntField()
    output_tokens = fields.BigIntField()
    amount = fields.DecimalField(max_digits=30, decimal_places=12)

    class Meta:
        """Table options."""

        table = "usage_day"
        unique_together = (("owner", "day", "model_id", "key_id", "currency"),)
        indexes = (("day",),)
