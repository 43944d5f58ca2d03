"""Several predictions behind one answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Request

from server.domain.predictions import NewPrediction
from server.rest.caller import Caller
from server.rest.openai.running import Run
from server.services import predictions
from server.tables import Prediction


async def make_run(
    caller: Caller, request: Request, slug: str, values: dict[str, Any], idempotency_key: str | None, number: int = 0
) -> Run:
    """The prediction of one of a request's inputs, which has a key of its own where the request has one."""
    key = f"{idempotency_key}:{number}" if idempotency_key is not None and number else idempotency_key
    row = await predictions.create(caller.rt, caller.viewer, NewPrediction(slug, values, key))
    return Run(caller, request, row, stays=key is not None)


async def run_all(
    caller: Caller, request: Request, slug: str, inputs: Sequence[dict[str, Any]], idempotency_key: str | None
) -> tuple[list[Prediction], dict[str, str]]:
    """The predictions of a request's inputs when all have succeeded, and the answer's headers.

    Raises:
        RefusedError: one has not; all others are canceled.
        ClientDisconnect: the client is gone, and all are canceled.
    """
    runs: list[Run] = []
    try:
        for number, values in enumerate(inputs):
            runs.append(await make_run(caller, request, slug, values, idempotency_key, number))
        rows = [await run.result() for run in runs]
    finally:
        for run in runs:
            await run.leave()
    return rows, {"x-prediction-id": ", ".join(run.headers["x-prediction-id"] for run in runs)}
