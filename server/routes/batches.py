"""The results of batches by signed, expiring links, one JSON a line."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.adapters import wire
from server.adapters.requests import base_url
from server.adapters.signing import expiry
from server.live import batch_results
from server.live.batch_body import signed_results
from server.routes.answers import error
from server.runtime import Runtime
from server.tables import Batch

MEDIA_TYPE = "application/jsonl"


async def results(request: Request) -> Response:
    """Answer a link to the results of a batch: those that there are by now, in the order of its input."""
    rt: Runtime = request.state.rt
    batch_id: UUID = request.path_params["id"]
    expires_at, signature = expiry(request.query_params.get("exp", "")), request.query_params.get("sig", "")
    if not rt.signer.verify(signed_results(batch_id), expires_at, signature, time.time()):
        return error(403, "FORBIDDEN", "This link is not valid, or it has expired.")
    if not await Batch.exists(id=batch_id):
        return error(404, "NOT_FOUND", "This batch was deleted.")
    headers = {
        "content-type": MEDIA_TYPE,
        "content-disposition": f'attachment; filename="batch-{batch_id}.jsonl"',
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    if request.method == "HEAD":
        return Response(headers=headers)
    return StreamingResponse(_lines(rt, batch_id, base_url(request, rt.settings)), headers=headers)


async def _lines(rt: Runtime, batch_id: UUID, url: str) -> AsyncIterator[bytes]:
    # A portion at a time, as fast as the client reads
    async with aclosing(batch_results.read(batch_id)) as rows:
        async for row in rows:
            yield wire.encode_bytes(await batch_results.body(rt, row, url)) + b"\n"
