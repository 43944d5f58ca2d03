"""What predictions used, what they are charged and may be, and budgets. Amounts are exact decimals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal

from inference_client.operations import BudgetFields, BudgetPeriod, UsageReportFields, UsageSumFields


@dataclass(frozen=True)
class UsageSum:
    """What some predictions used, and what they are charged."""

    predictions: int
    predict_seconds: Decimal
    input_tokens: int
    output_tokens: int
    amount: Decimal


@dataclass(frozen=True)
class UsageGroup:
    """Those of one day (`key` is YYYY-MM-DD), or of one model or API key, with its id and its name."""

    key: str | None
    name: str | None
    used: UsageSum


@dataclass(frozen=True)
class UsageReport:
    """Usage in groups and in all; `has_more`: there are more groups than are listed, and all are in the total."""

    currency: str
    groups: Sequence[UsageGroup]
    total: UsageSum
    has_more: bool


@dataclass(frozen=True)
class Budget:
    """What predictions may cost in a MONTH or in TOTAL, of one API key or of all (`api_key` is None).

    `reserved` is what those may cost that have not ended. Where it is not `is_hard`, nothing is refused.
    """

    api_key: str | None
    period: BudgetPeriod
    currency: str
    amount: Decimal
    spent: Decimal
    reserved: Decimal
    left: Decimal
    is_hard: bool
    is_exceeded: bool
    begins_at: datetime


@dataclass(frozen=True)
class CostEstimate:
    """The most that a prediction may cost."""

    most: Decimal
    currency: str


def report_of(row: UsageReportFields) -> UsageReport:
    """A report of the server's answer."""
    groups = [UsageGroup(each["key"], each["name"], _sum_of(each["used"])) for each in row["groups"]]
    return UsageReport(row["currency"], groups, _sum_of(row["total"]), row["hasMore"])


def budget_of(row: BudgetFields) -> Budget:
    """A budget of the server's answer."""
    amounts = (Decimal(row["amount"]), Decimal(row["spent"]), Decimal(row["reserved"]), Decimal(row["left"]))
    begins_at = datetime.fromisoformat(row["beginsAt"])
    return Budget(row["apiKey"], row["period"], row["currency"], *amounts, row["isHard"], row["isExceeded"], begins_at)


def text_of(at: datetime) -> str:
    """A time as the server takes it; one without a zone is of this machine's."""
    return at.astimezone(timezone.utc).isoformat()


def _sum_of(row: UsageSumFields) -> UsageSum:
    return UsageSum(
        row["predictions"],
        Decimal(row["predictSeconds"]),
        row["inputTokens"],
        row["outputTokens"],
        Decimal(row["amount"]),
    )
