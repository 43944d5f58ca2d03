"""A model that tells what no message can carry, loaded in the runner as `tests.unit.runner.careless:Careless`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, ClassVar

import numpy

from workers.contract.predictor import JSON_SCHEMA, Device, PredictionContext, Predictor, SetupContext, VersionSpec

ODD = {"float": 8.5, "huge": 2**70, "text": "x", "nan": float("nan"), "list": [1], "numpy": numpy.int64(7)}
SAY: dict[str, Callable[[PredictionContext, Any], Any]] = {
    "step": lambda context, odd: context.progress(odd, 10),
    "total": lambda context, odd: context.progress(1, odd),
    "metric": lambda context, odd: context.metric("m", odd),
    "name": lambda context, odd: context.metric(odd, 1.0),
    "log": lambda context, odd: context.log(odd),
    "width": lambda context, odd: context.file(b"x", "image/png", odd, 1),
    "content": lambda context, odd: context.file(odd, "image/png"),
    "type": lambda context, odd: context.file(b"x", odd),
    "bytes": lambda context, odd: context.loading("read", odd, 10),
    "phase": lambda context, odd: context.loading(odd),
    "step of a preview": lambda context, odd: context.preview(b"x", 1, 1, odd),
    "size of a preview": lambda context, odd: context.preview(b"x", odd, 1),
    "header": lambda context, odd: context.file(b"x", f"image/png\r\nx-evil: {odd}"),
    "chunk": lambda context, odd: context.emit({odd: odd}),
    "key": lambda context, odd: context.emit({1: 2, None: odd}),
}


class Careless(Predictor):
    """Says each thing twice: what comes second is joined and written later, by another thread."""

    name = "careless"
    kind = "CUSTOM"
    input_schema: ClassVar = {"$schema": JSON_SCHEMA}
    output_schema: ClassVar = {"$schema": JSON_SCHEMA}
    max_concurrency = 8

    def predict(self, context: PredictionContext) -> Any:
        if (letters := context.input.get("letters")) is not None:
            for _ in range(2):
                context.emit("x" * letters)
            return None
        if (printed := context.input.get("printed")) is not None:
            # Beneath what Python prints, as a library in C does
            os.write(1, b"y" * printed + b"\n")
            return None
        context.set_previews(enabled=True)
        context.progress(1, 2)
        errors = []
        for _ in range(2):
            try:
                SAY[context.input["what"]](context, ODD[context.input["odd"]])
            except (TypeError, ValueError, OverflowError, AttributeError) as error:
                errors.append(type(error).__name__)
        time.sleep(0.05)
        return errors


class Together:
    """Runs several at once, and never comes back from it; user code as `docs/custom-models.md` has it."""

    max_batch_size = 4

    def predict(self, context: PredictionContext, number: int) -> int:
        if number < 0:
            context.emit("in")
            time.sleep(10_000)
        return number

    def predict_batch(self, inputs: list[dict[str, Any]]) -> list[int]:
        return [values["number"] for values in inputs]


class Building(Predictor):
    """Builds layer after layer for ever, as a configuration of 200,000 of them has it."""

    name = "building"
    kind = "CUSTOM"
    input_schema: ClassVar = {"$schema": JSON_SCHEMA}
    output_schema: ClassVar = {"$schema": JSON_SCHEMA}

    def setup(self, spec: VersionSpec, device: Device, context: SetupContext) -> None:
        context.loading("read", 0, 10)
        layers: list[dict[str, int]] = []
        while True:
            layers = [*layers[-100:], {"layer": len(layers)}]

    def predict(self, context: PredictionContext) -> None:
        """Never comes to it."""
