"""Input files: uploaded once, and named by their URL in inputs."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from server.adapters import wire
from server.domain.ids import parse_id
from server.domain.storable import storable
from server.errors import BadUserInputError, InvalidInputError, NotFoundError, Violation
from server.rest.answers import answer
from server.rest.caller import SIGN_IN, Calling, Changing
from server.rest.input_files import AROUND_BYTES, store, take_files
from server.rest.requests import BoundedRoute
from server.rest.v1.answers import ERRORS, file_body
from server.rest.v1.forms import File, Page
from server.services import uploads

PATH = "/v1/files/"
MAX_DEPTH = 32
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["content"],
                    "properties": {
                        "content": {"type": "string", "format": "binary", "description": "The file, with its type."},
                        "metadata": {"type": "string", "description": "A JSON object, which is given back."},
                    },
                }
            }
        },
    }
}


def create_router(most_bytes: int) -> APIRouter:
    """The routes of files, one of which takes as much as an input file may have."""
    router = APIRouter(route_class=BoundedRoute, tags=["files"], responses=ERRORS, dependencies=SIGN_IN)
    router.post("/files", status_code=201, response_model=File, openapi_extra=_FORM)(create_file)
    router.get("/files", response_model=Page[File])(list_files)
    router.get("/files/{id}", response_model=File)(get_file)
    router.delete("/files/{id}", status_code=204)(delete_file)
    take_files(router, most_bytes, create_file.__name__)
    return router


async def create_file(caller: Changing, request: Request) -> Response:
    """Upload a file, as `multipart/form-data`; it can be used until it expires."""
    # Before anything of the body is read
    uploads.uploader(caller.viewer)
    async with request.form(max_files=2, max_fields=5, max_part_size=AROUND_BYTES) as form:
        content, metadata = form.get("content"), form.get("metadata")
        if isinstance(metadata, UploadFile):
            # Replicate's JavaScript client sends it as a file
            metadata = (await metadata.read(AROUND_BYTES)).decode(errors="replace")
        if not isinstance(content, UploadFile) or len(form.getlist("content")) > 1:
            rule = "Send the file as the part `content` of a multipart form, with a file name."
            raise InvalidInputError([Violation("/content", rule, "required")])
        about = _metadata(metadata)
        stored = await store(caller, content)
        name = storable(content.filename or "")[:255]
    return answer(file_body(caller, stored, name, about), 201)


def _metadata(text: object) -> dict[str, Any]:
    if not text:
        return {}
    try:
        value = wire.decode(text) if isinstance(text, str) else None
    except json.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise InvalidInputError([Violation("/metadata", "The metadata is a JSON object.", "type")])
    return value


async def list_files(caller: Calling) -> Response:
    """Your uploaded files that have not expired, newest first."""
    rows = await uploads.listing(caller.viewer)
    await caller.spend(len(rows))
    return answer({"previous": None, "next": None, "results": [file_body(caller, row) for row in rows]})


async def get_file(caller: Calling, id: str) -> Response:  # noqa: A002
    """An uploaded file."""
    return answer(file_body(caller, await uploads.find(caller.viewer, _file_id(id))))


async def delete_file(caller: Changing, id: str) -> Response:  # noqa: A002
    """Let a file expire now; predictions that have it as input keep it."""
    await uploads.expire(caller.viewer, _file_id(id))
    return Response(status_code=204)


def _file_id(text: str) -> UUID:
    try:
        return parse_id(text, "Upload")
    except BadUserInputError:
        raise NotFoundError("There is no file with this id.") from None


def with_uploads(value: Any, base_url: str, depth: int = 0) -> Any:
    """An input with `upload:<id>` wherever it has the URL of an uploaded file of this server."""
    if isinstance(value, str):
        prefix = f"{base_url}{PATH}"
        if not value.startswith(prefix):
            return value
        try:
            return f"upload:{parse_id(value.removeprefix(prefix), 'Upload')}"
        except BadUserInputError:
            return value
    if depth >= MAX_DEPTH:
        return value
    if isinstance(value, dict):
        return {name: with_uploads(item, base_url, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [with_uploads(item, base_url, depth + 1) for item in value]
    return value
