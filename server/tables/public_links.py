"""Public links of predictions."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.models import Model as Row

from server.tables.predictions import Prediction


class PublicLink(Row):
    """That the user of a prediction lets everybody read its output who has `token`, which cannot be guessed.

    `shows_input`: its input too, but for secrets and files.
    """

    prediction: fields.OneToOneRelation[Prediction] = fields.OneToOneField(
        "models.Prediction", related_name="public_link", on_delete=fields.CASCADE, primary_key=True
    )
    prediction_id: UUID
    token = fields.CharField(max_length=40, unique=True)
    shows_input = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "public_link"
