"""A prediction as plain JSON, as the API gives it: what webhooks carry. Its names and values are those of GraphQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.adapters.event_log import LiveState
from server.domain.ids import encode_id
from server.domain.predictions import PredictionStatus
from server.live.prediction_events import live_state, overlay
from server.runtime import Runtime
from server.tables import Prediction

METRICS = (
    "queue_seconds",
    "load_seconds",
    "predict_seconds",
    "total_seconds",
    "time_to_first_token_seconds",
    "input_tokens",
    "output_tokens",
    "tokens_per_second",
    "steps",
)
COUNTS = frozenset({"input_tokens", "output_tokens", "steps"})


async def body(rt: Runtime, row: Prediction, base_url: str) -> dict[str, Any]:
    """The prediction as it stands now, with fresh links; `row` comes with its model, the model's owner, and version."""
    running = row.status == PredictionStatus.PROCESSING.value
    live = overlay(row, await live_state(rt, row.id)) if running else None
    files = [await _file(rt, record, base_url) for record in row.files or []]
    slug = f"{row.model.owner.handle}/{row.model.name}"
    return {
        "id": encode_id("Prediction", row.id),
        "status": row.status.upper(),
        "model": {"slug": slug},
        "version": {"number": row.version.number, "slug": f"{slug}:{row.version.number}"},
        "user": {"handle": row.user.handle} if row.user else None,
        "input": row.input,
        **_made(row, live, files),
        "files": files,
        "error": {"code": row.error_code, "message": row.error_message or ""} if row.error_code else None,
        "metrics": _metrics(row.metrics or {}),
        "seed": row.input.get("seed") if isinstance(row.input.get("seed"), int) else None,
        "attempts": row.attempt,
        "cached": bool((row.metrics or {}).get("cached")),
        "dataRemoved": row.data_removed,
        "retryOf": {"id": encode_id("Prediction", row.retry_of)} if row.retry_of else None,
        "stopSeconds": row.stop_seconds,
        "canceledAt": _at(row.canceled_at),
        "createdAt": _at(row.created_at),
        "startedAt": _at(row.started_at),
        "completedAt": _at(row.completed_at),
    }


async def load(prediction_id: Any) -> Prediction | None:
    """The row with all that `body` needs."""
    return await Prediction.filter(id=prediction_id).select_related("model__owner", "version", "user").first()


def _made(row: Prediction, live: LiveState | None, files: list[dict[str, Any]]) -> dict[str, Any]:
    if live is not None:
        output = live.text or live.chunks or None
        return {"output": output, "text": live.text, "logs": live.logs, "progress": _progress(live.progress)}
    text = row.output if isinstance(row.output, str) else None
    return {"output": _with_links(row.output, files), "text": text, "logs": row.logs, "progress": None}


def _with_links(output: Any, files: list[dict[str, Any]]) -> Any:
    if not files or not isinstance(output, list):
        return output
    return [
        files[item["file"]]["url"] if isinstance(item, Mapping) and set(item) == {"file"} else item for item in output
    ]


async def _file(rt: Runtime, record: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    url = await rt.storage.url(record["key"], record["contentType"], rt.settings.file_url_seconds)
    names = ("contentType", "bytes", "width", "height")
    return {"url": f"{base_url}{url}" if url.startswith("/") else url, **{name: record[name] for name in names}}


def _progress(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {name: data.get(name) for name in ("step", "total", "fraction", "etaSeconds")} if data else None


def _metrics(measured: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: measured.get(name) for name in METRICS}
    return {_camel(name): int(v) if name in COUNTS and v is not None else v for name, v in found.items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def _at(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
