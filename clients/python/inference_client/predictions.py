"""Predictions as the client gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from inference_client.files import File, FileServer
from inference_client.operations import (
    PredictionErrorCode,
    PredictionFields,
    PredictionFieldsMetrics,
    PredictionStatus,
    WebhookEvent,
)

FINAL = ("SUCCEEDED", "FAILED", "CANCELED", "ABORTED")


@dataclass(frozen=True)
class Failure:
    """Why a prediction failed, in the words of the model or its worker."""

    code: PredictionErrorCode
    message: str


@dataclass(frozen=True)
class Progress:
    """How far a running prediction is; `fraction` is 0 to 1, None where it is not known."""

    step: int
    total: int | None
    fraction: float | None
    eta_seconds: float | None


@dataclass(frozen=True)
class Metrics:
    """Measurements of a run; None where it was not measured."""

    queue_seconds: float | None
    load_seconds: float | None
    predict_seconds: float | None
    total_seconds: float | None
    time_to_first_token_seconds: float | None
    input_tokens: int | None
    cached_input_tokens: int | None
    output_tokens: int | None
    tokens_per_second: float | None
    steps: int | None
    custom: dict[str, Any] | None


@dataclass(frozen=True)
class Webhook:
    """Where the server reports a prediction to, signed with your webhook secret."""

    url: str
    events: Sequence[WebhookEvent] = ("COMPLETED",)


@dataclass(frozen=True)
class Prediction:
    """One run of a model, as it stood when it was read; `client.get(id)` reads it again.

    `output` is a text, a `File`, a list of files, or whatever else the model gives, with a `File` wherever it names
    one; `text` is the text alone, and grows while it runs. `raw` is the server's answer.
    """

    id: str
    status: PredictionStatus
    model: str
    version: str
    input: dict[str, Any]
    output: Any
    text: str | None
    files: list[File]
    error: Failure | None
    logs: str = field(repr=False)
    progress: Progress | None
    metrics: Metrics
    attempts: int
    seed: int | None
    cached: bool
    data_removed: bool
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    raw: PredictionFields = field(repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether its status is final: SUCCEEDED, FAILED, CANCELED or ABORTED."""
        return self.status in FINAL


def prediction_of(row: PredictionFields, server: FileServer) -> Prediction:
    """A prediction of the server's answer; its files are fetched from `server`."""
    files = [
        File(server, row["id"], index, each["url"], each["contentType"], each["bytes"], each["width"], each["height"])
        for index, each in enumerate(row["files"])
    ]
    error, progress = row["error"], row["progress"]
    return Prediction(
        id=row["id"],
        status=row["status"],
        model=row["model"]["slug"],
        version=row["version"]["slug"],
        input=row["input"],
        output=_with_files(row["output"], {_place(file.url): file for file in files}),
        text=row["text"],
        files=files,
        error=Failure(error["code"], error["message"]) if error else None,
        logs=row["logs"],
        progress=Progress(progress["step"], progress["total"], progress["fraction"], progress["etaSeconds"])
        if progress
        else None,
        metrics=_metrics_of(row["metrics"]),
        attempts=row["attempts"],
        seed=row["seed"],
        cached=row["cached"],
        data_removed=row["dataRemoved"],
        created_at=datetime.fromisoformat(row["createdAt"]),
        started_at=time_of(row["startedAt"]),
        completed_at=time_of(row["completedAt"]),
        raw=row,
    )


def time_of(text: str | None) -> datetime | None:
    """A time of the server's answer."""
    return datetime.fromisoformat(text) if text else None


def _metrics_of(metrics: PredictionFieldsMetrics) -> Metrics:
    return Metrics(
        queue_seconds=metrics["queueSeconds"],
        load_seconds=metrics["loadSeconds"],
        predict_seconds=metrics["predictSeconds"],
        total_seconds=metrics["totalSeconds"],
        time_to_first_token_seconds=metrics["timeToFirstTokenSeconds"],
        input_tokens=metrics["inputTokens"],
        cached_input_tokens=metrics["cachedInputTokens"],
        output_tokens=metrics["outputTokens"],
        tokens_per_second=metrics["tokensPerSecond"],
        steps=metrics["steps"],
        custom=metrics["custom"],
    )


def _with_files(output: Any, files: dict[str, File]) -> Any:
    """An output with a `File` in place of each link to one of these."""
    if not files:
        return output
    if isinstance(output, str):
        return files.get(_place(output), output)
    if isinstance(output, list):
        return [_with_files(item, files) for item in output]
    if isinstance(output, dict):
        return {name: _with_files(item, files) for name, item in output.items()}
    return output


def _place(url: str) -> str:
    """A link without its signature, which may be another in each answer."""
    try:
        return urlsplit(url).path if "/" in url else ""
    except ValueError:
        return ""
