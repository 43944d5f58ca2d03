"""The spans of one attempt: its wait, its steps, and what its runner measures."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from opentelemetry.trace import INVALID_SPAN, Span, SpanKind

from server.adapters.tracing import Attributes, Tracing, mark_error, traceparent_of
from server.domain.models import kind_queue
from server.domain.predictions import Failure, PredictionErrorCode
from server.queue.claim import PredictionLease
from workers.contract.protocol import Timing

CANCELED = "CANCELED"
UNKNOWN = "INTERNAL"
PHASES = frozenset({"load", "predict"})


class AttemptTrace:
    """Costs a few microseconds where nothing is traced."""

    def __init__(self, tracing: Tracing, lease: PredictionLease) -> None:
        self._tracing = tracing
        self._lease = lease
        self._span: Span = INVALID_SPAN
        self._run: str | None = None
        self._predict: str | None = None
        self._run_began = self._loaded = 0.0
        self._left = set(PHASES)
        self._attributes: Attributes = {
            "prediction.id": str(lease.id),
            "attempt": lease.attempt,
            "version.id": str(lease.version_id),
            "queue": kind_queue(lease.queue),
        }

    @contextmanager
    def whole(self) -> Iterator[None]:
        """The attempt, below what created its prediction; its wait before it lies beside it."""
        lease, began = self._lease, time.time()
        if lease.traceparent is not None:
            waited = max(0.0, (lease.claimed_at - (lease.run_at or lease.created_at)).total_seconds())
            self._tracing.past("queue", began - waited, began, self._attributes, lease.traceparent)
        with self._tracing.span("attempt", SpanKind.CONSUMER, self._attributes, lease.traceparent) as self._span:
            yield

    def step(self, name: str) -> AbstractContextManager[Span]:
        """A step of the attempt."""
        return self._tracing.span(name)

    @contextmanager
    def run(self) -> Iterator[str | None]:
        """The time in the runner; gives the trace context that the runner is to know."""
        with self._tracing.span("run", SpanKind.CLIENT, self._attributes) as span:
            self._run_began = time.time()
            self._run = traceparent_of() if span.is_recording() else None
            self._predict = self._tracing.ahead()
            try:
                yield self._predict or self._lease.traceparent
            finally:
                if self._loaded and "predict" in self._left:
                    # It said nothing of its end: it died, was killed, or goes on for nobody
                    self._measured("predict", self._loaded, time.time(), "ABANDONED")

    def timed(self, timing: Timing) -> None:
        """What the runner measured; it may run anybody's code, so what it says is held within bounds."""
        if self._run is None or timing.phase not in self._left:
            return
        now = time.time()
        began, ended = (min(max(at, self._run_began), now) for at in (timing.began, timing.ended))
        if timing.phase == "load" and timing.error is None:
            self._loaded = ended
        known = timing.error in PredictionErrorCode.__members__ or timing.error == CANCELED
        self._measured(timing.phase, began, ended, timing.error if known or timing.error is None else UNKNOWN)

    def _measured(self, phase: str, began: float, ended: float, error: str | None) -> None:
        self._left.discard(phase)
        if self._run is not None:
            itself = self._predict if phase == "predict" else None
            self._tracing.measured(phase, began, ended, self._attributes, parent=self._run, itself=itself, error=error)

    def ended(self, status: str, failure: Failure | None) -> None:
        """The row was ended by this attempt."""
        self._span.set_attribute("status", status)
        if failure is not None:
            mark_error(self._span, failure.code.value)

    def gave_up(self, why: str, *, is_error: bool = True) -> None:
        """The attempt left its row to another."""
        self._span.set_attribute("status", why)
        if is_error:
            mark_error(self._span, why)
