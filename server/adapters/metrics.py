"""What this process counts and measures, in the formats of Prometheus.

No label takes what a client chose: names come from the schema, from settings or from enumerations.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Metric,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_LONG = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)

OPERATIONS = Counter(
    "inference_operations",
    "GraphQL operations that ended, by type, first root field, name (METRICS_OPERATIONS) and outcome.",
    ("type", "field", "operation", "outcome"),
    registry=REGISTRY,
)
OPERATION_SECONDS = Histogram(
    "inference_operation_seconds",
    "Time of queries and mutations, from their parsing to their result.",
    ("type", "field"),
    buckets=_SHORT,
    registry=REGISTRY,
)
OPERATION_COST = Histogram(
    "inference_operation_cost_points",
    "Cost of operations, in points, as it was charged before they ran.",
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000),
    registry=REGISTRY,
)
REFUSALS = Counter(
    "inference_refused_operations",
    "Operations refused before they were parsed, by error code.",
    ("code",),
    registry=REGISTRY,
)
SOCKETS = Gauge("inference_sockets", "Open WebSockets.", registry=REGISTRY)
SUBSCRIPTIONS = Gauge(
    "inference_subscriptions", "Operations running over WebSockets, mostly subscriptions.", registry=REGISTRY
)
PREDICTIONS_ENDED = Counter(
    "inference_predictions_ended",
    "Predictions that this process ended; result: `own`, or `shared` with an equal prediction.",
    ("kind", "status", "result"),
    registry=REGISTRY,
)
PREDICTION_SECONDS = Histogram(
    "inference_prediction_seconds",
    "Seconds that a prediction spent in each phase: queue, load, predict, total, first_token.",
    ("kind", "phase"),
    buckets=_LONG,
    registry=REGISTRY,
)
TOKENS = Counter(
    "inference_tokens",
    "Tokens of predictions that ended, by direction: input, output.",
    ("kind", "direction"),
    registry=REGISTRY,
)
WEBHOOK_MESSAGES = Counter(
    "inference_webhook_messages",
    "Webhook messages sent, by event and the state of the delivery afterwards; `pending` will be tried again.",
    ("event", "state"),
    registry=REGISTRY,
)
WEBHOOK_SECONDS = Histogram(
    "inference_webhook_seconds",
    "Time until the receiver of a webhook answered.",
    buckets=_SHORT,
    registry=REGISTRY,
)

_PHASES = {
    "queue_seconds": "queue",
    "load_seconds": "load",
    "predict_seconds": "predict",
    "total_seconds": "total",
    "time_to_first_token_seconds": "first_token",
}
_TOKENS = {"input_tokens": "input", "output_tokens": "output"}


def ended(kind: str, status: str, measured: Mapping[str, Any]) -> None:
    """Count a prediction that ended, and what its run measured.

    One that took the result of an equal one ran nothing.
    """
    # A model's metrics are numbers
    is_shared = measured.get("cached") is True
    PREDICTIONS_ENDED.labels(kind, status, "shared" if is_shared else "own").inc()
    if is_shared:
        return
    for name, phase in _PHASES.items():
        if (seconds := _number(measured.get(name))) is not None:
            PREDICTION_SECONDS.labels(kind, phase).observe(seconds)
    for name, direction in _TOKENS.items():
        if (count := _number(measured.get(name))) is not None:
            TOKENS.labels(kind, direction).inc(count)


def _number(value: object) -> float | None:
    is_count = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15
    return float(value) if is_count else None  # type: ignore[arg-type]


class _AllMetrics(Collector):
    def __init__(self, more: Iterable[Metric]) -> None:
        self._more = more

    def collect(self) -> Iterator[Metric]:
        return chain(REGISTRY.collect(), self._more)


def page(accept: str | None, more: Iterable[Metric] = ()) -> tuple[bytes, str]:
    """All that is measured, and its content type."""
    encode, content_type = choose_encoder(accept or "")
    return encode(_AllMetrics(more)), content_type


def is_allowed(authorization: str | None, token: str) -> bool:
    """Whether a header carries the token."""
    scheme, _, given = (authorization or "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())
