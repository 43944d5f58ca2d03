"""The row of an API key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model as Row
from uuid6 import uuid7

from server.tables.users import User


class ApiKey(Row):
    """A key of a user's, by its SHA-256; `prefix` is what of it may be shown. `last_used_at` is true to a minute."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="api_keys", on_delete=fields.CASCADE
    )
    user_id: UUID
    name = fields.CharField(max_length=80)
    prefix = fields.CharField(max_length=20)
    hash = fields.CharField(max_length=64, unique=True)
    scopes: Any = fields.JSONField()
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        """Table options."""

        table = "api_key"
        indexes = (("user_id", "created_at"),)
