"""The user row."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model as Row
from uuid6 import uuid7

from server.tables.indexes import LiveIndex


class User(Row):
    """Somebody who can own models and predictions; without a password hash nobody can log in as it.

    Nobody signs in as one with `deactivated_at`. What is of one with `deleting_at` is being removed, and last the row.
    """

    id = fields.UUIDField(primary_key=True, default=uuid7)
    handle = fields.CharField(max_length=40, unique=True)
    email = fields.CharField(max_length=254, unique=True)
    password_hash = fields.TextField(null=True)
    is_admin = fields.BooleanField(default=False)
    created_at = fields.DatetimeField(auto_now_add=True)
    deactivated_at = fields.DatetimeField(null=True)
    deleting_at = fields.DatetimeField(null=True)

    class Meta:
        """Table options."""

        table = "user"
        indexes = (LiveIndex(fields=("deactivated_at",), name="user_deactivated", where="deactivated_at IS NOT NULL"),)


class UserLimit(Row):
    """What administrators set for one user; who has no row has a weight of 1 and the limits of the settings.

    `weight` is the user's part of busy workers. Of the others null is no limit: predictions that wait, that run, and
    that wait of one model.
    """

    user: fields.OneToOneRelation[User] = fields.OneToOneField(
        "models.User", related_name="limit", on_delete=fields.CASCADE, primary_key=True
    )
    user_id: UUID
    weight = fields.FloatField(default=1.0)
    most_waiting = fields.IntField(null=True)
    most_running = fields.IntField(null=True)
    most_waiting_per_model = fields.IntField(null=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        """Table options."""

        table = "user_limit"
        constraints = (
            CheckConstraint(
                name="user_limit_values",
                check="weight >= 0.01 AND weight <= 100 AND most_waiting >= 0 AND most_running >= 1"
                " AND most_waiting_per_model >= 0",
            ),
        )
