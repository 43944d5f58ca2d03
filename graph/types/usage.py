"""What predictions used in a time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

import strawberry

from graph.types.enums import UsageGrouping
from graph.types.scalars import BigInt, Money
from server.domain import usage as domain
from server.domain.usage import MOST_DAYS, MOST_GROUPS

From = Annotated[
    datetime, strawberry.argument(name="from", description="Predictions that ended at this time or later.")
]
To = Annotated[
    datetime,
    strawberry.argument(description=f"Predictions that ended before this time, {MOST_DAYS} days later at most."),
]
GroupBy = Annotated[UsageGrouping, strawberry.argument(description="By what it is added up.")]


@strawberry.type(description="What some predictions used.")
class UsageSum:
    predictions: BigInt = strawberry.field(description="Number of those that ended, however they did.")
    predict_seconds: Money = strawberry.field(description="Seconds of running, without waiting and loading.")
    input_tokens: BigInt = strawberry.field(description="Tokens of their prompts.")
    output_tokens: BigInt = strawberry.field(description="Tokens generated.")
    amount: Money = strawberry.field(description="What they are charged.")

    @classmethod
    def of(cls, used: domain.UsageSum) -> Self:
        return cls(
            predictions=BigInt(used.predictions),
            predict_seconds=Money(used.predict_seconds),
            input_tokens=BigInt(used.input_tokens),
            output_tokens=BigInt(used.output_tokens),
            amount=Money(used.amount),
        )


@strawberry.type(description="What the predictions of one day, model, API key or user used.")
class UsageGroup:
    key: str | None = strawberry.field(
        description="The day in UTC as YYYY-MM-DD, or the id of the model, API key or user; null for those without: "
        "asked for without an API key, or without an account."
    )
    name: str | None = strawberry.field(
        description="Slug of the model, name of the API key, or handle of the user, if it is there still."
    )
    used: UsageSum = strawberry.field(description="What they used.")

    @classmethod
    def of(cls, group: domain.UsageGroup) -> Self:
        return cls(key=group.key, name=group.name, used=UsageSum.of(group.used))


@strawberry.type(description="What predictions used in a time, as the ledger says.")
class UsageReport:
    currency: str = strawberry.field(description="Currency of all amounts (ISO 4217).")
    groups: list[UsageGroup] = strawberry.field(
        description=f"Days in their order, others from the dearest on, {MOST_GROUPS} at most."
    )
    has_more: bool = strawberry.field(description="Whether there are more groups; all of them are in the total.")
    total: UsageSum = strawberry.field(description="All together.")

    @classmethod
    def of(cls, report: domain.UsageReport) -> Self:
        return cls(
            currency=report.currency,
            groups=[UsageGroup.of(group) for group in report.groups],
            has_more=report.has_more,
            total=UsageSum.of(report.total),
        )
