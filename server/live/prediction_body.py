"""A prediction as plain JSON, as the API gives it: what webhooks carry. Its names and values are those of GraphQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from server.domain.files import with_links
from server.domain.ids import encode_id
from server.domain.predictions import PredictionStatus, Priority
from server.domain.secrets import mask
from server.domain.text_output import choices_of, finish_reason_of, text_of
from server.live import lineage
from server.live.links import links_of
from server.live.prediction_events import live_state, overlay
from server.queue.prices import cost_of
from server.runtime import Runtime
from server.tables import Prediction

METRICS = {
    "queue_seconds": "queueSeconds",
    "load_seconds": "loadSeconds",
    "predict_seconds": "predictSeconds",
    "total_seconds": "totalSeconds",
    "time_to_first_token_seconds": "timeToFirstTokenSeconds",
    "input_tokens": "inputTokens",
    "cached_input_tokens": "cachedInputTokens",
    "output_tokens": "outputTokens",
    "tokens_per_second": "tokensPerSecond",
    "steps": "steps",
}
COUNTS = frozenset({"input_tokens", "cached_input_tokens", "output_tokens", "steps"})


async def body(rt: Runtime, row: Prediction, base_url: str) -> dict[str, Any]:
    """The prediction as it stands now, with fresh links; `row` comes with its model, the model's owner, and version."""
    files = [
        {"url": url, **{name: record[name] for name in ("contentType", "bytes", "width", "height")}}
        for url, record in zip(await links_of(rt, row, base_url), row.files or [], strict=True)
    ]
    running = row.status == PredictionStatus.PROCESSING.value
    live = overlay(row, await live_state(rt, row.id)) if running else None
    output, text, logs, progress = row.output, None, row.logs, None
    if live is not None:
        output, text, logs = live.output, live.text, live.logs
        if live.progress:
            progress = {name: live.progress.get(name) for name in ("step", "total", "fraction", "etaSeconds")}
    else:
        text = text_of(output)
    if live is None and files:
        output = with_links(output, [file["url"] for file in files])
    metrics = row.metrics or {}
    slug = f"{row.model.owner.handle}/{row.model.name}"
    return {
        "id": encode_id("Prediction", row.id),
        "status": row.status.upper(),
        "model": {"slug": slug},
        "version": {"number": row.version.number, "slug": f"{slug}:{row.version.number}"},
        "user": {"handle": row.user.handle} if row.user else None,
        "input": mask(row.input),
        "output": output,
        "text": text,
        "choices": _choices(output),
        "logs": logs,
        "progress": progress,
        "files": files,
        "error": {"code": row.error_code, "message": row.error_message or ""} if row.error_code else None,
        "metrics": {
            **{
                field: int(metrics[name]) if name in COUNTS and metrics.get(name) is not None else metrics.get(name)
                for name, field in METRICS.items()
            },
            "custom": metrics.get("custom"),
        },
        "cost": cost.body() if (cost := await cost_of(row)) else None,
        "seed": row.input.get("seed") if isinstance(row.input.get("seed"), int) else None,
        "priority": Priority(row.priority).name,
        "attempts": row.attempt,
        "cached": bool(metrics.get("cached")),
        "lineage": await lineage.body(row),
        "dataRemoved": row.data_removed,
        "retryOf": {"id": encode_id("Prediction", row.retry_of)} if row.retry_of else None,
        "batch": {"id": encode_id("Batch", row.batch_id)} if row.batch_id else None,
        "batchIndex": row.batch_index,
        "metadata": row.metadata,
        "stopSeconds": row.stop_seconds,
        "canceledAt": _text(row.canceled_at),
        "createdAt": _text(row.created_at),
        "startedAt": _text(row.started_at),
        "completedAt": _text(row.completed_at),
    }


async def load(prediction_id: UUID) -> Prediction | None:
    """The row with all that `body` needs."""
    return await Prediction.filter(id=prediction_id).select_related("model__owner", "version", "user").first()


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _choices(output: Any) -> list[dict[str, Any]] | None:
    choices = choices_of(output)
    return choices and [
        {
            "index": index,
            "text": choice["text"],
            "finishReason": reason.name if (reason := finish_reason_of(choice)) else None,
            "message": choice.get("message"),
            "logprobs": choice.get("logprobs"),
        }
        for index, choice in enumerate(choices)
    ]
