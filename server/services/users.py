"""All accounts, for those who keep the system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
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
class Sought:
    """Which users to list; None takes all."""

    search: str | None = None
    is_admin: bool | None = None


def may_look_into(viewer: Viewer, user_id: UUID) -> bool:
    """Whether a viewer may know what a user does here: their own self, and administrators."""
    return viewer.is_admin or (viewer.user_id == user_id and Scope.READ in viewer.scopes)


def listing(viewer: Viewer, sought: Sought) -> QuerySet[User]:
    """All users, filtered.

    Raises:
        ForbiddenError: the viewer is no admin, or the API key may not read.
        BadUserInputError: what is searched for is no text.
    """
    viewer.require(Scope.READ)
    if not viewer.is_admin:
        raise ForbiddenError("Only admins list the users.")
    query = User.all()
    if sought.search:
        if not is_storable(sought.search):
            raise BadUserInputError("The text to search for holds characters that are no text.")
        query = query.filter(Q(handle__icontains=sought.search) | Q(email__icontains=sought.search))
    return query if sought.is_admin is None else query.filter(is_admin=sought.is_admin)


async def prediction_counts(user_ids: list[UUID]) -> dict[UUID, int]:
    """How many predictions users made; who made none is missing."""
    return _by_user(await rows(_COUNTS, user_ids), "n")


async def last_seen(user_ids: list[UUID]) -> dict[UUID, datetime]:
    """When users last began or renewed a session, or used an API key; who did neither, or so long ago that it is
    forgotten, is missing.
    """
    return _by_user(await rows(_SEEN, user_ids), "seen")


def _by_user(found: list[dict[str, Any]], column: str) -> dict[UUID, Any]:
    return {row["user_id"]: row[column] for row in found}


_COUNTS = "SELECT user_id, count(*) AS n FROM prediction WHERE user_id = ANY($1::uuid[]) GROUP BY user_id"
_SEEN = """
SELECT user_id, max(seen) AS seen FROM (
  SELECT s.user_id, t.created_at AS seen FROM session s JOIN refresh_token t ON t.session_id = s.id
  WHERE s.user_id = ANY($1::uuid[])
  UNION ALL
  SELECT user_id, last_used_at FROM api_key WHERE user_id = ANY($1::uuid[]) AND last_used_at IS NOT NULL) AS signs
GROUP BY user_id
"""
