"""A sink that keeps what a prediction says."""

from __future__ import annotations

from typing import Any

from workers.contract.protocol import File, Message, Metric, Output


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
