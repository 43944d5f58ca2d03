"""Pages of owners: what a user has made that a viewer may know of."""

from __future__ import annotations

from dataclasses import dataclass

from tortoise.queryset import QuerySet

from server.adapters.database import rows
from server.domain.accounts import HANDLE, Viewer
from server.domain.api_keys import Scope
from server.services import models
from server.services.models import ModelCriteria
from server.tables import Model, User
from server.tables.models import VISIBLE


@dataclass(frozen=True)
class Owner:
    """A user, and how many models of theirs a viewer may know of, with their stars and runs."""

    user: User
    models: int
    stars: int
    runs: int


async def find(viewer: Viewer, handle: str) -> Owner | None:
    """The owner of a handle; None where there is none. Raises ForbiddenError for an API key that may not read."""
    viewer.require(Scope.READ)
    user = await User.get_or_none(handle=handle, deleting_at=None) if HANDLE.fullmatch(handle) else None
    if user is None:
        return None
    (counts,) = await rows(_COUNTS, viewer.is_admin, viewer.user_id, user.id)
    return Owner(user, counts["models"], counts["stars"], counts["runs"])


def models_of(viewer: Viewer, user: User) -> QuerySet[Model]:
    """The models of a user that a viewer may know of; raises ForbiddenError for an API key that may not read."""
    return models.listing(viewer, ModelCriteria(owner=user.handle))


_COUNTS = f"""
SELECT count(*) AS models, coalesce(sum(m.stars), 0)::bigint AS stars, coalesce(sum(m.runs), 0)::bigint AS runs
FROM model m WHERE m.owner_id = $3 AND {VISIBLE}
"""  # noqa: S608 - constants only
