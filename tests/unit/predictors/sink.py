"""A sink that keeps what a prediction says."""

from __future__ import annotations

from inspect import isgenerator
from typing import Any

from workers.contract.context import PredictionContext
from workers.contract.predictor import Predictor
from workers.contract.protocol import File, Message, Metric, Output


def run_to_end(predictor: Predictor, context: PredictionContext) -> Any:
    """What `predict` returns; a generator is run, as the runner does it."""
    result = predictor.predict(context)
    if not isgenerator(result):
        return result
    context.emit_all(result)
    return None


class Sink:
    def __init__(self) -> None:
        self.messages: list[Message] = []

    def put(self, message: Message) -> None:
        self.messages.append(message)

    def text(self, prediction: str, piece: str) -> None:
        if piece:
            self.messages.append(Output(prediction, text=piece))

    @property
    def output(self) -> str:
        return "".join(m.text or "" for m in self.messages if isinstance(m, Output))

    @property
    def metrics(self) -> dict[str, float]:
        return {m.name: m.value for m in self.messages if isinstance(m, Metric)}

    @property
    def files(self) -> list[File]:
        return [m for m in self.messages if isinstance(m, File)]

    def of(self, kind: type[Any]) -> list[Any]:
        return [m for m in self.messages if isinstance(m, kind)]
