"""What a runner says of its times is held within bounds: it may run anybody's code."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from server.adapters.otel import export_to
from server.adapters.tracing import NO_TRACING, Tracing, span_context
from server.domain.predictions import Failure, PredictionErrorCode
from server.queue.claim import PredictionLease
from workers.contract.protocol import Timing
from workers.supervisor.attempt_trace import AttemptTrace

GIVEN = f"00-{'a' * 32}-{'b' * 16}-01"
HUGE = 1e308


class Kept(InMemorySpanExporter):
    """Spans of the newest of its kind."""

    newest: ClassVar[Kept]

    def __init__(self) -> None:
        super().__init__()
        Kept.newest = self


def claim(traceparent: str | None = GIVEN) -> PredictionLease:
    at = datetime.now(UTC)
    before = at - timedelta(seconds=2)
    return PredictionLease(
        uuid4(), 3, "anon:x", uuid4(), "text", {}, False, before, at, at, None, (), None, before, traceparent
    )


@pytest.fixture
def tracing() -> Iterator[Tracing]:
    made = export_to([Kept()], "worker")
    yield made
    made.close()


def spans(tracing: Tracing) -> dict[str, ReadableSpan]:
    tracing.close()
    found = Kept.newest.get_finished_spans()
    assert len({span.name for span in found}) == len(found)
    return {span.name: span for span in found}


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


@pytest.mark.parametrize(
    ("began", "ended"),
    [(-HUGE, HUGE), (HUGE, -HUGE), (float("-inf"), float("inf")), (0.0, 0.0), (HUGE, HUGE)],
)
def test_times_stay_within_the_run(tracing: Tracing, began: float, ended: float) -> None:
    trace = AttemptTrace(tracing, claim())
    before = time.time_ns()
    with trace.whole(), trace.run():
        trace.timed(Timing("p", "load", began, ended))
        trace.timed(Timing("p", "predict", began, ended))
    after = time.time_ns()
    for name in ("load", "predict"):
        span = spans(tracing)[name]
        assert span.start_time is not None
        assert span.end_time is not None
        # Seconds since 1970 as floats are exact to a quarter of a microsecond
        assert before - 1000 <= span.start_time <= span.end_time <= after + 1000


def test_each_phase_counts_once_and_no_other_does(tracing: Tracing) -> None:
    trace, now = AttemptTrace(tracing, claim()), time.time()
    trace.timed(Timing("p", "predict", now, now))
    with trace.whole(), trace.run():
        for phase in ("predict", "predict", "load", "webhook", "", "x" * 10_000):
            trace.timed(Timing("p", phase, now, now))
    assert set(spans(tracing)) == {"queue", "attempt", "run", "load", "predict"}


@pytest.mark.parametrize(
    ("error", "shown"), [("a secret", "INTERNAL"), ("OUT_OF_MEMORY", "OUT_OF_MEMORY"), ("CANCELED", "CANCELED")]
)
def test_an_error_is_a_code(tracing: Tracing, error: str, shown: str) -> None:
    trace, now = AttemptTrace(tracing, claim()), time.time()
    with trace.whole(), trace.run():
        trace.timed(Timing("p", "predict", now, now, error))
    assert attributes(spans(tracing)["predict"])["error.type"] == shown


def test_what_never_ends_is_abandoned_with_its_run(tracing: Tracing) -> None:
    trace = AttemptTrace(tracing, claim())
    with trace.whole(), trace.run() as told:
        trace.timed(Timing("p", "load", time.time(), time.time()))
    found = spans(tracing)
    assert attributes(found["predict"])["error.type"] == "ABANDONED"
    context = span_context(told)
    assert context.is_valid
    assert found["predict"].context is not None
    assert found["predict"].context.span_id == context.span_id
    assert found["predict"].resource.attributes["service.name"] == "inference-server-runner"


def test_what_became_of_it(tracing: Tracing) -> None:
    trace = AttemptTrace(tracing, claim())
    with trace.whole():
        trace.ended("failed", Failure(PredictionErrorCode.STORAGE, "a secret"))
    found = spans(tracing)
    assert attributes(found["attempt"])["error.type"] == "STORAGE"
    assert "secret" not in found["attempt"].to_json()
    queue = found["queue"]
    assert queue.start_time is not None
    assert queue.end_time is not None
    assert queue.end_time - queue.start_time == pytest.approx(2e9, rel=0.01)


def test_an_exception_is_known_by_its_class(tracing: Tracing) -> None:
    trace = AttemptTrace(tracing, claim())
    with pytest.raises(ZeroDivisionError), trace.whole():
        raise ZeroDivisionError("a secret")
    attempt = spans(tracing)["attempt"]
    assert attributes(attempt)["error.type"] == "ZeroDivisionError"
    assert "secret" not in attempt.to_json()


def test_a_prediction_of_no_trace_begins_one(tracing: Tracing) -> None:
    trace = AttemptTrace(tracing, claim(None))
    with trace.whole(), trace.run() as told:
        assert told is not None
    found = spans(tracing)
    assert set(found) == {"attempt", "run"}
    assert found["attempt"].parent is None


def test_without_tracing_a_callers_context_reaches_the_runner() -> None:
    for given in (GIVEN, None):
        trace = AttemptTrace(NO_TRACING, claim(given))
        with trace.whole(), trace.run() as told:
            assert told == given
            trace.timed(Timing("p", "predict", 0, 0))
