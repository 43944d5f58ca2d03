"""Batches as clients see them: created, listed, canceled, and what failed in one run again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

import structlog
from tortoise.queryset import QuerySet
from uuid6 import uuid7

from server.adapters.database import now
from server.adapters.large_columns import without_large
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.batches import BatchStatus, BatchWebhookState, NewBatch
from server.domain.files import UPLOAD
from server.domain.metadata import metadata_violations
from server.domain.models import DeviceClass, ModelKind, queue_of
from server.domain.predictions import Priority
from server.domain.storable import json_bytes
from server.domain.targets import parse_target
from server.domain.traffic import sticky_key_violations
from server.domain.webhooks import NewWebhook, WebhookEvent
from server.errors import ConflictError, InvalidInputError, UnauthenticatedError, Violation
from server.live.batch_watch import find_visible
from server.queue import batches as queue
from server.runtime import Runtime
from server.services import predictions, prices, rate_limits, storage, versions, webhooks
from server.services.batch_items import cancel_items
from server.services.predictions import DEADLINE_MAX, KEY_MAX
from server.tables import Batch, BatchLine, BatchWebhook, Upload, Version
from server.unit_of_work import UnitOfWork, send

logger = structlog.get_logger(__name__)

INPUTS_MAX = 10_000
CANCELED_AT_ONCE = 5000


async def create(rt: Runtime, viewer: Viewer, new: NewBatch, version: Version | None = None) -> Batch:
    """Accept a batch: once it returns, each item that is valid will run, and end exactly once.

    `version` is what `resolve_version` gave this viewer for its model, where somebody has asked already.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: the API key may not run.
        NotFoundError: the viewer knows no such model.
        UnavailableError: the version is not READY.
        InvalidInputError: the request breaks rules; items are checked later.
        ConflictError: the idempotency key was used with another request, the user has as many batches that have not
            ended, or has stored what they may.
    """
    user_id = _signed_in(viewer)
    _check(rt, new)
    if new.webhook_url is not None:
        webhooks.check(rt, viewer, NewWebhook(new.webhook_url, (WebhookEvent.COMPLETED,), new.base_url))
    request_hash = _request_hash(new)
    if existing := await _existing(viewer, new.idempotency_key, request_hash):
        return existing
    await storage.check(rt, viewer)
    if version is None:
        _, version = await predictions.resolve_version(viewer, new.model, new.sticky_key)
    upload_id = await _find_upload(viewer, new.upload) if new.upload is not None else None
    row = _new_row(viewer, user_id, version, request_hash, new.idempotency_key)
    row.inputs = new.inputs
    row.upload_id = upload_id
    row.total = None if new.inputs is None else len(new.inputs)
    row.endpoint = new.endpoint
    row.metadata = new.metadata
    row.priority = new.priority.value
    row.max_concurrency = new.max_concurrency
    row.all_or_nothing = new.all_or_nothing
    row.is_checked = not new.all_or_nothing
    if row.total is None or new.all_or_nothing:
        row.status = BatchStatus.STARTING.value
    return await _accept(rt, viewer, row, new)


async def retry_failed(rt: Runtime, viewer: Viewer, batch_id: UUID, idempotency_key: str | None) -> Batch:
    """Accept another batch of the items of an ended one that failed or came too late, with their version and places.

    Raises:
        NotFoundError: there is none, or the viewer may not know of it or of its model.
        ConflictError: it has not ended, or nothing failed; or as `create`.
        UnauthenticatedError, ForbiddenError, UnavailableError, InvalidInputError: as `create`.
    """
    user_id = _signed_in(viewer)
    old = await find_visible(viewer, batch_id)
    new = NewBatch(model="", idempotency_key=idempotency_key)
    if broken := _key_violations(idempotency_key):
        raise InvalidInputError(broken)
    request_hash = hashlib.sha256(f"retry {old.id}".encode()).hexdigest()
    if existing := await _existing(viewer, idempotency_key, request_hash):
        return existing
    if old.completed_at is None:
        raise ConflictError("The batch has not ended; run again what failed when it has, or cancel it.")
    count = await queue.count_failed(old.id)
    if not count:
        raise ConflictError("Nothing failed in this batch.")
    await storage.check(rt, viewer)
    slug = await versions.slug_of(old.version_id)
    _, version = await predictions.resolve_version(viewer, str(slug) if slug else "")
    row = _new_row(viewer, user_id, version, request_hash, idempotency_key)
    row.retry_of = old.id
    row.total = count
    row.endpoint = old.endpoint
    row.max_concurrency = old.max_concurrency
    row.priority = old.priority
    return await _accept(rt, viewer, row, new)


def _signed_in(viewer: Viewer) -> UUID:
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to run batches.")
    viewer.require(Scope.RUN)
    return viewer.user_id


def _key_violations(key: str | None) -> list[Violation]:
    if key is None or (1 <= len(key) <= KEY_MAX and key.isprintable()):
        return []
    return [Violation("/idempotencyKey", f"A key has 1 to {KEY_MAX} printable characters.", "length")]


def _check(rt: Runtime, new: NewBatch) -> None:
    violations = _key_violations(new.idempotency_key)
    if (new.inputs is None) is (new.upload is None):
        violations.append(Violation("/inputs", "Give either `inputs` or the `upload` of a file, not both.", "oneOf"))
    most = min(INPUTS_MAX, rt.settings.max_batch_items)
    if new.inputs is not None and not 1 <= len(new.inputs) <= most:
        rule = f"A batch has 1 to {most} inputs in its request; upload a file for more."
        violations.append(Violation("/inputs", rule, "length"))
    if new.deadline_seconds is not None and not 1 <= new.deadline_seconds <= DEADLINE_MAX:
        violations.append(Violation("/deadlineSeconds", f"A deadline is 1 to {DEADLINE_MAX} seconds.", "range"))
    if new.max_concurrency is not None and not 1 <= new.max_concurrency <= 100_000:
        violations.append(Violation("/maxConcurrency", "At least 1 item runs at a time, at most 100000.", "range"))
    violations += metadata_violations(new.metadata) + sticky_key_violations(new.sticky_key)
    if violations:
        raise InvalidInputError(violations)


async def _find_upload(viewer: Viewer, uri: str) -> UUID:
    match = UPLOAD.fullmatch(uri)
    alive = Upload.filter(owner=viewer.owner_key, completed_at__not_isnull=True, expires_at__gt=now())
    upload = await alive.get_or_none(id=UUID(match[1])) if match else None
    if upload is None:
        rule = "There is no such upload of yours, its file has not come, or it has expired."
        raise InvalidInputError([Violation("/upload", rule, "upload")])
    return UUID(str(upload.id))


def _new_row(viewer: Viewer, user_id: UUID, version: Version, request_hash: str, key: str | None) -> Batch:
    device = DeviceClass(version.options.get("device", DeviceClass.ANY))
    return Batch(
        id=uuid7(),
        user_id=user_id,
        owner=viewer.owner_key,
        model_id=version.model_id,
        version_id=version.id,
        queue=queue_of(ModelKind(version.model.kind), device),
        status=BatchStatus.PROCESSING.value,
        idempotency_key=key,
        request_hash=request_hash,
        experiment_id=version.experiment_id,
        key_id=viewer.key_id,
    )


async def _accept(rt: Runtime, viewer: Viewer, row: Batch, new: NewBatch) -> Batch:
    row.price_list_id = await prices.current_id(rt)
    webhook = None
    if new.webhook_url is not None:
        webhook = BatchWebhook(
            batch_id=row.id,
            user_id=row.user_id,
            url=str(parse_target(new.webhook_url)),
            base_url=new.base_url,
            state=BatchWebhookState.WAITING.value,
            attempts=[],
        )
    while not await queue.accept(row, webhook, new.deadline_seconds, rt.settings.max_batches):
        if existing := await _existing(viewer, new.idempotency_key, row.request_hash):
            return existing
    logger.info("batch.accepted", batch=str(row.id), queue=row.queue, total=row.total)
    return row


def _request_hash(new: NewBatch) -> str:
    """Tells one request from another where both come with the same idempotency key."""
    limits = [new.deadline_seconds, new.max_concurrency, new.all_or_nothing, new.webhook_url, new.endpoint]
    request = [new.model, new.inputs, new.upload, *limits, new.metadata]
    if new.priority is not Priority.NORMAL:
        request.append(new.priority.name)
    if new.sticky_key is not None:
        request.append({"stickyKey": new.sticky_key})
    return hashlib.sha256(json_bytes(request, "/inputs")).hexdigest()


async def _existing(viewer: Viewer, key: str | None, request_hash: str) -> Batch | None:
    if key is None:
        return None
    row = await without_large(Batch.filter(owner=viewer.owner_key, idempotency_key=key)).first()
    if row is not None and row.request_hash != request_hash:
        raise ConflictError("This idempotency key was used with another request.")
    return row


async def cancel(rt: Runtime, viewer: Viewer, batch_id: UUID) -> Batch:
    """Stop a batch: what waits ends at once, what runs at its next token or step; what has ended stays as it is.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: the API key may not run.
        NotFoundError: there is none, or the viewer may not know of it.
    """
    _signed_in(viewer)
    await find_visible(viewer, batch_id)
    if await queue.request_cancel(batch_id):
        # Of the rest workers take care, as they do where this process dies now
        await cancel_items(rt, batch_id, CANCELED_AT_ONCE)
        await send(rt, UnitOfWork(deliver=True))
    return await find_visible(viewer, batch_id)


async def redeliver_webhook(rt: Runtime, viewer: Viewer, batch_id: UUID) -> Batch:
    """Send the message about a batch's end again now, whatever became of it, with its whole schedule.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: the API key may not run.
        NotFoundError: there is none, or the viewer may not know of it.
        ConflictError: it has no webhook, or has not ended.
        RateLimitedError: the viewer had too many sent again.
    """
    _signed_in(viewer)
    batch = await find_visible(viewer, batch_id)
    await rate_limits.count_redelivery(rt, viewer)
    if not await queue.send_webhook_again(batch_id):
        raise ConflictError("The batch has no webhook, or has not ended.")
    await send(rt, UnitOfWork(deliver=True))
    return batch


def listing(viewer: Viewer) -> QuerySet[Batch]:
    """The viewer's own batches, without their large columns; raises UnauthenticatedError and ForbiddenError."""
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to list batches.")
    viewer.require(Scope.READ)
    return without_large(Batch.filter(user_id=viewer.user_id))


