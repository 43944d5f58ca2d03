"""The rows of input files that users put into storage."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.models import Model as Row

from server.tables.predictions import Prediction


class Upload(Row):
    """One input file of one owner; it can be used once `completed_at` is set, and until `expires_at`.

    `name` is what its user calls it, and `purpose` what it is for, where they said so.
    `stored_bytes` is its part in what its owner has stored (`StoredBytes`); null: that of an older release was not
    counted.
    """

    id = fields.UUIDField(primary_key=True)
    owner = fields.CharField(max_length=80)
    key = fields.CharField(max_length=200)
    content_type = fields.CharField(max_length=100)
    size_bytes = fields.BigIntField()
    stored_bytes = fields.BigIntField(null=True)
    name = fields.CharField(max_length=255, null=True)
    purpose = fields.CharField(max_length=20, null=True)
    sha256 = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField()
    completed_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "upload"
        indexes = (("expires_at",), ("owner", "created_at"))


class UploadUse(Row):
    """A prediction that names an upload, whose file stays until that prediction has ended."""

    id = fields.UUIDField(primary_key=True)
    upload: fields.ForeignKeyRelation[Upload] = fields.ForeignKeyField(
        "models.Upload", related_name="uses", on_delete=fields.CASCADE
    )
    upload_id: UUID
    prediction: fields.ForeignKeyRelation[Prediction] = fields.ForeignKeyField(
        "models.Prediction", related_name="upload_uses", on_delete=fields.CASCADE
    )
    prediction_id: UUID

    class Meta:
        """Table options."""

        table = "upload_use"
        indexes = (("upload_id",), ("prediction_id",))
