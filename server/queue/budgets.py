"""Budgets: what is held of them when predictions are accepted, and who sets them.

What a prediction may cost at most is held in the transaction that accepts it, and becomes what it cost in the statement
that ends it, whichever that is: by a trigger of the ledger (migrations/models/41_*). No crash leaves anything held of
what has ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from server.adapters import metrics
from server.adapters.database import rows
from server.domain.budgets import BudgetPeriod
from server.domain.prices import decimal_text
from server.errors import BudgetExceededError

KEY_SUBJECT = "key:"


@dataclass(frozen=True)
class Hold:
    """The most that a prediction may cost, and whose budgets it is held of."""

    most: Decimal
    currency: str
    owner: str
    key_id: UUID | None = None


@dataclass(frozen=True)
class BudgetReport:
    """A budget as of now: the user's own, or that of one of their API keys."""

    id: UUID
    user_id: UUID
    key_id: UUID | None
    period: BudgetPeriod
    currency: str
    amount: Decimal
    is_hard: bool
    spent: Decimal
    reserved: Decimal
    begins_at: datetime


def subjects_of(owner: str, key_id: UUID | None) -> list[str]:
    """Of whom there may be budgets that a prediction is of."""
    return [owner] if key_id is None else [owner, f"{KEY_SUBJECT}{key_id}"]


async def exist(subjects: Sequence[str], currency: str) -> bool:
    """Whether there are budgets of any of these."""
    (row,) = await rows(_EXIST, list(subjects), currency)
    return bool(row["exist"])


async def hold(of: Hold, mosts: Mapping[UUID, Decimal]) -> None:
    """Hold the most that predictions of one owner may cost each, last in the transaction that accepts them.

    What ends predictions locks budgets behind all else; so does this.

    Raises:
        BudgetExceededError: a hard budget has not enough left; the transaction is to be given up.
    """
    subjects = subjects_of(of.owner, of.key_id)
    (row,) = await rows(_RESERVE, list(mosts), list(mosts.values()), subjects, of.currency)
    if row["exceeded"] is not None:
        metrics.BUDGETS.labels("refused").inc()
        (budget,) = await _read(_BY_ID, row["exceeded"])
        raise _exceeded(budget, max(mosts.values()))
    metrics.BUDGETS.labels("warned").inc(row["passed"])


async def list_of(user_ids: Sequence[UUID]) -> list[BudgetReport]:
    """Budgets of users and of their API keys, the users' own first."""
    return await _read(_OF_USERS, list(user_ids))


async def lock(subject: str, period: BudgetPeriod) -> BudgetReport | None:
    """A budget, which nobody else changes until the end of the transaction."""
    await rows("SELECT id FROM budget WHERE subject = $1 AND period = $2 FOR UPDATE", subject, period.value)
    return next(iter(await _read(_BY_SUBJECT, subject, period.value)), None)


async def put(
    subject: str, user_id: UUID, period: BudgetPeriod, currency: str, amount: Decimal, *, is_hard: bool
) -> BudgetReport:
    """Set a budget; what is spent and reserved of one that there was in the same currency stays."""
    await rows(_PUT, uuid4(), subject, user_id, period.value, currency, amount, is_hard)
    (budget,) = await _read(_BY_SUBJECT, subject, period.value)
    return budget


async def remove(subject: str, period: BudgetPeriod) -> None:
    """Remove a budget with what is held of it."""
    await rows("DELETE FROM budget WHERE subject = $1 AND period = $2 RETURNING id", subject, period.value)


def _exceeded(budget: BudgetReport, most: Decimal) -> BudgetExceededError:
    whose = "your account" if budget.key_id is None else "this API key"
    when = "this month" if budget.period is BudgetPeriod.MONTH else "in all"
    left = max(budget.amount - budget.spent - budget.reserved, Decimal(0))
    text = {name: f"{decimal_text(value)} {budget.currency}" for name, value in
            (("amount", budget.amount), ("left", left), ("most", most))}  # fmt: skip
    return BudgetExceededError(
        f"The budget of {whose} is {text['amount']} {when}, of which {text['left']} are left; this may cost up to "
        f"{text['most']}."
    )


async def _read(sql: str, *values: object) -> list[BudgetReport]:
    return [_report(row) for row in await rows(sql, *values)]


def _report(row: dict[str, Any]) -> BudgetReport:
    subject = row.pop("subject")
    key_id = UUID(subject.removeprefix(KEY_SUBJECT)) if subject.startswith(KEY_SUBJECT) else None
    return BudgetReport(**{**row, "period": BudgetPeriod(row["period"])}, key_id=key_id)


_EXIST = "SELECT EXISTS (SELECT FROM budget WHERE subject = ANY($1::text[]) AND currency = $2) AS exist"
_RESERVE = "SELECT exceeded, passed FROM budget_reserve($1::uuid[], $2::numeric[], $3::text[], $4)"
_COLUMNS = """n.id, n.user_id, n.subject, n.period, n.currency, n.amount, n.is_hard, n.spent, n.reserved, n.begins_at
FROM budget b, LATERAL budget_of_now(b) n"""
_BY_ID = f"SELECT {_COLUMNS} WHERE b.id = $1"
_BY_SUBJECT = f"SELECT {_COLUMNS} WHERE b.subject = $1 AND b.period = $2"
_OF_USERS = f"""
SELECT {_COLUMNS} WHERE b.user_id = ANY($1::uuid[]) ORDER BY n.subject LIKE '{KEY_SUBJECT}%', n.created_at, n.id
"""
# Of another currency nothing is counted on
_PUT = """
INSERT INTO budget (id, subject, user_id, period, currency, amount, is_hard, spent, reserved, begins_at, created_at,
  updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, now(), now(), now())
ON CONFLICT (subject, period) DO UPDATE SET amount = excluded.amount, is_hard = excluded.is_hard, updated_at = now(),
  currency = excluded.currency,
  spent = CASE WHEN budget.currency = excluded.currency THEN budget.spent ELSE 0 END
RETURNING id
"""
