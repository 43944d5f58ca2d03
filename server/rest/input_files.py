"""Files that come with a request, on their way into the input of a prediction."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from server.adapters.database import DATABASE_ERRORS
from server.domain.files import BINARY, CONTENT_TYPE, MAX_DATA_URI_BYTES
from server.domain.media import type_by_name
from server.errors import BadUserInputError
from server.rest.caller import Caller
from server.services import uploads
from server.services.uploads import NewUpload, WrongSizeError
from server.tables import Upload

PIECE_BYTES = 1 << 20
# What multipart puts around the bytes of a file, and the fields beside it
AROUND_BYTES = 100_000


def take_files(router: APIRouter, most_bytes: int, *names: str) -> None:
    """Let some routes, by the names of their functions, take bodies as large as an input file may be."""
    for route in router.routes:
        if getattr(route, "name", None) in names:
            limited = RequestBodyLimitMiddleware(route.app, most_bytes + AROUND_BYTES)  # type: ignore[attr-defined]
            route.app = limited  # type: ignore[attr-defined]


def type_of_file(file: UploadFile) -> str:
    """The content type that a part of a form tells, or else that of its name."""
    named = (file.content_type or BINARY).partition(";")[0].strip().lower()
    if not CONTENT_TYPE.fullmatch(named) or named == BINARY:
        return type_by_name(file.filename or "")
    return named


async def store(caller: Caller, file: UploadFile) -> Upload:
    """A file of a form as an upload of the caller's.

    Raises:
        UnauthenticatedError, InvalidInputError, ConflictError: as `uploads.create`.
        StorageError: the store did not take it.
    """
    try:
        return await receive(caller, file, NewUpload(type_of_file(file), file.size or 0))
    except WrongSizeError as error:
        raise BadUserInputError(str(error)) from None


async def receive(caller: Caller, file: UploadFile, new: NewUpload) -> Upload:
    """A file of a form as an upload that is described; raises as `store`, but WrongSizeError as it is.

    One whose file was not stored counts no more: nobody could send its bytes again.
    """
    upload = await uploads.create(caller.rt, caller.viewer, new)
    try:
        return await uploads.receive(caller.rt, upload.id, _chunks(file))
    except BaseException:
        with suppress(*DATABASE_ERRORS):
            await uploads.discard(upload.id)
        raise


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(PIECE_BYTES):
        yield chunk


class FormFiles:
    """The files of one request: small ones are given as they are, others stored until their prediction has them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stored: list[Upload] = []

    async def reference(self, file: UploadFile) -> str:
        """What an input names a file by; raises as `store`."""
        if (file.size or 0) <= MAX_DATA_URI_BYTES:
            data = base64.b64encode(await file.read()).decode()
            return f"data:{type_of_file(file)};base64,{data}"
        upload = await store(self._caller, file)
        self._stored.append(upload)
        return f"upload:{upload.id}"

    async def release(self) -> None:
        """Nothing but what was accepted by now keeps the files."""
        for upload in self._stored:
            await uploads.expire(self._caller.viewer, upload.id)
