"""The rows of experiments: the experiment, what predictions brought with its sums, and whom to tell of its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model as Row

from server.tables.indexes import LiveIndex, UniqueLiveIndex
from server.tables.models import Model
from server.tables.predictions import Prediction


class Experiment(Row):
    """Traffic of a model that was divided among versions for a while; one of a model runs at most.

    `shares` are as in the model's `traffic`; `baseline` is the version that the others are compared with, and that a
    guardrail returns to. `counts` are what its guardrail has counted of each version, of what ended before
    `counted_until`. `breach` is what a guardrail saw when it ended the experiment.
    """

    id = fields.UUIDField(primary_key=True)
    model: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "models.Model", related_name="experiments", on_delete=fields.CASCADE
    )
    model_id: UUID
    name = fields.CharField(max_length=100)
    shares: Any = fields.JSONField()
    baseline = fields.UUIDField()
    max_error_rate = fields.FloatField(null=True)
    max_p95_seconds = fields.FloatField(null=True)
    counts: Any = fields.JSONField(default=dict)
    counted_until = fields.DatetimeField(null=True)
    breach: Any = fields.JSONField(null=True)
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    end_reason = fields.CharField(max_length=10, null=True)

    class Meta:
        """Table options."""

        table = "experiment"
        indexes = (
            ("model_id", "created_at", "id"),
            UniqueLiveIndex(fields=("model_id",), name="experiment_live", where="ended_at IS NULL"),
        )
        constraints = (
            CheckConstraint(
                name="experiment_ended",
                check="(ended_at IS NULL) = (end_reason IS NULL) AND (end_reason IS NULL OR end_reason IN"
                " ('STOPPED', 'REPLACED', 'GUARDRAIL')) AND (breach IS NULL OR end_reason = 'GUARDRAIL')",
            ),
            CheckConstraint(
                name="experiment_limits",
                check="(max_error_rate IS NULL OR (max_error_rate > 0 AND max_error_rate < 1))"
                " AND (max_p95_seconds IS NULL OR max_p95_seconds > 0)",
            ),
        )


class ExperimentWebhook(Row):
    """Whom to tell that a guardrail ended an experiment: the receiver, and the one message with its tries.

    Whoever delivers holds its lease; `attempt` is the fencing token of what it records. `attempts` are the newest ones.
    It is signed with the secrets of `user_id`.
    """

    experiment: fields.OneToOneRelation[Experiment] = fields.OneToOneField(
        "models.Experiment", related_name="webhook", on_delete=fields.CASCADE, primary_key=True
    )
    experiment_id: UUID
    user_id = fields.UUIDField()
    url = fields.TextField()
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

        table = "experiment_webhook"
        indexes = (LiveIndex(fields=("next_at",), name="experiment_webhook_due", where="state = 'pending'"),)
        constraints = (
            CheckConstraint(
                name="experiment_webhook_state",
                check="state IN ('waiting', 'pending', 'delivered', 'failed', 'disabled')"
                " AND (state <> 'pending' OR next_at IS NOT NULL)",
            ),
        )


class Outcome(Row):
    """What came of a prediction, by a name: a thumb, a sale, a score. There is one of each name, the newest.

    A trigger keeps OutcomeSum, whatever writes here (migrations/models/44_*).
    """

    id = fields.UUIDField(primary_key=True)
    prediction: fields.ForeignKeyRelation[Prediction] = fields.ForeignKeyField(
        "models.Prediction", related_name="outcomes", on_delete=fields.CASCADE
    )
    prediction_id: UUID
    name = fields.CharField(max_length=64)
    value = fields.FloatField()
    experiment_id = fields.UUIDField(null=True)
    version_id = fields.UUIDField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "outcome"
        unique_together = (("prediction_id", "name"),)
        indexes = (LiveIndex(fields=("experiment_id",), name="outcome_experiment", where="experiment_id IS NOT NULL"),)


class OutcomeSum(Row):
    """Outcomes of one name that came of a version of an experiment, added up, those of deleted predictions too.

    In `part`s by the predictions' ids, so that few wait for each other. Of `entries` values `hits` are 1, and
    `binaries` 0 or 1. `total` is their sum and `squares` that of their squares, both exact: a float near 0 may have
    324 decimals.
    """

    id = fields.UUIDField(primary_key=True)
    experiment_id = fields.UUIDField()
    name = fields.CharField(max_length=64)
    version_id = fields.UUIDField()
    part = fields.SmallIntField()
    entries = fields.BigIntField()
    hits = fields.BigIntField()
    binaries = fields.BigIntField()
    total = fields.DecimalField(max_digits=1000, decimal_places=648)
    squares = fields.DecimalField(max_digits=1000, decimal_places=648)

    class Meta:
        """Table options."""

        table = "outcome_sum"
        unique_together = (("experiment_id", "name", "version_id", "part"),)
