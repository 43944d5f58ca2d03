"""What an owner's predictions used in a time: counted, added up exactly, and as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from server.domain.prices import decimal_text

MOST_DAYS = 400
MOST_GROUPS = 1000
# With which a cell begins that a spreadsheet would run
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UsageGrouping(StrEnum):
    """By what usage is added up."""

    DAY = "DAY"
    MODEL = "MODEL"
    KEY = "KEY"
    USER = "USER"


@dataclass(frozen=True)
class UsageSum:
    """What some predictions used: seconds of running, tokens, and what they are charged."""

    predictions: int
    predict_seconds: Decimal
    input_tokens: int
    output_tokens: int
    amount: Decimal


@dataclass(frozen=True)
class UsageGroup:
    """Those of one day (`key` is the date), or of one model, API key or user, with its global id and its name."""

    key: str | None
    name: str | None
    used: UsageSum


@dataclass(frozen=True)
class UsageReport:
    """Usage in groups and in all; `has_more`: there are more groups than are listed, and all of them in the total."""

    currency: str
    groups: tuple[UsageGroup, ...]
    total: UsageSum
    has_more: bool


COLUMNS = ("key", "name", "predictions", "predict_seconds", "input_tokens", "output_tokens", "amount", "currency")


def csv_of(report: UsageReport) -> str:
    """A report as CSV (RFC 4180), a line for each group and the last for the total."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for group in (*report.groups, UsageGroup("total", None, report.total)):
        used = group.used
        writer.writerow(
            [
                group.key or "",
                _harmless(group.name or ""),
                used.predictions,
                decimal_text(used.predict_seconds),
                used.input_tokens,
                used.output_tokens,
                decimal_text(used.amount),
                report.currency,
            ]
        )
    return text.getvalue()


def _harmless(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULA) else name
