"""Output files by signed, expiring links."""

from __future__ import annotations

import time

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.adapters.signing import FileSigner
from server.adapters.storage import Storage, StorageError, StorageMissingError
from server.routes.answers import error

logger = structlog.get_logger(__name__)

IMAGES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


async def serve(request: Request) -> Response:
    """Answer a link made by `Storage.url`."""
    rt = request.state.rt
    query = request.query_params
    return await file_response(
        rt.storage, rt.signer, request.path_params["key"], query.get("exp", ""), query.get("sig", "")
    )


async def file_response(storage: Storage, signer: FileSigner, key: str, expires: str, signature: str) -> Response:
    """The file; 403 for a wrong or expired link, 404 if it is gone, 503 if it cannot be read."""
    expires_at = int(expires) if expires.isascii() and expires.isdigit() and len(expires) < 12 else 0
    now = time.time()
    if not signer.verify(key, expires_at, signature, now):
        return error(403, "FORBIDDEN", "This link is not valid, or it has expired.")
    try:
        size = await storage.size(key)
    except StorageMissingError:
        return error(404, "NOT_FOUND", "This file no longer exists.")
    except StorageError as failure:
        logger.warning("files.unreadable", key=key, error=str(failure))
        return error(503, "UNAVAILABLE", "The file store is unavailable; try again.")
    image = IMAGES.get(key.rpartition(".")[2])
    headers = {
        "content-type": image or "application/octet-stream",
        "content-length": str(size),
        "content-disposition": "inline" if image else "attachment",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        # Whoever has the link may show the picture, on pages of other sites too
        "cross-origin-resource-policy": "cross-origin",
        "cache-control": f"private, max-age={max(0, int(expires_at - now))}",
    }
    return StreamingResponse(storage.stream(key), headers=headers)
