"""What this process counts and measures, in the formats of Prometheus.

No label takes what a client chose: names come from the schema, from settings or from enumerations.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from importlib.metadata import version
from itertools import chain
from platform import python_version
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

from server.adapters.database import pool_state

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

LAG_SECONDS = 0.5
_SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_LONG = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)


def _pool_value(name: str) -> float:
    state = pool_state()
    return getattr(state, name) if state else 0


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
    "inference_subscriptions",
    "Operations over WebSockets, mostly subscriptions, and streams of events.",
    registry=REGISTRY,
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
    "Tokens of predictions that ended, by direction: input, output; cached_input is the part of input that was reused.",
    ("kind", "direction"),
    registry=REGISTRY,
)
CHARGES = Counter(
    "inference_charges",
    "What predictions that ended are charged, in the currency of their prices; a float, where the ledger is exact.",
    ("kind",),
    registry=REGISTRY,
)
BUDGETS = Counter(
    "inference_budgets",
    "Predictions that may cost more than a budget has left: refused, or, where it only warns, warned.",
    ("outcome",),
    registry=REGISTRY,
)
STARVED = Counter(
    "inference_starved_predictions",
    "Predictions that this worker began before others since they had waited STARVE_SECONDS.",
    ("kind",),
    registry=REGISTRY,
)
ACCEPTED = Counter(
    "inference_predictions_accepted",
    "Predictions that this process accepted, items of batches included, by priority.",
    ("kind", "priority"),
    registry=REGISTRY,
)
REQUEUES = Counter(
    "inference_predictions_requeued",
    "Failed predictions that administrators had run again through this process: `accepted`, or `refused`.",
    ("outcome",),
    registry=REGISTRY,
)
QUEUE_REFUSALS = Counter(
    "inference_queue_refusals",
    "Predictions that were refused since too many of their owner wait, by the limit: `server`, `user` or `model`.",
    ("limit",),
    registry=REGISTRY,
)
BATCH_LINES = Counter(
    "inference_batch_lines",
    "Lines of batches' inputs by what this process did with them: `accepted` as predictions, or `invalid`.",
    ("outcome",),
    registry=REGISTRY,
)
DELETIONS = Counter(
    "inference_predictions_deleted", "Predictions that were deleted with their data.", registry=REGISTRY
)
PREPARE_RETRIES = Counter(
    "inference_prepare_retries",
    "Preparations of versions that failed for now: for an `outage` of the hub or the disk, or for `other` reasons.",
    ("cause",),
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
MAILS = Counter(
    "inference_mails",
    "Mails by kind and what came of a try: `sent`, `pending` (it will be tried again) or `failed`.",
    ("kind", "state"),
    registry=REGISTRY,
)
SIGN_INS = Counter(
    "inference_sign_ins",
    "Sessions that began, by how: password, registration, invitation, password_reset, oidc; and `refused` ones.",
    ("method", "outcome"),
    registry=REGISTRY,
)
AUDIT_EVENTS = Counter(
    "inference_audit_events",
    "Lines that this process wrote to the audit log, by act and by the door that it came by.",
    ("action", "door"),
    registry=REGISTRY,
)
MEMORY_REQUESTS = Counter(
    "inference_memory_requests",
    "Models that this worker loaded or unloaded, or failed to, since administrators wanted it or a pin asked for it.",
    ("action", "state"),
    registry=REGISTRY,
)

FAILURES = Counter(
    "inference_prediction_failures",
    "Predictions that failed or were aborted, by error code.",
    ("kind", "code"),
    registry=REGISTRY,
)
LOSSES = Counter(
    "inference_losses",
    "Attempts that ended since their worker (`lease`) or their runner (`runner`) died.",
    ("kind", "cause"),
    registry=REGISTRY,
)
RERUNS = Counter(
    "inference_reruns",
    "Attempts after which a prediction runs again: `lease` and `runner` died, `handed_back` for other reasons.",
    ("kind", "cause"),
    registry=REGISTRY,
)
RUNNER_ENDS = Counter(
    "inference_runner_ends",
    "Runners that ended and were started again: they `died`, were `stuck`, `killed` for a cancel, ended for an "
    "`overload` of their machine, or did not `start`.",
    ("reason",),
    registry=REGISTRY,
)
FILES = Counter("inference_files", "Output files that were stored.", registry=REGISTRY)
FILE_BYTES = Counter("inference_file_bytes", "Bytes of output files that were stored.", registry=REGISTRY)
LOOP_LAG = Histogram(
    "inference_event_loop_lag_seconds",
    "How much later than asked the event loop woke up, looked at twice a second.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
CONNECTIONS = Gauge(
    "inference_database_connections",
    "Connections of this process to PostgreSQL: `open`, of these `in_use`, the `limit`, and statements `waiting`.",
    ("state",),
    registry=REGISTRY,
)
BUILD = Gauge(
    "inference_build_info", "Always 1; the labels name the release.", ("version", "python"), registry=REGISTRY
)
BUILD.labels(version("inference-server"), python_version()).set(1)
for _state in ("open", "in_use", "limit", "waiting"):
    CONNECTIONS.labels(_state).set_function(partial(_pool_value, _state))

_PHASES = {
    "queue_seconds": "queue",
    "load_seconds": "load",
    "predict_seconds": "predict",
    "total_seconds": "total",
    "time_to_first_token_seconds": "first_token",
}
_TOKENS = {"input_tokens": "input", "cached_input_tokens": "cached_input", "output_tokens": "output"}


async def measure_lag() -> None:
    """Measure how late this event loop is, until canceled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LAG_SECONDS
        await asyncio.sleep(LAG_SECONDS)
        LOOP_LAG.observe(max(0.0, loop.time() - due))


def ended(kind: str, status: str, measured: Mapping[str, Any], code: str | None = None) -> None:
    """Count a prediction that ended, with the code of its error, and what its run measured.

    One that took the result of an equal one ran nothing.
    """
    # A model's metrics are numbers
    is_shared = measured.get("cached") is True
    PREDICTIONS_ENDED.labels(kind, status, "shared" if is_shared else "own").inc()
    if code is not None:
        FAILURES.labels(kind, code).inc()
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
