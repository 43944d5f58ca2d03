"""A prediction as `/v1` gives it, in answers and to webhooks; its names and values are those of Replicate's API."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import Any
from uuid import UUID

from server.domain.files import with_links
from server.domain.ids import encode_id
from server.domain.models import ModelKind
from server.domain.predictions import PredictionStatus, Priority
from server.domain.secrets import mask
from server.domain.version_ids import encode_version_id
from server.live.links import links_of
from server.live.prediction_events import live_state, overlay
from server.queue.prices import cost_of
from server.runtime import Runtime
from server.tables import Prediction

METRICS = {
    "predict_seconds": "predict_time",
    "total_seconds": "total_time",
    "queue_seconds": "queue_time",
    "load_seconds": "load_time",
    "time_to_first_token_seconds": "time_to_first_token",
    "tokens_per_second": "tokens_per_second",
    "input_tokens": "input_token_count",
    "output_tokens": "output_token_count",
    "steps": "step_count",
}
STREAM_LINK_SECONDS = 3600
_PIECE = re.compile(r"\s*\S+|\s+")


def pieces(text: str, *, is_over: bool) -> list[str]:
    """A text as the list that clients of streaming models expect, one word each; joined, they are the text.

    The list of a longer text begins with that of a shorter one: the last word, which may grow, comes when it `is_over`.
    """
    words = _PIECE.findall(text)
    return words if is_over else words[:-1]


def is_streamed(row: Prediction) -> bool:
    """Whether its output is a list of pieces of text."""
    return row.model.kind == ModelKind.TEXT_GENERATION.value


async def body(rt: Runtime, row: Prediction, base_url: str) -> dict[str, Any]:
    """The prediction as it stands, with fresh links; `row` comes with its model and the model's owner."""
    status = PredictionStatus(row.status)
    live = None
    if status is PredictionStatus.PROCESSING:
        live = overlay(row, await live_state(rt, row.id))
    output = row.output if live is None else live.output
    if live is None and row.files:
        output = with_links(output, await links_of(rt, row, base_url))
    if isinstance(output, str) and is_streamed(row):
        output = pieces(output, is_over=status.is_terminal)
    prediction_id = encode_id("Prediction", row.id)
    return {
        "id": prediction_id,
        "model": f"{row.model.owner.handle}/{row.model.name}",
        "version": encode_version_id(row.version_id),
        "status": status.value,
        "input": mask(row.input),
        "output": output,
        "logs": row.logs if live is None else live.logs,
        "error": None if row.error_code is None else row.error_message or row.error_code,
        "error_code": row.error_code,
        "metrics": _metrics(row.metrics or {}),
        "cost": cost.body() if (cost := await cost_of(row)) else None,
        "priority": Priority(row.priority).name.lower(),
        "data_removed": row.data_removed,
        "created_at": text_of_time(row.created_at),
        "started_at": text_of_time(row.started_at),
        "completed_at": text_of_time(row.completed_at),
        "deadline": text_of_time(row.deadline_at),
        "urls": urls(rt, row.id, base_url),
    }


def urls(rt: Runtime, row_id: UUID, base_url: str) -> dict[str, str]:
    """Where a prediction is; `stream` carries a signature of its own, since not all clients send a credential there."""
    prediction_id = encode_id("Prediction", row_id)
    at = f"{base_url}/v1/predictions/{prediction_id}"
    expires_at = int(time.time()) + STREAM_LINK_SECONDS
    signature = rt.signer.sign(signed_stream(row_id), expires_at)
    return {
        "get": at,
        "cancel": f"{at}/cancel",
        "stream": f"{at}/stream?exp={expires_at}&sig={signature}",
        "web": f"{base_url}/p/{prediction_id}",
    }


def signed_stream(row_id: UUID) -> str:
    """The text that the signature of a stream's link covers; no key of a file looks like it."""
    return f"stream:{row_id}"


def text_of_time(at: datetime | None) -> str | None:
    """A time as JSON has it."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _metrics(metrics: dict[str, Any]) -> dict[str, Any]:
    named = {name: metrics[key] for key, name in METRICS.items() if metrics.get(key) is not None}
    return {**(metrics.get("custom") or {}), **named}
