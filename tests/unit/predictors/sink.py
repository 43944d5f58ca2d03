"""A sink that keeps what a prediction says."""

from __future__ import annotations

from inspect import isgenerator
from typing import Any

from workers.contract.context import PredictionContext
from workers.contract.predictor import Predictor
from workers.contract.protocol import ChoiceOutput, File, Message, Metric, Output


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

    def choice(self, prediction: str, number: int, piece: str, logprobs: list[Any] | None) -> None:
        self.messages.append(ChoiceOutput(prediction, number, piece, logprobs))

    @property
    def output(self) -> str:
        return self.text_of(0)

    def text_of(self, number: int) -> str:
        """All that was streamed of one choice."""
        first = [m.text or "" for m in self.messages if isinstance(m, Output)] if number == 0 else []
        return "".join([*first, *(m.text for m in self.of(ChoiceOutput) if m.choice == number)])

    def logprobs_of(self, number: int) -> list[Any]:
        """The log probabilities that were streamed of one choice."""
        return [entry for m in self.of(ChoiceOutput) if m.choice == number for entry in m.logprobs or ()]

    @property
    def metrics(self) -> dict[str, float]:
        return {m.name: m.value for m in self.messages if isinstance(m, Metric)}

    @property
    def files(self) -> list[File]:
        return [m for m in self.messages if isinstance(m, File)]

    def of(self, kind: type[Any]) -> list[Any]:
        return [m for m in self.messages if isinstance(m, kind)]
