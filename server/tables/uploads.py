"""The rows of input files that users put into storage."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model as Row


class Upload(Row):
    """One input file of one owner; it can be used once `completed_at` is set, and until `expires_at`."""

    id = fields.UUIDField(primary_key=True)
    owner = fields.CharField(max_length=80)
    key = fields.CharField(max_length=200)
    content_type = fields.CharField(max_length=100)
    size_bytes = fields.BigIntField()
    sha256 = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField()
    completed_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "upload"
        indexes = (("expires_at",), ("owner", "created_at"))
