"""Input files by signed, expiring links: the bytes of an upload are PUT here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from server.adapters.signing import expiry
from server.adapters.storage import StorageError
from server.errors import ConflictError, NotFoundError
from server.routes.answers import error
from server.services import uploads
from server.services.uploads import WrongSizeError

logger = structlog.get_logger(__name__)

IDLE_SECONDS = 60.0
_arriving: set[UUID] = set()


async def put(request: Request) -> Response:
    """Store a file: 201; 403 for a wrong or expired link, 404 if the upload is gone, 409 if it has its file."""
    rt, query = request.state.rt, request.query_params
    expires_at = expiry(query.get("exp", ""))
    upload_id: UUID = request.path_params["id"]
    if not rt.signer.verify(uploads.signed(upload_id), expires_at, query.get("sig", ""), time.time()):
        return error(403, "FORBIDDEN", "This link is not valid, or it has expired.")
    # Else one link could fill the disk, by sending the same file many times at once
    if upload_id in _arriving:
        return error(409, "CONFLICT", "This file is already being uploaded.")
    _arriving.add(upload_id)
    try:
        return await _receive(request, upload_id)
    finally:
        _arriving.discard(upload_id)


async def _receive(request: Request, upload_id: UUID) -> Response:
    try:
        upload = await uploads.receive(request.state.rt, upload_id, _chunks(request))
    except NotFoundError as failure:
        return error(404, failure.code, failure.message)
    except ConflictError as failure:
        return error(409, failure.code, failure.message)
    except WrongSizeError as failure:
        return error(413 if failure.too_many else 400, "INVALID_INPUT", str(failure))
    except HTTPException as failure:
        return error(failure.status_code, "INVALID_INPUT", "The file is larger than MAX_INPUT_BYTES.")
    except TimeoutError:
        return error(408, "UNAVAILABLE", f"No byte came for {IDLE_SECONDS:g} seconds.")
    except ClientDisconnect:
        return Response(status_code=400)
    except StorageError as failure:
        logger.warning("uploads.not_stored", upload=str(upload_id), error=str(failure))
        return error(503, "UNAVAILABLE", "The file store is unavailable; try again.")
    body = {"upload": f"upload:{upload.id}", "bytes": upload.size_bytes, "sha256": upload.sha256}
    return JSONResponse(body, 201)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        async with asyncio.timeout(IDLE_SECONDS):
            try:
                chunk = await anext(stream)
            except StopAsyncIteration:
                return
        yield chunk
