"""Several predictions behind one answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from fastapi import Request

from server.adapters.tasks import end
from server.domain.predictions import NewPrediction
from server.rest.caller import Caller
from server.rest.openai.running import Run, headers_of
from server.rest.openai.sampling import pinned_slug
from server.services import predictions
from server.tables import Prediction, Version


async def make_all(
    caller: Caller, request: Request, version: Version, inputs: Sequence[dict[str, Any]], idempotency_key: str | None
) -> list[Run]:
    """The predictions of a request's inputs on a version that `find_version` gave its caller.

    Each has a key of its own where the request has one. Where one of them is refused, all others are canceled.
    """
    runs: list[Run] = []
    slug = pinned_slug(version.model, version)
    try:
        for number, values in enumerate(inputs):
            key = f"{idempotency_key}:{number}" if idempotency_key is not None and number else idempotency_key
            row = await predictions.create(caller.rt, caller.viewer, NewPrediction(slug, values, key), version)
            runs.append(Run(caller, request, row, stays=key is not None))
    except BaseException:
        for run in runs:
            await run.leave()
        raise
    return runs


async def merged(streams: Sequence[AsyncGenerator[bytes, None]]) -> AsyncGenerator[bytes, None]:
    """The pieces of several streams as they come; what one of them raises ends all."""
    following = {asyncio.ensure_future(anext(each, None)): each for each in streams}
    try:
        while following:
            done, _ = await asyncio.wait(following, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                each = following.pop(task)
                if (piece := task.result()) is not None:
                    following[asyncio.ensure_future(anext(each, None))] = each
                    yield piece
    finally:
        await end(*following)
        for each in streams:
            await each.aclose()


async def run_all(
    caller: Caller, request: Request, version: Version, inputs: Sequence[dict[str, Any]], idempotency_key: str | None
) -> tuple[list[Prediction], dict[str, str]]:
    """The predictions of a request's inputs when all have succeeded, and the answer's headers.

    Raises:
        RefusedError: one has not; all others are canceled.
        ClientDisconnect: the client is gone, and all are canceled.
    """
    runs = await make_all(caller, request, version, inputs, idempotency_key)
    try:
        rows = [await run.result() for run in runs]
    finally:
        for run in runs:
            await run.leave()
    return rows, headers_of(runs)
