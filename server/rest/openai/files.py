"""Files in OpenAI's form: uploads by name and purpose, and what became of batches."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.datastructures import UploadFile
from starlette.responses import Response, StreamingResponse

from server.adapters.storage import StorageMissingError, begun
from server.domain.files import BINARY, CONTENT_TYPE
from server.domain.storable import storable
from server.errors import NotFoundError
from server.live import batch_watch
from server.rest.answers import answer
from server.rest.caller import SIGN_IN, Caller, Calling, Changing
from server.rest.input_files import AROUND_BYTES, receive, take_files
from server.rest.openai import batch_lines
from server.rest.openai.errors import RefusedError
from server.rest.openai.forms import ERRORS, JSON_OBJECT, Form
from server.rest.requests import BoundedRoute
from server.services import uploads
from server.services.uploads import NewUpload, WrongSizeError
from server.tables import Batch, Upload

PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
FILE, OUTPUT, ERROR = "file-", "file-output-", "file-error-"
BYTES = {"type": "string", "format": "binary"}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "purpose"],
                    "properties": {
                        "file": {**BYTES, "description": "The file."},
                        "purpose": {
                            "type": "string",
                            "enum": list(PURPOSES),
                            "description": "`batch`, `user_data` ...",
                        },
                    },
                }
            }
        },
    }
}
_CONTENT: dict[int | str, dict[str, Any]] = {200: {"content": {BINARY: {"schema": BYTES}}}}


class FileObject(Form):
    """A file."""

    id: str = Field(description="`file-` and what names it.")
    object: Literal["file"]
    bytes: int = Field(description="Size; 0 for the results of a batch, which are made while they are read.")
    created_at: int = Field(description="When it came, in seconds since 1970.")
    expires_at: int | None = Field(None, description="When it can be used no more, in seconds since 1970.")
    filename: str
    purpose: str
    status: Literal["processed"]


class FileList(Form):
    """A list of files."""

    object: Literal["list"]
    data: list[FileObject]
    first_id: str | None
    last_id: str | None
    has_more: bool


class DeletedFile(Form):
    """A file that was removed."""

    id: str
    object: Literal["file"]
    deleted: Literal[True]


def create_router(most_bytes: int) -> APIRouter:
    """The routes of files, one of which takes as much as an input file may have."""
    router = APIRouter(route_class=BoundedRoute, tags=["openai"], responses=ERRORS, dependencies=SIGN_IN)
    router.post("/files", response_model=FileObject, openapi_extra=_FORM)(create_openai_file)
    router.get("/files", response_model=FileList)(list_openai_files)
    router.get("/files/{file_id}", response_model=FileObject)(get_openai_file)
    router.delete("/files/{file_id}", response_model=DeletedFile)(delete_openai_file)
    router.get("/files/{file_id}/content", response_class=Response, responses=_CONTENT)(get_openai_file_content)
    take_files(router, most_bytes, create_openai_file.__name__)
    return router


async def create_openai_file(caller: Changing, request: Request) -> Response:
    """Upload a file, as `multipart/form-data`; it can be used until it expires."""
    # Before anything of the body is read
    uploads.uploader(caller.viewer)
    async with request.form(max_files=1, max_fields=10, max_part_size=AROUND_BYTES) as form:
        file, purpose = form.get("file"), form.get("purpose")
        if not isinstance(file, UploadFile):
            raise RefusedError(
                "Send the file as the part 'file', with a file name.", "file", "missing_required_parameter"
            )
        if purpose not in PURPOSES:
            raise RefusedError(f"'purpose' is one of {', '.join(PURPOSES)}.", "purpose", "invalid_value")
        name = storable(file.filename or "")[:255]
        content_type = (file.content_type or BINARY).partition(";")[0].strip()
        if not CONTENT_TYPE.fullmatch(content_type):
            content_type = BINARY
        new = NewUpload(content_type, file.size or 0, name, str(purpose))
        try:
            stored = await receive(caller, file, new)
        except WrongSizeError as error:
            raise RefusedError(str(error), "file", "invalid_value") from None
    return answer(_body(stored))


async def list_openai_files(
    caller: Calling,
    purpose: Annotated[str | None, Query(max_length=20, description="Files of this purpose alone.")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000, description="How many files.")] = 10_000,
    after: Annotated[str | None, Query(max_length=100, description="Files behind this one in the list.")] = None,
    order: Annotated[Literal["asc", "desc"], Query(description="By the time at which they came.")] = "desc",
) -> Response:
    """Your files that have not expired, newest first. The results of batches are not among them."""
    rows = await uploads.listing(caller.viewer)
    if order == "asc":
        rows.reverse()
    if purpose is not None:
        rows = [row for row in rows if _purpose(row) == purpose]
    if after is not None:
        places = [place for place, row in enumerate(rows) if id_of_file(row.id) == after]
        rows = rows[places[0] + 1 :] if places else []
    part = rows[:limit]
    await caller.spend(len(part))
    return answer(listed([_body(row) for row in part], has_more=len(rows) > limit))


def listed(data: list[JSON_OBJECT], *, has_more: bool) -> JSON_OBJECT:
    """A page of a list."""
    ids = [item["id"] for item in data]
    first, last = (ids[0], ids[-1]) if ids else (None, None)
    return {"object": "list", "data": data, "first_id": first, "last_id": last, "has_more": has_more}


async def get_openai_file(caller: Calling, file_id: str) -> Response:
    """A file, or the results of a batch."""
    file = await find(caller, file_id)
    if isinstance(file, Upload):
        return answer(_body(file))
    kind = "output" if file_id.startswith(OUTPUT) else "error"
    created = int((file.completed_at or file.created_at).timestamp())
    return answer(
        {
            "id": file_id,
            "object": "file",
            "bytes": 0,
            "created_at": created,
            "expires_at": None,
            "filename": f"{id_of_batch(file.id)}_{kind}.jsonl",
            "purpose": "batch_output",
            "status": "processed",
        }
    )


async def delete_openai_file(caller: Changing, file_id: str) -> Response:
    """Let a file expire now; a batch that reads it goes on. The results of a batch cannot be deleted."""
    file = await find(caller, file_id)
    if not isinstance(file, Upload):
        raise RefusedError("The results of a batch are removed with its predictions.", "file_id", "invalid_value")
    await uploads.expire(caller.viewer, file.id)
    return answer({"id": file_id, "object": "file", "deleted": True})


async def get_openai_file_content(caller: Calling, file_id: str) -> Response:
    """The bytes of a file; of a batch's results as they are read."""
    file = await find(caller, file_id)
    if isinstance(file, Upload):
        headers = {"content-length": str(file.size_bytes)}
        try:
            chunks = await begun(caller.rt.storage.stream(file.key))
        except StorageMissingError:
            raise unknown(file_id) from None
        return StreamingResponse(chunks, media_type=file.content_type, headers=headers)
    lines = batch_lines.result_lines(caller.rt, file, of_errors=file_id.startswith(ERROR), base_url=caller.base_url)
    return StreamingResponse(lines, media_type="application/jsonl")


