"""Reports of models: users tell administrators what is wrong with one, and administrators close them."""

from __future__ import annotations

from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from server.adapters.database import rows
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction
from server.domain.model_reports import ReportReason, report_violations, text_violations
from server.domain.models import parse_slug
from server.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
)
from server.runtime import Runtime
from server.services import audit, former_names, models, rate_limits
from server.tables import Model, ModelReport


async def report(rt: Runtime, viewer: Viewer, slug: str, reason: ReportReason, text: str) -> Model:
    """Report a model that the viewer can see; only administrators see the report, and by whom it is.

    Raises:
        UnauthenticatedError, ForbiddenError: nobody is signed in, or the API key lacks the scope WRITE.
        BadUserInputError: the slug names a version.
        NotFoundError: there is no such model, or the viewer may not know of it.
        InvalidInputError: the text is too long, or another reason is not told.
        ConflictError: it is the viewer's own, or a report of theirs is open.
        RateLimitedError: the viewer reported too many models within an hour.
    """
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to report models.")
    viewer.require(Scope.WRITE)
    models.parse_unpinned(slug)
    model = await models.find_visible(viewer, slug)
    if violations := report_violations(reason, text):
        raise InvalidInputError(violations)
    if model.owner_id == viewer.user_id:
        raise ConflictError("This model is yours; delete it, or make it private.")
    conflict = ConflictError("You have reported this model, and administrators have not closed the report yet.")
    if await ModelReport.exists(model_id=model.id, reporter_id=viewer.user_id, closed_at=None):
        raise conflict
    await rate_limits.count_model_report(rt, viewer)
    try:
        await ModelReport.create(model_id=model.id, reporter_id=viewer.user_id, reason=reason.value, text=text.strip())
    except IntegrityError:
        raise conflict from None
    return model


async def listing(
    viewer: Viewer | None, *, is_open: bool | None = None, slug: str | None = None
) -> QuerySet[ModelReport]:
    """The reports of models, those of deleted ones too; no viewer is the operator at the command line.

    Raises:
        ForbiddenError: the viewer is no admin, or the API key may not read.
    """
    if viewer is not None:
        viewer.administer(Scope.READ, "read reports of models")
    query = ModelReport.all()
    if is_open is not None:
        query = query.filter(closed_at__isnull=is_open)
    if slug is not None:
        parsed = parse_slug(slug)
        parsed = await former_names.follow(parsed) if parsed else None
        owner, name = (parsed.owner, parsed.name) if parsed else ("", "")
        query = query.filter(model__owner__handle=owner, model__name=name)
    return query


async def by_ids(viewer: Viewer, ids: list[UUID]) -> dict[UUID, ModelReport]:
    """Reports by id; none where the viewer is no admin. Raises ForbiddenError for an API key that may not read."""
    viewer.require(Scope.READ)
    return {row.id: row for row in await ModelReport.filter(id__in=ids)} if viewer.is_admin else {}


async def close(viewer: Viewer | None, report_id: UUID, note: str | None) -> ModelReport:
    """Close a report, after which its reporter may report the model again; no viewer is the operator.

    Raises:
        ForbiddenError: the viewer is no admin, or an API key without the scope WRITE.
        NotFoundError: there is no such report.
        ConflictError: it is closed.
        InvalidInputError: the note is too long, or no text.
    """
    if viewer is not None:
        viewer.administer(Scope.WRITE, "close reports of models")
    if violations := text_violations(note or "", "/note"):
        raise InvalidInputError(violations)
    async with in_transaction():
        row = await ModelReport.get_or_none(id=report_id).select_related("model__owner")
        if row is None:
            raise NotFoundError("There is no such report.")
        if not await rows(_CLOSE, report_id, note):
            raise ConflictError("This report is closed.")
        # By whom it was is not for all who read the log
        facts = {"reason": row.reason, "note": note}
        await audit.record(viewer, AuditAction.MODEL_REPORT_CLOSED, models.subject_of(row.model), after=facts)
    return await ModelReport.get(id=report_id)


_CLOSE = """
UPDATE model_report SET closed_at = now(), note = $2 WHERE id = $1 AND closed_at IS NULL RETURNING id
"""
