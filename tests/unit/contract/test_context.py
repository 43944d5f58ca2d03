from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.unit.predictors.sink import Sink
from workers.contract.context import MAX_SEED, CancelSignal, PredictionContext
from workers.contract.protocol import Done, File, Loading, Log, Metric, Output, Progress


def make(**values: Any) -> tuple[PredictionContext, Sink]:
    sink = Sink()
    return PredictionContext("p", values, sink), sink


def test_everything_a_predictor_says_becomes_a_message() -> None:
    context, sink = make()
    context.emit("text")
    context.emit({"a": 1})
    context.file(b"x", "image/png", 2, 3)
    context.progress(1, 2)
    context.log("one\ntwo\n")
    context.metric("m", 1)
    context.loading("read", 1, 2)
    assert sink.messages == [
        Output("p", text="text"),
        Output("p", chunk={"a": 1}),
        File("p", "image/png", 2, 3, b"x"),
        Progress("p", 1, 2),
        Log("p", "one"),
        Log("p", "two"),
        Metric("p", "m", 1.0),
        Loading("p", "read", 1, 2),
    ]


def test_what_no_encoder_takes_is_made_harmless() -> None:
    context, sink = make()
    context.emit("a\ud800")
    context.log("b\udfff")
    context.metric("m", float("nan"))
    context.metric("m", float("inf"))
    assert sink.messages == [Output("p", text="a?"), Log("p", "b?")]


def test_the_seed_is_the_inputs_or_drawn_once() -> None:
    assert make(seed=0)[0].seed == 0
    drawn = make()[0]
    assert 0 <= drawn.seed <= MAX_SEED
    assert drawn.seed != make()[0].seed


def test_check_leaves_only_after_a_cancel_and_no_exception_handler_stops_it() -> None:
    context, _ = make()
    context.check()
    assert not context.cancelled
    context.cancel()
    assert context.cancelled
    assert not issubclass(CancelSignal, Exception)
    with pytest.raises(CancelSignal):
        context.check()


def test_sleep_and_a_wait_for_a_lock_end_with_a_cancel() -> None:
    context, _ = make()
    lock = threading.Lock()
    lock.acquire()
    threading.Timer(0, context.cancel).start()
    with pytest.raises(CancelSignal):
        context.sleep(60)
    with pytest.raises(CancelSignal), context.hold(lock):
        pytest.fail("held by another")
    lock.release()
    with context.hold(lock):
        assert lock.locked()
    assert not lock.locked()


def test_the_last_message_is_the_last() -> None:
    context, sink = make()
    context.finish(Done("p"))
    context.emit("late")
    context.emit(1)
    context.log("late")
    context.finish(Done("p"))
    assert sink.messages == [Done("p")]


def test_an_abandoned_prediction_is_silent() -> None:
    context, sink = make()
    context.abandon()
    context.emit("x")
    context.finish(Done("p"))
    assert context.cancelled
    assert sink.messages == []
