from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.unit.predictors.sink import Sink
from workers.contract.context import CancelSignal, PredictionContext
from workers.contract.protocol import Log, Output, Progress
from workers.predictors.echo import Echo


def run(**values: Any) -> Sink:
    sink = Sink()
    Echo().predict(PredictionContext("p", values, sink))
    return sink


@pytest.mark.parametrize("text", ["one two  three", " lead and trail \n", "", "   ", "ünïcödé 🙂 words"])
@pytest.mark.parametrize("repeat", [1, 2, 5])
def test_the_pieces_joined_are_the_lines(text: str, repeat: int) -> None:
    assert run(text=text, repeat=repeat).output == "\n".join([text] * repeat)


def test_it_streams_words_with_progress_and_a_log_line() -> None:
    sink = run(text="one two", repeat=2)
    assert [m.text for m in sink.of(Output)] == ["one ", "two\n", "one ", "two"]
    assert sink.of(Progress) == [Progress("p", n, 4) for n in (1, 2, 3, 4)]
    assert sink.of(Log) == [Log("p", "echo: 7 characters, 2 times")]


def test_it_fails_when_told_to() -> None:
    with pytest.raises(RuntimeError, match="my message"):
        run(text="my message", fail=True)


def test_a_cancel_ends_a_long_delay() -> None:
    sink = Sink()
    context = PredictionContext("p", {"text": "one two", "delay_seconds": 60}, sink)
    threading.Timer(0, context.cancel).start()
    with pytest.raises(CancelSignal):
        Echo().predict(context)
    assert "two" not in sink.output
