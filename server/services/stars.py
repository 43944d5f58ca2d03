"""Stars: users mark models that they like, once each, and predictions of their own."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from server.adapters.database import rows
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.errors import UnauthenticatedError
from server.live.prediction_rows import find_own, find_visible
from server.queue import stars as queue
from server.runtime import Runtime
from server.services import models
from server.tables import Model, Prediction
from server.unit_of_work import UnitOfWork, send


async def star(viewer: Viewer, slug: str) -> Model:
    """Star a model that the viewer can see; to star it again changes nothing.

    Raises:
        UnauthenticatedError, ForbiddenError: nobody is signed in, or the API key lacks the scope WRITE.
        NotFoundError: there is no such model, or the viewer may not know of it.
        BadUserInputError: the slug names a version.
    """
    return await _change(viewer, slug, _STAR)


async def unstar(viewer: Viewer, slug: str) -> Model:
    """Take the viewer's star from a model, if it has one; raises as `star`."""
    return await _change(viewer, slug, _UNSTAR)


async def _change(viewer: Viewer, slug: str, statement: str) -> Model:
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to star models.")
    viewer.require(Scope.WRITE)
    models.parse_unpinned(slug)
    model = await models.find_visible(viewer, slug)
    await rows(statement, model.id, viewer.user_id)
    # Others may have changed it too, and what was there already says nothing
    await model.refresh_from_db(fields=["stars"])
    return model


async def star_prediction(rt: Runtime, viewer: Viewer, prediction_id: UUID) -> Prediction:
    """Star a prediction of the viewer's; to star it again changes nothing.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: somebody else ran it; or the API key may not write.
        NotFoundError: there is none, or the viewer may not know of it.
    """
    return await _mark(rt, viewer, prediction_id, is_starred=True)


async def unstar_prediction(rt: Runtime, viewer: Viewer, prediction_id: UUID) -> Prediction:
    """Take the star from a prediction of the viewer's, if it has one; raises as `star_prediction`."""
    return await _mark(rt, viewer, prediction_id, is_starred=False)


async def _mark(rt: Runtime, viewer: Viewer, prediction_id: UUID, *, is_starred: bool) -> Prediction:
    row = await find_own(viewer, prediction_id, "star")
    await queue.mark(row.id, is_starred=is_starred)
    work = UnitOfWork()
    work.announce(row.id, row.owner)
    await send(rt, work)
    return await find_visible(viewer, row.id)


async def starred(viewer: Viewer, model_ids: Iterable[UUID]) -> dict[UUID, bool]:
    """Which of these models a viewer starred."""
    if viewer.user_id is None:
        return {}
    return {row["model_id"]: True for row in await rows(_STARRED, viewer.user_id, list(model_ids))}


# Star and count in one statement, so that they never differ
_STAR = """
WITH new AS (
  INSERT INTO model_star (id, model_id, user_id, created_at) VALUES (gen_random_uuid(), $1, $2, now())
  ON CONFLICT DO NOTHING RETURNING model_id)
UPDATE model m SET stars = m.stars + 1 FROM new WHERE m.id = new.model_id RETURNING m.stars
"""
_UNSTAR = """
WITH old AS (DELETE FROM model_star WHERE model_id = $1 AND user_id = $2 RETURNING model_id)
UPDATE model m SET stars = m.stars - 1 FROM old WHERE m.id = old.model_id RETURNING m.stars
"""
_STARRED = "SELECT model_id FROM model_star WHERE user_id = $1 AND model_id = ANY($2::uuid[])"
