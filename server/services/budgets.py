"""Budgets: what the predictions of a user or of an API key may cost, and who sets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from tortoise.transactions import in_transaction

from server.domain.accounts import USER_OWNER, Viewer
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction, Subject, SubjectType
from server.domain.budgets import MOST_AMOUNT, BudgetPeriod, RunBounds, most_amount, most_quantities
from server.domain.models import DeviceClass
from server.domain.prices import DECIMALS, decimal_text, is_amount
from server.errors import ForbiddenError, InvalidInputError, NotFoundError, Violation
from server.queue import budgets as queue
from server.queue.budgets import KEY_SUBJECT, BudgetReport, Hold
from server.queue.prices import PriceListing
from server.runtime import Runtime
from server.services import accounts, audit
from server.tables import ApiKey, User, Version

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewBudget:
    """A budget to set: of a user by the handle, or of an API key; without an amount there is none any more."""

    period: BudgetPeriod
    amount: Decimal | None
    user: str | None = None
    key_id: UUID | None = None
    is_hard: bool = True


async def set_budget(rt: Runtime, viewer: Viewer | None, new: NewBudget) -> User:
    """Set or remove a budget; it counts for predictions from now on, at other processes 2 seconds later; whose it is.

    Administrators set those of all users and keys; users, signed in by a session, those of their own keys. No viewer is
    the operator at the command line.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: an API key without ADMIN asks, or a user for what is not their key's.
        NotFoundError: there is no such user or key.
        InvalidInputError: the amount is none, or not one of a user and a key is named.
    """
    is_admin = viewer is None or viewer.is_admin
    if viewer is not None and is_admin:
        viewer.require(Scope.ADMIN)
    elif viewer is not None:
        viewer.signed_in()
    violations = []
    if (new.user is None) == (new.key_id is None):
        violations.append(Violation("/user", "Name either a user or an API key.", "oneOf"))
    amount = new.amount
    if amount is not None and not is_amount(amount, MOST_AMOUNT):
        rule = f"A budget is 0 to {MOST_AMOUNT} with at most {DECIMALS} decimals."
        violations.append(Violation("/amount", rule, "range"))
    if violations:
        raise InvalidInputError(violations)
    if new.key_id is not None:
        key = await ApiKey.get_or_none(id=new.key_id)
        if key is None or not (viewer is None or is_admin or key.user_id == viewer.user_id):
            raise NotFoundError("There is no API key with this id.")
        user, subject = await User.get(id=key.user_id), f"{KEY_SUBJECT}{key.id}"
        of = Subject(SubjectType.API_KEY, key.id, key.name, user.id)
    else:
        if not is_admin:
            raise ForbiddenError("Only administrators may set the budgets of users.")
        user = await accounts.find(new.user or "")
        subject = f"{USER_OWNER}{user.id}"
        of = accounts.subject_of(user)
    async with in_transaction():
        before = await queue.lock(subject, new.period)
        after = None
        if amount is None:
            await queue.remove(subject, new.period)
        else:
            after = await queue.put(subject, user.id, new.period, rt.settings.currency, amount, is_hard=new.is_hard)
        was, became = (_summary(new.period, each) for each in (before, after))
        await audit.record(viewer, AuditAction.BUDGET_SET, of, was, became)
    rt.budgets.clear()
    logger.info("budget.set", subject=subject, period=new.period.value, amount=str(amount), hard=new.is_hard)
    return user


async def of_users(user_ids: list[UUID]) -> dict[UUID, list[BudgetReport]]:
    """Budgets of users and of their API keys; users without are missing."""
    by_user: dict[UUID, list[BudgetReport]] = {}
    for budget in await queue.list_of(user_ids):
        by_user.setdefault(budget.user_id, []).append(budget)
    return by_user


async def hold_of(
    rt: Runtime,
    listing: PriceListing | None,
    version: Version,
    owner: str,
    key_id: UUID | None,
    values: Mapping[str, Any],
    deadline_seconds: float | None = None,
) -> Hold | None:
    """What is held of budgets for a prediction: the most that it may cost; None where there is no budget of it.

    Whether there is one is read at most every two seconds.
    """
    if listing is None or not owner.startswith(USER_OWNER):
        return None
    subjects = queue.subjects_of(owner, key_id)

    async def read(_: str) -> bool:
        return await queue.exist(subjects, listing.currency)

    if not await rt.budgets.get(" ".join(subjects), read):
        return None
    return Hold(most_cost(rt, listing, version, values, deadline_seconds), listing.currency, owner, key_id)


def most_cost(
    rt: Runtime,
    listing: PriceListing,
    version: Version,
    values: Mapping[str, Any],
    deadline_seconds: float | None = None,
) -> Decimal:
    """The most that a prediction with a complete input may cost."""
    seconds = min(rt.settings.prediction_seconds, deadline_seconds or rt.settings.prediction_seconds)
    quantities = most_quantities(values, RunBounds(seconds, rt.settings.max_new_tokens))
    device = DeviceClass(version.options.get("device", DeviceClass.ANY))
    return most_amount(listing.prices, version.id, device, quantities)


def _summary(period: BudgetPeriod, budget: BudgetReport | None) -> dict[str, object]:
    return {
        "period": period.value,
        "amount": decimal_text(budget.amount) if budget else None,
        "currency": budget.currency if budget else None,
        "hard": budget.is_hard if budget else None,
    }
