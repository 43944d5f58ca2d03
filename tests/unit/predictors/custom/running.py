"""A user's class set up and run once."""

from __future__ import annotations

from typing import Any

from tests.unit.predictors.sink import Sink, run_to_end
from workers.contract.predictor import Device, PredictionContext, SetupContext, VersionSpec
from workers.predictors.custom.predictor import adapt


def run(cls: type[Any], values: dict[str, Any], context: PredictionContext | None = None) -> tuple[Any, Sink]:
    """What it returned, and what it said meanwhile."""
    sink = Sink()
    predictor = adapt(cls)()
    predictor.setup(VersionSpec("v", "x"), Device("cpu", "float32"), SetupContext(lambda *_: None))
    return run_to_end(predictor, context or PredictionContext("p", values, sink)), sink
