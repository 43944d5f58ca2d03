"""What a running prediction says.

`str(event)` is the text of a `Text` and nothing of others, so that `print(event, end="")` shows what a model writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inference_client.operations import PredictionStatus
from inference_client.predictions import Prediction


@dataclass(frozen=True)
class Event:
    """Something that happened at `at`; `client.watch(id, after=cursor)` goes on behind it."""

    cursor: str
    at: datetime

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True)
class Text(Event):
    """A piece of text; all pieces of a `choice`, in order, are its whole text. `choice` is above 0 only with `n`."""

    text: str
    choice: int = 0

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Item(Event):
    """An item of an output that is a list of something else than text."""

    value: Any


@dataclass(frozen=True)
class Step(Event):
    """A step was completed; `fraction` is 0 to 1, None where it is not known."""

    step: int
    total: int | None
    fraction: float | None
    eta_seconds: float | None


@dataclass(frozen=True)
class Preview(Event):
    """An unfinished picture as JPEG; comes only where it was asked for by `previews=True`."""

    image: bytes = field(repr=False)
    width: int
    height: int
    step: int


@dataclass(frozen=True)
class Log(Event):
    """A line of the log, without its newline."""

    line: str


@dataclass(frozen=True)
class Loading(Event):
    """The model is being loaded; bytes where they are known."""

    phase: str
    bytes: int | None
    total_bytes: int | None


@dataclass(frozen=True)
class Restarted(Event):
    """The prediction runs again, as after the loss of its worker: the text and items before this one do not count."""

    attempt: int


@dataclass(frozen=True)
class Status(Event):
    """The status changed; a final one is the last event, with the whole prediction."""

    status: PredictionStatus
    prediction: Prediction
