"""What the tests of the model cache share: a model of a given size, and predictions that lease it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from tests.unit.predictors.sink import Sink
from workers.contract.context import CancelSignal, PredictionContext
from workers.contract.predictor import JSON_SCHEMA, Predictor
from workers.contract.protocol import VersionSpec
from workers.runner.model_cache import ModelCache


class Model(Predictor):
    name = "model"
    kind = "CUSTOM"
    input_schema: ClassVar = {"$schema": JSON_SCHEMA}
    output_schema: ClassVar = {"$schema": JSON_SCHEMA}

    def __init__(self, spec: VersionSpec) -> None:
        self.spec = spec
        self.gone = threading.Event()

    def size_bytes(self) -> int:
        return int(self.spec.options.get("bytes", 10))

    def teardown(self) -> None:
        self.gone.set()
        if how := self.spec.options.get("bad teardown"):
            raise SystemExit(3) if how == "exit" else RuntimeError("teardown")


def context(name: str = "p") -> tuple[PredictionContext, Sink]:
    sink = Sink()
    return PredictionContext(name, {}, sink), sink


def use(cache: ModelCache, version: VersionSpec, inside: Callable[[Predictor], Any] = lambda p: p) -> Any:
    with cache.lease(version, context()[0]) as predictor:
        return inside(predictor)


def lease_until_canceled(cache: ModelCache, version: VersionSpec, prediction: PredictionContext) -> None:
    with pytest.raises(CancelSignal), cache.lease(version, prediction):
        pass
