from __future__ import annotations

import logging

import pytest

from tests.unit.predictors.sink import Sink
from workers.contract.context import PredictionContext, current_prediction
from workers.contract.logs import PredictionHandler
from workers.contract.protocol import Log


def test_records_go_to_the_prediction_of_their_thread_else_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    sink = Sink()
    handler = PredictionHandler()
    warning = logging.LogRecord("diffusers.x", logging.WARNING, "f", 1, "careful with %s", ("x",), None)
    handler.handle(warning)
    assert "WARNING diffusers.x: careful with x" in capsys.readouterr().err
    token = current_prediction.set(PredictionContext("p", {}, sink))
    try:
        handler.handle(warning)
        handler.handle(warning)
        handler.handle(logging.LogRecord("x", logging.INFO, "f", 1, "fine", (), None))
    finally:
        current_prediction.reset(token)
    assert sink.messages == [Log("p", "careful with x")]
    assert "INFO x: fine" in capsys.readouterr().err
