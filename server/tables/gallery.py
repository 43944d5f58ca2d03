"""What the gallery of models knows beside their rows: who starred them, and by which words they are found."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.models import Model as Row
from uuid6 import uuid7

from server.tables.models import Model
from server.tables.users import User


class ModelStar(Row):
    """A user's star on a model; `Model.stars` counts them."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    model: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "models.Model", related_name="starred", on_delete=fields.CASCADE
    )
    model_id: UUID
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="stars", on_delete=fields.CASCADE
    )
    user_id: UUID
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Table options."""

        table = "model_star"
        unique_together = (("user_id", "model_id"),)


class ModelText(Row):
    """The words of a model, which a trigger on its row keeps (migrations/models/37_*).

    `titles` has those of its name (weight A) and its tags (B) by their stems, short enough to rank by, and `document`
    those of its description as well; `grams` are the pairs and triples of letters in its name and tags, by which
    misspelled words are found.
    """

    model: fields.OneToOneRelation[Model] = fields.OneToOneField(
        "models.Model", related_name="text", on_delete=fields.CASCADE, primary_key=True
    )
    model_id: UUID
    document = TSVectorField()
    titles = TSVectorField()
    grams = TSVectorField()

    class Meta:
        """Table options."""

        table = "model_text"
        indexes = (
            GinIndex(fields=("document",), name="model_text_document"),
            GinIndex(fields=("grams",), name="model_text_grams"),
        )
