"""Batches in OpenAI's form: requests to an endpoint, one a line of a file; their answers are files too."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field
from starlette.responses import Response

from server.adapters.large_columns import without_large
from server.adapters.pagination import NEWEST, PageRequest, page
from server.adapters.storage import StorageMissingError
from server.domain.api_keys import Scope
from server.domain.batches import BatchStatus, NewBatch
from server.domain.storable import storable
from server.errors import NotFoundError
from server.live import batch_watch
from server.rest.answers import answer
from server.rest.caller import CHANGE, SIGN_IN, Caller, Calling, Changing
from server.rest.openai import batch_lines
from server.rest.openai.errors import RefusedError
from server.rest.openai.files import ERROR, OUTPUT, find, id_of_batch, id_of_file, listed, unknown
from server.rest.openai.forms import ERRORS, JSON_OBJECT, Form
from server.rest.openai.models import find_version
from server.rest.openai.running import IdempotencyKey
from server.rest.openai.sampling import pinned_slug
from server.rest.requests import BoundedRoute
from server.services import batches
from server.tables import Batch, Upload, Version

router = APIRouter(route_class=BoundedRoute, tags=["openai"], responses=ERRORS, dependencies=SIGN_IN)
BATCH = "batch_"
DAY_SECONDS = 86_400
# As a batch costs in GraphQL
BATCH_POINTS = 10 * CHANGE


class BatchRequest(Form):
    """A file of requests to one endpoint, for one model."""

    model_config = ConfigDict(extra="ignore", strict=True)

    input_file_id: str = Field(description="File of JSON Lines, each with `custom_id`, `method`, `url`, `body`.")
    endpoint: str = Field(description="Where the requests go: /v1/chat/completions, /v1/completions, /v1/embeddings.")
    completion_window: Literal["24h"] = Field(description="Time after which what has not run is given up.")
    metadata: dict[str, str] | None = Field(None, description="Up to 16 texts of your own, which are given back.")


class RequestCounts(Form):
    """How many requests there are, and what became of them."""

    total: int
    completed: int
    failed: int


class BatchObject(Form):
    """A batch."""

    id: str = Field(description="`batch_` and what names it.")
    object: Literal["batch"]
    endpoint: str
    model: str | None = Field(None, description="The version that answers, as owner/name:number.")
    errors: JSON_OBJECT | None = Field(description="Why it failed.")
    input_file_id: str
    completion_window: str
    status: Literal[
        "validating", "in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled"
    ]
    output_file_id: str | None = Field(description="File of the answers, once it has ended.")
    error_file_id: str | None = Field(description="File of what was not answered, once it has ended.")
    created_at: int
    in_progress_at: int | None
    expires_at: int | None
    finalizing_at: int | None
    completed_at: int | None
    failed_at: int | None
    expired_at: int | None
    cancelling_at: int | None
    cancelled_at: int | None
    request_counts: RequestCounts
    metadata: dict[str, str] | None


class BatchList(Form):
    """A list of batches."""

    object: Literal["list"]
    data: list[BatchObject]
    first_id: str | None
    last_id: str | None
    has_more: bool


@router.post("/batches", response_model=BatchObject)
async def create_openai_batch(caller: Calling, body: BatchRequest, idempotency_key: IdempotencyKey = None) -> Response:
    """Run the requests of a file, each as a prediction. What is wrong with some keeps no others from running."""
    await caller.spend(BATCH_POINTS)
    caller.viewer.require(Scope.RUN)
    if body.endpoint not in batch_lines.ENDPOINTS:
        names = ", ".join(batch_lines.ENDPOINTS)
        raise RefusedError(f"'endpoint' is one of {names}.", "endpoint", "invalid_value")
    file = await find(caller, body.input_file_id)
    if not isinstance(file, Upload):
        raise RefusedError("The results of a batch are no requests.", "input_file_id", "invalid_value")
    try:
        name = await batch_lines.first_model(caller.rt, file)
    except StorageMissingError:
        raise unknown(body.input_file_id) from None
    model, version = await find_version(caller, name)
    batch_lines.check_model(body.endpoint, model, version, name)
    new = NewBatch(
        model=pinned_slug(model, version),
        upload=f"upload:{file.id}",
        idempotency_key=idempotency_key,
        deadline_seconds=DAY_SECONDS,
        endpoint=body.endpoint,
        metadata=body.metadata,
    )
    row = await batches.create(caller.rt, caller.viewer, new, version)
    return answer(_body(row, pinned_slug(model, version)))


@router.get("/batches", response_model=BatchList)
async def list_openai_batches(
    caller: Calling,
    after: Annotated[str | None, Query(max_length=100, description="Batches behind this one in the list.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many batches.")] = 20,
) -> Response:
    """Your batches of requests, newest first."""
    query = batches.listing(caller.viewer).filter(endpoint__isnull=False)
    cursor = NEWEST.cursor(await find_batch(caller, after)) if after is not None else None
    part = await page(query, PageRequest(first=limit, after=cursor))
    await caller.spend(len(part.rows))
    slugs = await slugs_of(part.rows)
    return answer(listed([_body(row, slugs[row.version_id]) for row in part.rows], has_more=part.has_next))


@router.get("/batches/{batch_id}", response_model=BatchObject)
async def get_openai_batch(caller: Calling, batch_id: str) -> Response:
    """A batch as it stands."""
    return await _answer(await find_batch(caller, batch_id))


@router.post("/batches/{batch_id}/cancel", response_model=BatchObject)
async def cancel_openai_batch(caller: Changing, batch_id: str) -> Response:
    """Cancel a batch: what is answered stays, what runs stops, the rest does not run."""
    caller.viewer.require(Scope.RUN)
    row_id = _row_id(batch_id)
    try:
        await batch_watch.find_visible(caller.viewer, row_id)
        return await _answer(await batches.cancel(caller.rt, caller.viewer, row_id))
    except NotFoundError:
        raise _unknown(batch_id) from None


async def find_batch(caller: Caller, text: str) -> Batch:
    """A batch of requests by its id.

    Raises:
        RefusedError: there is none, or the caller may not know of it.
    """
    try:
        row = await batch_watch.find(caller.viewer, _row_id(text))
    except NotFoundError:
        raise _unknown(text) from None
    if row.endpoint is None:
        raise _unknown(text)
    return row


def _row_id(text: str) -> UUID:
    try:
        return UUID(text.removeprefix(BATCH)) if text.startswith(BATCH) else UUID("")
    except ValueError:
        raise _unknown(text) from None


def _unknown(text: str) -> RefusedError:
    return RefusedError(f"No batch found with id '{storable(text)[:100]}'.", "batch_id", "not_found", 404)


async def _answer(row: Batch) -> Response:
    return answer(_body(row, (await slugs_of([row]))[row.version_id]))


async def slugs_of(rows: list[Batch]) -> dict[UUID, str]:
    """What pins the versions of batches."""
    ids = {row.version_id for row in rows}
    versions = await without_large(Version.filter(id__in=list(ids)))
    await Version.fetch_for_list(versions, "model__owner")
    return {version.id: pinned_slug(version.model, version) for version in versions}


def _body(row: Batch, slug: str) -> JSON_OBJECT:
    status = _status(row)
    ended = _time(row.completed_at)
    has_ended = row.completed_at is not None
    failed = row.failed + row.aborted + row.invalid
    errors: JSON_OBJECT | None = None
    if row.error is not None:
        error = {"code": "invalid_file", "message": row.error, "param": None, "line": None}
        errors = {"object": "list", "data": [error]}
    return {
        "id": id_of_batch(row.id),
        "object": "batch",
        "endpoint": row.endpoint,
        "model": slug,
        "errors": errors,
        "input_file_id": id_of_file(row.upload_id) if row.upload_id else "",
        "completion_window": "24h",
        "status": status,
        "output_file_id": f"{OUTPUT}{row.id.hex}" if has_ended and row.succeeded else None,
        "error_file_id": f"{ERROR}{row.id.hex}" if has_ended and row.total and row.succeeded < row.total else None,
        "created_at": _time(row.created_at),
        "in_progress_at": None if status in ("validating", "failed") else _time(row.created_at),
        "expires_at": _time(row.deadline_at),
        "finalizing_at": ended if status in ("completed", "expired") else None,
        "completed_at": ended if status == "completed" else None,
        "failed_at": ended if status == "failed" else None,
        "expired_at": ended if status == "expired" else None,
        "cancelling_at": _time(row.cancel_requested_at),
        "cancelled_at": ended if status == "cancelled" else None,
        "request_counts": {"total": row.total or 0, "completed": row.succeeded, "failed": failed},
        "metadata": row.metadata,
    }


def _status(row: Batch) -> str:
    match BatchStatus(row.status):
        case BatchStatus.STARTING:
            return "validating"
        case BatchStatus.PROCESSING:
            return "in_progress" if row.cancel_requested_at is None else "cancelling"
        case BatchStatus.COMPLETED:
            return "expired" if row.aborted else "completed"
        case BatchStatus.CANCELED:
            return "cancelled"
        case BatchStatus.FAILED:
            return "failed"


def _time(at: datetime | None) -> Any:
    return None if at is None else int(at.timestamp())
