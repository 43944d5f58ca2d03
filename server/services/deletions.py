"""Deleting predictions, by their ids or some of a list, and batches with theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from tortoise.expressions import Subquery
from tortoise.transactions import in_transaction

from server.domain.accounts import ANONYMOUS_OWNER, Viewer
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction, Subject, SubjectType
from server.domain.callers import network_of
from server.domain.ids import encode_id
from server.errors import ConflictError, ForbiddenError, InvalidInputError, UnauthenticatedError, Violation
from server.live.batch_watch import find_visible as find_visible_batch
from server.live.prediction_rows import find_visible
from server.maintenance.retention import delete_rows, remove_files
from server.queue import deletions
from server.queue.cancel import cancel_predictions
from server.runtime import Runtime
from server.services import audit
from server.services.predictions import PredictionCriteria, listing, visible
from server.tables import Deletion, Prediction
from server.unit_of_work import UnitOfWork, send

logger = structlog.get_logger(__name__)

MOST_IDS, DEFAULT_AT_ONCE, MOST_AT_ONCE = 100, 100, 1000
FILES_AT_ONCE = 100
"""Of so many predictions the files are removed before the answer; those of others go within a minute or so."""


@dataclass(frozen=True)
class DeletionCounts:
    """How many predictions are gone, and how many will be once what runs of them has stopped.

    `missing` of the ids are of none that the viewer may delete; `has_more`: others fit the filter.
    """

    deleted: int
    pending: int
    missing: int = 0
    has_more: bool = False


async def delete(rt: Runtime, viewer: Viewer, prediction_id: UUID) -> bool:
    """Delete a prediction with its input, output, files, logs and webhook; whether it is gone already.

    One that waits or runs is canceled first, and goes within seconds of its end. What it used stays in the ledger.

    Raises:
        ForbiddenError: it was run without an account, by somebody else; or the API key may not write.
        NotFoundError: there is none, or the viewer may not know of it.
    """
    viewer.require(Scope.WRITE)
    row = await find_visible(viewer, prediction_id)
    if not _may_delete(viewer, row):
        raise ForbiddenError("Only who ran this prediction may delete it, from where they ran it, or an administrator.")
    return (await _delete(rt, viewer, [row])).deleted > 0


async def delete_some(
    rt: Runtime, viewer: Viewer, ids: Sequence[UUID] | None, criteria: PredictionCriteria | None, first: int | None
) -> DeletionCounts:
    """Delete the predictions with these ids, or the oldest ones that fit a filter, each as `delete` does.

    Raises:
        InvalidInputError: neither ids nor a filter, both, or too many.
        UnauthenticatedError: there is a filter, and nobody is signed in.
        ForbiddenError: the filter names everybody's, and the viewer is no admin; or the API key may not write or read.
    """
    viewer.require(Scope.WRITE)
    violations: list[Violation] = []
    if (ids is None) is (criteria is None):
        violations.append(Violation("/ids", "Give either `ids` or a `filter`, not both.", "oneOf"))
    if ids is not None and len(ids) > MOST_IDS:
        violations.append(Violation("/ids", f"At most {MOST_IDS} predictions are named at once.", "maxItems"))
    if ids is not None and first is not None:
        violations.append(Violation("/first", "`first` goes with a `filter`.", "oneOf"))
    if criteria is not None and criteria.text is not None:
        rule = "What a search finds is deleted by its `ids`."
        violations.append(Violation("/filter/text", rule, "forbidden"))
    if first is not None and not 1 <= first <= MOST_AT_ONCE:
        violations.append(Violation("/first", f"1 to {MOST_AT_ONCE} predictions are deleted at once.", "range"))
    if violations:
        raise InvalidInputError(violations)
    if criteria is None:
        distinct = set(ids or ())
        candidates = await Prediction.filter(visible(viewer), id__in=list(distinct)).only("id", "user_id", "owner")
        own = [row for row in candidates if _may_delete(viewer, row)]
        counts = await _delete(rt, viewer, own)
        return DeletionCounts(counts.deleted, counts.pending, missing=len(distinct) - len(own))
    most = first or DEFAULT_AT_ONCE
    # What is to go once it has stopped would come again and again
    requested = Deletion.filter(deleted_at=None).values("prediction_id")
    query = await listing(viewer, criteria)
    query = query.filter(id__not_in=Subquery(requested)).order_by("created_at", "id")
    chosen = await query.limit(most + 1).only("id", "user_id", "owner")
    counts = await _delete(rt, viewer, chosen[:most])
    return DeletionCounts(counts.deleted, counts.pending, has_more=len(chosen) > most)


async def delete_batch(rt: Runtime, viewer: Viewer, batch_id: UUID) -> DeletionCounts:
    """Delete a batch that has ended, with its invalid lines, its webhook and its items, each as `delete` does.

    The batch, and what it says of its items, is gone when this returns; `pending` items follow by themselves.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: the API key may not write.
        NotFoundError: there is none, or the viewer may not know of it.
        ConflictError: it has not ended.
    """
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to delete batches.")
    viewer.require(Scope.WRITE)
    batch = await find_visible_batch(viewer, batch_id)
    async with in_transaction():
        count = await deletions.remove_batch(batch_id)
        if count is None:
            # Somebody else may have deleted it meanwhile
            await find_visible_batch(viewer, batch_id)
            raise ConflictError("The batch has not ended; cancel it, and delete it when it has.")
        if batch.owner != viewer.owner_key:
            subject = Subject(SubjectType.BATCH, batch_id, encode_id("Batch", batch_id), batch.user_id)
            await audit.record(viewer, AuditAction.BATCH_DELETED, subject, after={"predictions": count})
    logger.info("batch.deleted", batch=str(batch_id), items=count)
    gone = await carry_out(rt, await deletions.items_of(batch_id, MOST_AT_ONCE))
    return DeletionCounts(gone.deleted, count - gone.deleted)


async def _delete(rt: Runtime, viewer: Viewer, chosen: Sequence[Prediction]) -> DeletionCounts:
    """Delete what a viewer may delete; the audit log tells of what is not their own."""
    others = Counter(row.user_id for row in chosen if row.owner != viewer.owner_key) if viewer.is_admin else Counter()
    async with in_transaction():
        for user_id, count in others.items():
            subject, after = Subject(SubjectType.USER, user_id, user_id=user_id), {"predictions": count}
            if len(chosen) == 1:
                subject = Subject(SubjectType.PREDICTION, chosen[0].id, encode_id("Prediction", chosen[0].id), user_id)
            await audit.record(viewer, AuditAction.PREDICTIONS_DELETED, subject, after=after)
        await deletions.request([row.id for row in chosen])
    return await carry_out(rt, [row.id for row in chosen])


async def carry_out(rt: Runtime, ids: Sequence[UUID]) -> DeletionCounts:
    """Delete predictions that are to be deleted; what waits or runs is canceled, and goes when it has ended."""
    if not ids:
        return DeletionCounts(0, 0)
    work = UnitOfWork()
    live = await cancel_predictions(ids)
    for row in live:
        work.announce_move(row)
    await send(rt, work)
    stopping = {row["id"] for row in live}
    removed = await delete_rows(rt, [each for each in ids if each not in stopping])
    await remove_files(rt, [row.id for row in removed if row.has_files][:FILES_AT_ONCE])
    logger.info("predictions.deleted", deleted=len(removed), pending=len(ids) - len(removed))
    return DeletionCounts(len(removed), len(ids) - len(removed))


def _may_delete(viewer: Viewer, row: Prediction) -> bool:
    """Whether a viewer who can see a prediction may delete it: whoever holds a link to an anonymous one may not."""
    if viewer.is_admin:
        return True
    if row.user_id is not None or viewer.user_id is not None:
        return row.user_id == viewer.user_id
    # Addresses of IPv6 change within their network from day to day
    return network_of(row.owner.removeprefix(ANONYMOUS_OWNER)) == network_of(viewer.address)
