"""Budgets, and what sets them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

import strawberry

from graph.types.enums import BudgetPeriod
from graph.types.ids import global_id
from graph.types.scalars import Money
from server.domain.ids import parse_id
from server.queue.budgets import BudgetReport
from server.services.budgets import NewBudget


@strawberry.type(description="What predictions of a user, or of one API key, may cost.")
class Budget:
    api_key: strawberry.ID | None = strawberry.field(
        description="Id of the API key whose predictions count; null for all of the user's."
    )
    period: BudgetPeriod = strawberry.field(description="For how long it is.")
    currency: str = strawberry.field(description="Currency of all amounts (ISO 4217).")
    amount: Money = strawberry.field(description="What predictions may cost.")
    is_hard: bool = strawberry.field(
        description="Whether predictions are refused that may cost more than is left; if not, they are only counted."
    )
    spent: Money = strawberry.field(description="What predictions cost that ended since `beginsAt`.")
    reserved: Money = strawberry.field(description="What those may cost at most that wait or run.")
    left: Money = strawberry.field(description="The amount without what is spent and reserved; never below 0.")
    is_exceeded: bool = strawberry.field(description="Whether more is spent than the amount.")
    begins_at: datetime = strawberry.field(description="Time when it, or its month, began.")

    @classmethod
    def of(cls, budget: BudgetReport) -> Self:
        return cls(
            api_key=global_id("ApiKey", budget.key_id) if budget.key_id else None,
            period=budget.period,
            currency=budget.currency,
            amount=Money(budget.amount),
            is_hard=budget.is_hard,
            spent=Money(budget.spent),
            reserved=Money(budget.reserved),
            left=Money(max(budget.amount - budget.spent - budget.reserved, Decimal(0))),
            is_exceeded=budget.spent > budget.amount,
            begins_at=budget.begins_at,
        )


@strawberry.input(description="The budget to set: of a user, or of an API key.")
class SetBudgetInput:
    period: BudgetPeriod = strawberry.field(description="For how long it is; there is one of each.")
    user: str | None = strawberry.field(default=None, description="Handle of the user.")
    api_key: strawberry.ID | None = strawberry.field(default=None, description="Id of the API key.")
    amount: Money | None = strawberry.field(
        default=None, description="What predictions may cost; left out, the budget is removed."
    )
    is_hard: bool = strawberry.field(
        default=True, description="Refuse predictions that may cost more than is left; if not, only count them."
    )

    def new(self) -> NewBudget:
        key_id = parse_id(self.api_key, "ApiKey") if self.api_key is not None else None
        return NewBudget(self.period, self.amount, self.user, key_id, self.is_hard)
