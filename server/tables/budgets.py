"""The rows of budgets, and of what is held of them."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.models import Model as Row

from server.tables.users import User


class Budget(Row):
    """What the predictions of a user, or of one API key, may cost in a month or in all.

    `subject` is the owner of predictions, or `key:` with the id of the key. `spent` is what those cost that ended since
    `begins_at`, when the budget or its month began; `reserved` what those may cost that have not. Beyond `amount` new
    ones are refused where `is_hard`, and else only counted.
    """

    id = fields.UUIDField(primary_key=True)
    subject = fields.CharField(max_length=80)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="budgets", on_delete=fields.CASCADE
    )
    user_id: UUID
    period = fields.CharField(max_length=5)
    currency = fields.CharField(max_length=3)
    amount = fields.DecimalField(max_digits=30, decimal_places=12)
    is_hard = fields.BooleanField()
    spent = fields.DecimalField(max_digits=30, decimal_places=12)
    reserved = fields.DecimalField(max_digits=30, decimal_places=12)
    begins_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "budget"
        unique_together = (("subject", "period"),)


class BudgetHold(Row):
    """What is held of a budget for a prediction until that ends: the most that it may cost."""

    id = fields.UUIDField(primary_key=True)
    budget: fields.ForeignKeyRelation[Budget] = fields.ForeignKeyField(
        "models.Budget", related_name="holds", on_delete=fields.CASCADE
    )
    budget_id: UUID
    # No foreign key: each end would look for it
    prediction_id = fields.UUIDField()
    amount = fields.DecimalField(max_digits=30, decimal_places=12)

    class Meta:
        """Table options."""

        table = "budget_hold"
        unique_together = (("prediction_id", "budget_id"),)
