"""The user row."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model as Row
from uuid6 import uuid7


class User(Row):
    """Somebody who can own models and predictions; without a password hash nobody can log in as it."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    handle = fields.CharField(max_length=40, unique=True)
    email = fields.CharField(max_length=254, unique=True)
    password_hash = fields.TextField(null=True)
    is_admin = fields.BooleanField(default=False)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Table options."""

        table = "user"