async def lines_by_ids(viewer: Viewer | None, ids: Iterable[UUID]) -> dict[UUID, BatchLine]:
    """Invalid lines by id: those of batches that the viewer may read."""
    rows = await BatchLine.filter(id__in=list(ids))
    visible = await by_ids(viewer, {row.batch_id for row in rows})
    return {row.id: row for row in rows if row.batch_id in visible}


async def by_ids(viewer: Viewer | None, ids: Iterable[UUID]) -> dict[UUID, Batch]:
    """Batches by id, without their large columns: those that the viewer may read; with no viewer, all."""
    query = Batch.filter(id__in=list(ids))
    if viewer is not None:
        viewer.require(Scope.READ)
        if viewer.user_id is None:
            return {}
        query = query if viewer.is_admin else query.filter(user_id=viewer.user_id)
    return {row.id: row for row in await without_large(query)}


async def running(ids: list[UUID]) -> dict[UUID, int]:
    """How many predictions of batches run now; those with none are missing."""
    return dict(await queue.count_running(ids))


async def webhooks_of(ids: list[UUID]) -> dict[UUID, BatchWebhook]:
    """Whom to tell of the end of batches; those with nobody are missing."""
    return {row.batch_id: row for row in await BatchWebhook.filter(batch_id__in=ids)}


def invalid_lines(batch_id: UUID) -> QuerySet[BatchLine]:
    """The lines of a batch that cannot run."""
    return BatchLine.filter(batch_id=batch_id)
