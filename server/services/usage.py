"""What predictions used, and what they are charged, as the ledger says; the same for every door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from server.adapters.pagination import utc
from server.domain.accounts import USER_OWNER, Viewer
from server.domain.api_keys import Scope
from server.domain.ids import encode_id
from server.domain.usage import MOST_DAYS, MOST_GROUPS, UsageGroup, UsageGrouping, UsageReport, UsageSum
from server.errors import BadUserInputError, UnauthenticatedError
from server.queue import usage as queue
from server.runtime import Runtime
from server.services import accounts

_KINDS = {UsageGrouping.MODEL: "Model", UsageGrouping.KEY: "ApiKey", UsageGrouping.USER: "User"}


@dataclass(frozen=True)
class UsagePeriod:
    """Predictions that ended from `begin` on, until before `end`, and by what they are added up."""

    begin: datetime
    end: datetime
    grouping: UsageGrouping = UsageGrouping.DAY


async def of_viewer(rt: Runtime, viewer: Viewer, period: UsagePeriod) -> UsageReport:
    """The viewer's own.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: the API key may not read.
        BadUserInputError: the time is none, or too long.
    """
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in first.")
    viewer.require(Scope.READ)
    return await of_user(rt, viewer.user_id, period)


async def of_all(rt: Runtime, viewer: Viewer | None, handle: str | None, period: UsagePeriod) -> UsageReport:
    """Those of everybody, or of one user; no viewer is the operator at the command line.

    Raises:
        ForbiddenError: the viewer is no admin, or the API key may not read.
        NotFoundError: there is no such user.
        BadUserInputError: as in `of_viewer`.
    """
    if viewer is not None:
        viewer.administer(Scope.READ, "read the usage of others")
    if handle is None:
        return await _report(rt, None, period)
    return await of_user(rt, (await accounts.find(handle)).id, period)


async def of_user(rt: Runtime, user_id: UUID, period: UsagePeriod) -> UsageReport:
    """Those of one user, whoever asks; raises BadUserInputError as `of_viewer`."""
    return await _report(rt, f"{USER_OWNER}{user_id}", period)


async def _report(rt: Runtime, owner: str | None, period: UsagePeriod) -> UsageReport:
    begin, end = utc(period.begin), utc(period.end)
    if not timedelta() < end - begin <= timedelta(days=MOST_DAYS):
        raise BadUserInputError(f"The time ends behind its begin, {MOST_DAYS} days later at most.")
    currency, grouping = rt.settings.currency, period.grouping
    total, *rest = await queue.read(owner, begin, end, grouping, currency, MOST_GROUPS)
    listed = rest[:MOST_GROUPS]
    keys = [row["key"] for row in listed if row["key"] is not None]
    kind = _KINDS.get(grouping)
    names = await queue.names_of(grouping, keys) if kind else {}
    groups = []
    for row in listed:
        key, name = row["key"], names.get(row["key"])
        if kind is not None and key is not None:
            key = encode_id(kind, UUID(key))
        groups.append(UsageGroup(key, name, _sum(row)))
    return UsageReport(currency, tuple(groups), _sum(total), len(rest) > MOST_GROUPS)


def _sum(row: dict[str, Any]) -> UsageSum:
    tokens = (row["input_tokens"], row["output_tokens"])
    return UsageSum(row["predictions"], row["seconds"], *tokens, row["amount"])
