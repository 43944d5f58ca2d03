"""The row of another name for a model."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.models import Model as Row
from uuid6 import uuid7

from server.tables.users import User


class ModelAlias(Row):
    """What a user calls a model, `owner/name` or `owner/name:version`, which may be gone or hidden by now."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="model_aliases", on_delete=fields.CASCADE
    )
    user_id: UUID
    name = fields.CharField(max_length=100)
    slug = fields.CharField(max_length=160)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        """Table options."""

        table = "model_alias"
        unique_together = (("user_id", "name"),)
