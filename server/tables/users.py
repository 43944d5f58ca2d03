"""The user row."""

from __future__ import annotations

from tortoise import fields
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
