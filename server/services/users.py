"""All accounts, for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.adapters.database import rows
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.storable import is_storable
from server.errors import BadUserInputError, ForbiddenError
from server.tables import User


@dataclass(frozen=True)
class UserCriteria:
    """Which users to list; None takes all."""

    search: str | None = None
    is_admin: bool | None = None


def may_look_into(viewer: Viewer, user_id: UUID) -> bool:
    """Whether a viewer may see what a user does here: users see their own, administrators all."""
    return viewer.is_admin or (viewer.user_id == user_id and Scope.READ in viewer.scopes)


def listing(viewer: Viewer, criteria: UserCriteria) -> QuerySet[User]:
    """All users, filtered.

    Raises:
        ForbiddenError: the viewer is no admin, or the API key may not read.
        BadUserInputError: the search text holds characters that are no text.
    """
    viewer.require(Scope.READ)
    if not viewer.is_admin:
        raise ForbiddenError("Only administrators may list the users.")
    query = User.all()
    if criteria.search:
        if not is_storable(criteria.search):
            raise BadUserInputError("The text to search for holds characters that are no text.")
        query = query.filter(Q(handle__icontains=criteria.search) | Q(email__icontains=criteria.search))
    return query if criteria.is_admin is None else query.filter(is_admin=criteria.is_admin)


async def prediction_counts(user_ids: list[UUID]) -> dict[UUID, int]:
    """How many predictions users made; users who made none are missing."""
    return {row["user_id"]: row["n"] for row in await rows(_COUNTS, user_ids)}


async def last_seen(user_ids: list[UUID]) -> dict[UUID, datetime]:
    """When users last began or renewed a session, or used an API key.

    Users who did neither, or whose sessions are forgotten since, are missing.
    """
    return {row["user_id"]: row["seen"] for row in await rows(_LAST_SEEN, user_ids)}


_COUNTS = "SELECT user_id, count(*) AS n FROM prediction WHERE user_id = ANY($1::uuid[]) GROUP BY user_id"
_LAST_SEEN = """
SELECT user_id, max(seen) AS seen FROM (
  SELECT s.user_id, t.created_at AS seen FROM session s JOIN refresh_token t ON t.session_id = s.id
  WHERE s.user_id = ANY($1::uuid[])
  UNION ALL
  SELECT user_id, last_used_at FROM api_key WHERE user_id = ANY($1::uuid[]) AND last_used_at IS NOT NULL) AS signs
GROUP BY user_id
"""
