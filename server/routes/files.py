"""Output files by signed, expiring links and by public ones, whole or in part."""

from __future__ import annotations

import hashlib
import re
import time
from typing import NamedTuple

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.adapters.signing import FileSigner, expiry
from server.adapters.storage import Storage, StorageError, StorageMissingError, begun
from server.domain.files import BINARY
from server.domain.media import type_of
from server.routes.answers import error
from server.services import public_links

logger = structlog.get_logger(__name__)

# One range: players ask for no more, and several may be answered with the whole file (RFC 9110, 14.2)
_RANGE = re.compile(r"bytes=[ \t]*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))", re.ASCII | re.I)


async def serve(request: Request) -> Response:
    """Answer a link made by `Storage.url`; a HEAD gets the headers alone."""
    rt, query = request.state.rt, request.query_params
    link = Link(request.path_params["key"], query.get("exp", ""), query.get("sig", ""))
    return answer(request, await file_response(rt.storage, rt.signer, link, request.headers))


async def serve_public(request: Request) -> Response:
    """Answer for an output file that a public link shows: each time it is asked whether it still does."""
    token, index = request.path_params["token"], request.path_params["index"]
    key = await public_links.file_key(token, index)
    if key is None:
        return error(404, "NOT_FOUND", "There is no such file, or it is not shared any more.")
    return answer(request, await stored_file(request.state.rt.storage, key, "private, no-cache", request.headers))


def answer(request: Request, response: Response) -> Response:
    """The response, of which a HEAD gets the headers alone."""
    if request.method == "HEAD":
        return Response(status_code=response.status_code, headers=dict(response.headers))
    return response


class Link(NamedTuple):
    """What a link says: a storage key, when it expires, and the signature of both."""

    key: str
    expires: str
    signature: str


async def file_response(storage: Storage, signer: FileSigner, link: Link, wishes: Headers) -> Response:
    """The file, or the part that the request's headers ask for.

    206 for a part, 304 for what the client has, 403 for a wrong or expired link, 404 if the file is gone, 416 for a
    part that it does not have, 503 if it cannot be read.
    """
    key, expires, signature = link
    expires_at = expiry(expires)
    now = time.time()
    if not signer.verify(key, expires_at, signature, now):
        return error(403, "FORBIDDEN", "This link is not valid, or it has expired.")
    return await stored_file(storage, key, f"private, max-age={max(0, int(expires_at - now))}", wishes)


async def stored_file(storage: Storage, key: str, cache_control: str, wishes: Headers) -> Response:
    """A file that whoever asks may read, or the part that the request's headers ask for; else as `file_response`."""
    try:
        size = await storage.size(key)
    except StorageError as failure:
        return _unreadable(key, failure)
    content_type = type_of(key.rpartition(".")[2])
    # A key's bytes never change
    tag = f'"{hashlib.sha256(key.encode()).hexdigest()[:32]}"'
    headers = {
        "content-type": content_type or BINARY,
        "content-disposition": "inline" if content_type else "attachment",
        "x-content-type-options": "nosniff",
        # A browser's own player of a link that is opened as a page is the one thing that it may load: the file
        "content-security-policy": "default-src 'none'; media-src 'self'; sandbox",
        # Whoever has the link may show the file, on pages of other sites too
        "cross-origin-resource-policy": "cross-origin",
        "cache-control": cache_control,
        "accept-ranges": "bytes",
        "etag": tag,
    }
    if (known := wishes.get("if-none-match", "")).strip() == "*" or tag in known:
        return Response(status_code=304, headers=headers)
    part = None
    if wishes.get("if-range", tag) == tag:
        part = _part(wishes.get("range", ""), size)
    start, end = part or (0, size - 1)
    if part is not None and start > end:
        refusal = error(416, "INVALID_INPUT", f"The file has {size} bytes; there is no such part of it.")
        refusal.headers["content-range"] = f"bytes */{size}"
        return refusal
    headers["content-length"] = str(end - start + 1)
    if part is not None:
        headers["content-range"] = f"bytes {start}-{end}/{size}"
    try:
        chunks = await begun(storage.stream(key, start, end - start + 1) if part is not None else storage.stream(key))
    except StorageError as failure:
        return _unreadable(key, failure)
    return StreamingResponse(chunks, 200 if part is None else 206, headers)


def _unreadable(key: str, failure: StorageError) -> Response:
    if isinstance(failure, StorageMissingError):
        return error(404, "NOT_FOUND", "This file no longer exists.")
    logger.warning("files.unreadable", key=key, error=str(failure))
    return error(503, "UNAVAILABLE", "The file store is unavailable; try again.")


def _part(text: str, size: int) -> tuple[int, int] | None:
    """The first and the last byte of a part that a Range header asks for, or None for one that asks for no single part.

    The first is behind the last where the file has no byte of it.
    """
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        # The last bytes; of none of them there is no part
        return (max(0, size - int(suffix)) if int(suffix) else size), size - 1
    if not last:
        return int(first), size - 1
    return (int(first), min(int(last), size - 1)) if int(first) <= int(last) else None
