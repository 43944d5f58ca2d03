"""Makes predictions of batches' inputs, a portion at a time, as there is room for more; cancels those that shall end.

Each portion is committed with the place where the next begins, so that any process goes on where another stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog
from anyio.to_thread import run_sync
from uuid6 import uuid7

from server.adapters import metrics
from server.adapters.database import DATABASE_ERRORS, rows
from server.adapters.large_columns import without_large
from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.storage import StorageError, StorageMissingError
from server.adapters.tasks import wait_for_event
from server.domain import files, inputs, secrets
from server.domain.accounts import Viewer
from server.domain.batches import BatchStatus
from server.domain.metadata import metadata_violations
from server.domain.models import VersionState, kind_queue
from server.domain.predictions import PredictionStatus, Priority
from server.domain.storable import storable
from server.errors import BudgetExceededError, InvalidInputError, Violation
from server.queue import batches as queue
from server.queue import prices, storage
from server.queue.batches import BatchLease, Portion
from server.queue.cancel import cancel_predictions_of_batch
from server.queue.depths import count_waiting
from server.queue.shares import USUAL, Charge, count_waiting_of_model
from server.runtime import Runtime
from server.services import batch_input, budgets, input_urls, limits
from server.services.batch_input import InputLine, InputPart
from server.tables import Batch, BatchLine, Prediction, Version
from server.unit_of_work import UnitOfWork, send

logger = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
SHORTEST_PAUSE_SECONDS = 0.05
PORTION = 500
CANCELED_AT_ONCE = 500
FULL_PAUSE_SECONDS = 2.0
TROUBLE_PAUSE_SECONDS = 10.0
LINE_VIOLATIONS = 10
KEY_CHARACTERS = 512


@dataclass(frozen=True)
class RequestLine:
    """A line of a file that is a request: the caller's name of it, and its input, or what is wrong with it.

    `metadata` and `openai` are what it has beside its input (see the row of a prediction).
    """

    key: str | None
    input: object = None
    violations: tuple[Violation, ...] = ()
    metadata: dict[str, Any] | None = None
    openai: dict[str, Any] | None = None


ReadRequest = Callable[[Runtime, Batch, Version, object], RequestLine]


async def work_for_ever(rt: Runtime, wake: asyncio.Event, read_request: ReadRequest | None = None) -> None:
    """Work on batches whenever there is something to do; `wake` says that there may be room for more.

    Those whose lines are requests are left to processes that can read these (`read_request`), which do nothing else.
    """
    while True:
        wake.clear()
        try:
            while await work(rt, read_request):
                pass
        except DATABASE_ERRORS as error:
            logger.warning("batches.failed", error=str(error))
        await asyncio.sleep(SHORTEST_PAUSE_SECONDS)
        await wait_for_event(wake, POLL_SECONDS)


async def work(rt: Runtime, read_request: ReadRequest | None = None) -> bool:
    """One step, of whatever batch is next; False where nothing is to be done now. Safe to run anywhere at any time."""
    for batch_id in await queue.list_canceling() if read_request is None else ():
        await cancel_items(rt, batch_id)
    settings = rt.settings
    lease = await queue.claim(settings.batch_window, settings.lease_seconds, of_requests=read_request is not None)
    if lease is None:
        return False
    try:
        await _advance(rt, lease, read_request)
    except StorageMissingError as error:
        await _give_up(rt, lease, error.message)
    except StorageError as error:
        logger.warning("batches.input_unread", batch=str(lease.id), error=str(error))
        await queue.pause(lease, TROUBLE_PAUSE_SECONDS, "The file store is away.")
    except DATABASE_ERRORS:
        raise
    except Exception:
        # One batch that always breaks here must not take all workers with it; its lease keeps it from being next
        logger.exception("batches.broke", batch=str(lease.id), attempt=lease.attempt)
        await queue.pause(lease, TROUBLE_PAUSE_SECONDS, "The server failed to read its input, and tries again.")
    return True


async def cancel_items(rt: Runtime, batch_id: UUID, most: int | None = None) -> None:
    """Cancel what waits or runs of a batch, up to `most`."""
    while most is None or most > 0:
        canceled = await cancel_predictions_of_batch(batch_id, CANCELED_AT_ONCE)
        work = UnitOfWork()
        for row in canceled:
            work.announce_move(row)
        await send(rt, work)
        if len(canceled) < CANCELED_AT_ONCE:
            return
        most = most and most - len(canceled)


async def _advance(rt: Runtime, lease: BatchLease, read_request: ReadRequest | None) -> None:
    batch = await without_large(Batch.filter(id=lease.id)).get()
    version = await Version.get(id=batch.version_id).select_related("model__owner")
    # A file may name it as it was called when that was written
    await version.model.fetch_related("former_names")
    if version.model.deleted_at is not None:
        await queue.request_cancel(lease.id, "Its model was deleted.")
        return
    if version.state != VersionState.READY.value:
        await _give_up(rt, lease, f"Version {version.number} of its model is {version.state}.")
        return
    if lease.is_late:
        await queue.abort_rest(lease)
        return
    if batch.total is None:
        await _count(rt, lease, batch)
        return
    room, full = await _room_of_portion(rt, lease, batch) if batch.is_checked else (PORTION, None)
    if full is not None:
        await queue.pause(lease, FULL_PAUSE_SECONDS, full)
        return
    # A check makes nothing that could be charged to a share
    charge = limits.charge(await limits.read(rt, batch.owner), version) if batch.is_checked else USUAL
    committed = None
    while committed is None:
        part = await batch_input.read(rt, batch, room)
        if read_request is not None:
            part = await run_sync(_read_requests, rt, batch, version, part, read_request)
        try:
            committed = await _commit(rt, lease, batch, version, part, charge)
        except BudgetExceededError as error:
            if room <= 1:
                await queue.pause(lease, FULL_PAUSE_SECONDS, error.message)
                return
            # Fewer may be within it
            room = max(1, min(room, len(part.lines)) // 2)
    portion, status = committed
    if status is None:
        logger.info("batch.lease_lost", batch=str(lease.id), attempt=lease.attempt)
        return
    metrics.BATCH_LINES.labels("invalid").inc(len(portion.invalid))
    if not batch.is_checked:
        return
    metrics.BATCH_LINES.labels("accepted").inc(len(portion.predictions))
    priority = Priority(batch.priority).name
    metrics.ACCEPTED.labels(kind_queue(batch.queue), priority).inc(len(portion.predictions))
    if portion.predictions and charge.is_held:
        await limits.release_held(rt, [batch.user_id])
    logger.info("batch.advanced", batch=str(lease.id), items=len(portion.predictions), invalid=len(portion.invalid),
                line=part.line, is_last=part.is_last)  # fmt: skip
    await send(rt, UnitOfWork(owners_of_new=[batch.owner], deliver=status.is_terminal))
    if portion.predictions:
        # Workers look by themselves too
        with suppress(*REDIS_ERRORS):
            await rt.event_log.wake_workers()


async def _commit(
    rt: Runtime, lease: BatchLease, batch: Batch, version: Version, part: InputPart, charge: Charge
) -> tuple[Portion, BatchStatus | None]:
    """Commit what a part of an input becomes; the status of the batch then, None where the lease is lost.

    Raises:
        BudgetExceededError: it may cost more than a budget has left; nothing is committed.
    """
    schema = inputs.schema_of(version.predictor, version.input_schema, rt.settings.max_new_tokens)
    portion = await _portion(rt, batch, schema, part)
    if not batch.is_checked:
        return portion, await queue.add_check(lease, portion)
    listing = await prices.find(batch.price_list_id) if batch.price_list_id is not None else None
    hold = await budgets.hold_of(rt, listing, version, batch.owner, batch.key_id, {})
    if hold is None or listing is None:
        return portion, await queue.add_items(lease, portion, charge)
    mosts = {row.id: budgets.most_cost(rt, listing, version, row.input) for row in portion.predictions}
    return portion, await queue.add_items(lease, portion, charge, hold, mosts)


async def _count(rt: Runtime, lease: BatchLease, batch: Batch) -> None:
    upload, most = await batch_input.upload_of(batch), rt.settings.max_batch_items
    total = await batch_input.count_lines(rt, upload, most)
    if total == 0:
        await _give_up(rt, lease, "The file has no lines.")
    elif total > most:
        await _give_up(rt, lease, f"The file has more lines than a batch may have items: {most}.")
    else:
        await queue.set_total(lease, total)


async def _give_up(rt: Runtime, lease: BatchLease, reason: str) -> None:
    """End a batch that cannot go on: what it has become by now is canceled."""
    logger.warning("batch.failed", batch=str(lease.id), reason=reason)
    if await queue.fail(lease, reason):
        await send(rt, UnitOfWork(deliver=True))
    else:
        await queue.request_cancel(lease.id, reason)


async def _full(rt: Runtime, batch: Batch) -> str | None:
    """Why its owner may store no more, if so."""
    allowed = rt.settings.storage_bytes_per_user
    if not allowed or await storage.read(batch.owner) < allowed:
        return None
    return "Your inputs, outputs and files use all that is allowed; more are made of this batch when some were removed."


async def _room_of_portion(rt: Runtime, lease: BatchLease, batch: Batch) -> tuple[int, str | None]:
    """Of how many lines predictions may be made now, and, where of none, why."""
    if (full := await _full(rt, batch)) is not None:
        return 0, full
    more, share = await _room(rt, batch)
    if (room := min(PORTION, lease.room, more)) > 0:
        return room, None
    return 0, f"{share} of your predictions are waiting; more are made of this batch when some have run."


async def _room(rt: Runtime, batch: Batch) -> tuple[int, int]:
    """How many more of its owner's predictions may wait, and of how many.

    Half of what may is for what they ask for meanwhile.
    """
    allowed = await limits.read(rt, batch.owner)
    room, share = PORTION, PORTION
    if most := min([n for n in (rt.settings.max_waiting_predictions, allowed.most_waiting) if n], default=0):
        share = max(1, most // 2)
        room = share - await count_waiting(batch.owner, share)
    if most_of_model := allowed.most_waiting_per_model:
        bound = max(1, most_of_model // 2)
        more = bound - await count_waiting_of_model(batch.owner, batch.model_id, bound)
        room, share = min((room, share), (more, bound))
    return room, share


async def _portion(rt: Runtime, batch: Batch, schema: dict[str, Any], part: InputPart) -> Portion:
    """The rows that some lines become."""
    checked = await run_sync(_check_all, rt, Viewer(batch.user_id), schema, part.lines)
    ids = {upload_id for each in checked if not isinstance(each, list) for upload_id in each[1]}
    usable = {row["id"] for row in await rows(_USABLE, list(ids), batch.owner)} if ids else set()
    predictions: list[Prediction] = []
    uses: list[tuple[UUID, UUID]] = []
    invalid: list[BatchLine] = []
    for line, each in zip(part.lines, checked, strict=True):
        key = storable(line.key)[:KEY_CHARACTERS] if line.key is not None else None
        if not isinstance(each, list) and (missing := _missing(each[1], usable)):
            rule = "There is no such upload of yours, its file has not come, or it has expired."
            each = [Violation(f"/input{path}", rule, "upload") for path in missing]
        if isinstance(each, list):
            violations = [{"path": v.path, "message": v.message, "code": v.code} for v in each[:LINE_VIOLATIONS]]
            invalid.append(queue.new_line(batch.id, line.index, key, violations))
            continue
        values, uploads = each
        prediction_id = uuid7()
        uses += [(upload_id, prediction_id) for upload_id in uploads]
        predictions.append(
            Prediction(
                id=prediction_id,
                user_id=batch.user_id,
                owner=batch.owner,
                model_id=batch.model_id,
                version_id=batch.version_id,
                queue=batch.queue,
                status=PredictionStatus.STARTING.value,
                input=values,
                deadline_at=batch.deadline_at,
                request_hash="",
                priority=batch.priority,
                batch_id=batch.id,
                batch_index=line.index,
                batch_key=key,
                metadata=line.metadata,
                openai=line.openai,
                experiment_id=batch.experiment_id,
                price_list_id=batch.price_list_id,
                key_id=batch.key_id,
            )
        )
    return Portion(predictions, uses, invalid, part.position, part.line, part.is_last)


def _missing(uploads: dict[UUID, str], usable: set[UUID]) -> list[str]:
    return [path for upload_id, path in uploads.items() if upload_id not in usable]


_Checked = tuple[dict[str, Any], dict[UUID, str]] | list[Violation]


def _read_requests(
    rt: Runtime, batch: Batch, version: Version, part: InputPart, read_request: ReadRequest
) -> InputPart:
    """A part of an input whose lines are requests, as one of inputs; in a thread of its own."""
    lines = []
    for line in part.lines:
        if line.problem is not None:
            lines.append(line)
            continue
        request = read_request(rt, batch, version, line.value)
        read = replace(line, value=request.input, key=request.key, violations=request.violations)
        lines.append(replace(read, metadata=request.metadata, openai=request.openai))
    return replace(part, lines=lines)


def _check_all(rt: Runtime, viewer: Viewer, schema: dict[str, Any], lines: Sequence[InputLine]) -> list[_Checked]:
    """Of each line its input, with the uploads that it names, or what is wrong with it; in a thread of its own."""
    return [_check(rt, viewer, schema, line) for line in lines]


def _check(rt: Runtime, viewer: Viewer, schema: dict[str, Any], line: InputLine) -> _Checked:
    if line.problem is not None:
        return [Violation("", line.problem, "line")]
    if broken := list(line.violations) or metadata_violations(line.metadata):
        return broken
    try:
        values = inputs.complete(schema, line.value)
    except InvalidInputError as error:
        return error.violations
    if violations := input_urls.violations(rt, viewer, schema, values):
        return violations
    if secrets.has_secret(schema, values):
        rule = "A batch takes no secrets, since its input is kept as it came; give them to single predictions."
        names = sorted(name for name in secrets.secret_fields(schema) if values.get(name) is not None)
        return [Violation(f"/input/{name}", rule, secrets.SECRET) for name in names]
    return values, files.uploads(schema, values)


_USABLE = """
SELECT id FROM upload WHERE id = ANY($1::uuid[]) AND owner = $2 AND completed_at IS NOT NULL AND expires_at > now()
"""