async def find(caller: Caller, text: str) -> Upload | Batch:
    """The upload of an id, or the batch whose results it is.

    Raises:
        RefusedError: there is none, or the caller may not know of it.
    """
    for prefix in (OUTPUT, ERROR):
        if (row_id := _uuid(text, prefix)) is not None:
            try:
                row = await batch_watch.find(caller.viewer, row_id)
            except NotFoundError:
                raise unknown(text) from None
            if row.endpoint is None or row.completed_at is None:
                raise unknown(text)
            return row
    row_id = _uuid(text, FILE)
    try:
        if row_id is None:
            raise unknown(text)
        return await uploads.find(caller.viewer, row_id)
    except NotFoundError:
        raise unknown(text) from None


def unknown(text: str) -> RefusedError:
    """The error for a file that is not there."""
    return RefusedError(f"No such File object: {storable(text)[:100]}", "file_id", "not_found", 404)


def _uuid(text: str, prefix: str) -> UUID | None:
    if not text.startswith(prefix):
        return None
    try:
        return UUID(text.removeprefix(prefix))
    except ValueError:
        return None


def id_of_file(row_id: UUID) -> str:
    """The id of an upload."""
    return f"{FILE}{row_id.hex}"


def id_of_batch(row_id: UUID) -> str:
    """The id of a batch."""
    return f"batch_{row_id.hex}"


def _purpose(row: Upload) -> str:
    return row.purpose or "user_data"


def _body(row: Upload) -> JSON_OBJECT:
    return {
        "id": id_of_file(row.id),
        "object": "file",
        "bytes": row.size_bytes,
        "created_at": int(row.created_at.timestamp()),
        "expires_at": int(row.expires_at.timestamp()),
        "filename": row.name or f"{row.id}",
        "purpose": _purpose(row),
        "status": "processed",
    }
