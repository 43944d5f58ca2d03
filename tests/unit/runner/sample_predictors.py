"""Predictors for the tests of the runner, loaded in the child as `tests.unit.runner.sample_predictors:Name`."""

from __future__ import annotations

import ctypes
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from workers.contract.predictor import (
    JSON_SCHEMA,
    Device,
    InputRejectedError,
    Inspection,
    PredictionContext,
    Predictor,
    SetupContext,
    VersionSpec,
)

ANY: dict[str, Any] = {"$schema": JSON_SCHEMA}
MODULE = "tests.unit.runner.sample_predictors"


def predictor(name: str) -> str:
    return f"{MODULE}:{name}"


class Sample(Predictor):
    """Does what `input["do"]` says."""

    name = "sample"
    kind = "CUSTOM"
    input_schema: ClassVar = ANY
    output_schema: ClassVar = ANY
    max_concurrency = 2

    def predict(self, context: PredictionContext) -> Any:
        actions: dict[str, Callable[[PredictionContext], Any]] = {
            "environment": lambda _: dict(os.environ),
            "threads": lambda _: sorted(thread.name for thread in threading.enumerate()),
            "modules": lambda _: sorted(sys.modules),
            "value": lambda context: context.input["value"],
            "not json": lambda _: object(),
            "yield": _yield,
            "segfault": lambda _: ctypes.string_at(0),
            "exit": lambda _: sys.exit(3),
            "memory": _out_of_memory,
            "reject": _reject,
            "swallow": _swallow,
            "return early": _return_early,
            "spawn": _spawn,
            "garbage": _garbage,
            "print": lambda _: print("printed by a model"),  # noqa: T201
            "warn": _warn,
            "late": _late,
            "large": lambda context: context.file(bytes(300 * 1024 * 1024), "application/octet-stream"),
        }
        return actions[context.input["do"]](context)

    @classmethod
    def inspect(cls, spec: VersionSpec) -> Inspection:
        if "crash" in spec.options:
            raise KeyError("inspection")
        if "hang" in spec.options:
            threading.Event().wait()
        return Inspection(cls.input_schema, cls.output_schema, {"options": spec.options})


class Gated(Predictor):
    """Loads when its gate (a FIFO) is opened for writing; runs until it is cancelled."""

    name = "gated"
    kind = "CUSTOM"
    input_schema: ClassVar = ANY
    output_schema: ClassVar = ANY
    max_concurrency = 1

    def setup(self, spec: VersionSpec, device: Device, context: SetupContext) -> None:
        context.loading("read", 1, 2)
        if gate := spec.options.get("gate"):
            word = Path(gate).read_text()
            if word == "fail":
                raise ValueError("the gate says no")

    def predict(self, context: PredictionContext) -> None:
        context.emit("in")
        context.sleep(60)


class NotOne:
    name = "not one"


def _yield(context: PredictionContext) -> Iterator[Any]:
    yield "a"
    yield "b"
    yield {"c": 1}


def _out_of_memory(context: PredictionContext) -> None:
    raise MemoryError("no more")


def _reject(context: PredictionContext) -> None:
    raise InputRejectedError("too long by 3")


def _swallow(context: PredictionContext) -> None:
    """A model that catches everything it can."""
    context.emit("in")
    while True:
        try:
            context.sleep(60)
        except Exception:  # noqa: S112 - this is what the test is about
            continue


def _return_early(context: PredictionContext) -> str:
    context.emit("in")
    while not context.cancelled:
        threading.Event().wait(0.01)
    return "half"


def _spawn(context: PredictionContext) -> int:
    return subprocess.Popen(["sleep", "1000"]).pid


def _garbage(context: PredictionContext) -> None:
    os.write(int(sys.argv[1]), b"\x00\x00\x00\x08GARBAGE!")
    context.sleep(60)


def _warn(context: PredictionContext) -> None:
    for _ in range(2):
        logging.getLogger("transformers").warning("do not do %s", "that")
    logging.getLogger("transformers").info("all is well")


def _late(context: PredictionContext) -> str:
    """Leaves a thread behind that goes on to speak."""
    threading.Thread(target=lambda: [context.emit("late") for _ in range(1000)], daemon=True).start()
    return "done"


class Painter(Predictor):
    """Does steps until its gate (a file) is there; makes pictures while they are wanted and counts them."""

    name = "painter"
    kind = "CUSTOM"
    input_schema: ClassVar = ANY
    output_schema: ClassVar = ANY
    max_concurrency = 4

    def predict(self, context: PredictionContext) -> int:
        step = made = 0
        while not Path(context.input["gate"]).exists():
            step += 1
            if context.wants("preview"):
                made += 1
                context.preview(b"jpeg %d" % step, 8, 6, step)
            context.progress(step)
            context.sleep(0.01)
        return made


class Writer(Predictor):
    """Says a word and gives two files."""

    name = "writer"
    kind = "CUSTOM"
    input_schema: ClassVar = ANY
    output_schema: ClassVar = ANY

    def predict(self, context: PredictionContext) -> None:
        context.emit("word")
        for _ in range(2):
            context.file(b"content", "image/png", 1, 1)
