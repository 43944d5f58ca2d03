"""What the gallery of models knows beside their rows: stars, words, who ran them lately, and reports of them."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.indexes import Index
from tortoise.models import Model as Row
from uuid6 import uuid7

from server.tables.indexes import UniqueLiveIndex
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


class ModelCaller(Row):
    """That a user, who does not own the model, ran it on a day (UTC); kept as long as it counts for `Model.trend`.

    No foreign keys: what counts runs does not wait for the rows of models and users.
    """

    id = fields.UUIDField(primary_key=True)
    model_id = fields.UUIDField()
    user_id = fields.UUIDField()
    day = fields.DateField()

    class Meta:
        """Table options."""

        table = "model_caller"
        unique_together = (("day", "model_id", "user_id"),)


class ModelDay(Row):
    """How many users other than its owner ran a model on a day (UTC); kept as long as it counts for `Model.trend`."""

    id = fields.UUIDField(primary_key=True)
    model_id = fields.UUIDField()
    day = fields.DateField()
    callers = fields.IntField()

    class Meta:
        """Table options."""

        table = "model_day"
        unique_together = (("model_id", "day"),)


class ModelReport(Row):
    """What a user told administrators of a model; `reporter` is null once they were deleted.

    `note` is what the administrator wrote who closed it.
    """

    id = fields.UUIDField(primary_key=True, default=uuid7)
    model: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "models.Model", related_name="reports", on_delete=fields.CASCADE
    )
    model_id: UUID
    reporter: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="reports", on_delete=fields.SET_NULL, null=True
    )
    reporter_id: UUID | None
    reason = fields.CharField(max_length=20)
    text = fields.TextField(default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    closed_at = fields.DatetimeField(null=True)
    note = fields.TextField(null=True)

    class Meta:
        """Table options."""

        table = "model_report"
        indexes = (
            Index(fields=("created_at", "id"), name="model_report_list"),
            UniqueLiveIndex(fields=("model_id", "reporter_id"), name="model_report_open", where="closed_at IS NULL"),
        )
