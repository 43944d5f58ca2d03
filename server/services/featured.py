"""Featured models, which administrators put forward in the gallery."""

from __future__ import annotations

from tortoise.transactions import in_transaction

from server.adapters.database import now
from server.domain.accounts import Viewer
from server.domain.audit import AuditAction
from server.services import audit, models
from server.tables import Model


async def feature(viewer: Viewer | None, slug: str) -> Model:
    """Feature a model; one that is featured already stays so, with the time when it was. No viewer is the operator.

    Raises:
        ForbiddenError: the viewer is no admin, or an API key without the scope WRITE.
        NotFoundError: there is no such model.
        BadUserInputError: the slug names a version.
    """
    return await _change(viewer, slug, AuditAction.MODEL_FEATURED, is_featured=True)


async def unfeature(viewer: Viewer | None, slug: str) -> Model:
    """Feature a model no longer, if it is featured; raises as `feature`."""
    return await _change(viewer, slug, AuditAction.MODEL_UNFEATURED, is_featured=False)


async def _change(viewer: Viewer | None, slug: str, action: AuditAction, *, is_featured: bool) -> Model:
    async with in_transaction():
        model = await models.lock_for_admin(viewer, slug, "feature models")
        if (model.featured_at is not None) is not is_featured:
            model.featured_at = now() if is_featured else None
            await model.save(update_fields=["featured_at"])
            await audit.record(viewer, action, models.subject_of(model))
    return model
