"""What subscribers of a prediction see, and the cursors they come back with.

An event travels as a JSON object in a Redis Stream; `seq` is its number in the prediction's stream. `epoch` names one
unbroken stretch of it: a new attempt or a lost stream starts a new one, with a `PredictionSnapshot` first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class EventType(StrEnum):
    """The kinds of events; the values are the GraphQL type names."""

    SNAPSHOT = "PredictionSnapshot"
    LOADING = "ModelLoading"
    STATUS = "StatusChanged"
    OUTPUT = "OutputAppended"
    PROGRESS = "Progressed"
    PREVIEW = "PreviewReady"
    LOG = "Logged"
    MOVED = "QueueMoved"
    LOST = "EventsLost"


_CURSOR = re.compile(r"([0-9a-z.]{1,40}):([0-9]{1,15})", re.ASCII)
NO_EPOCH = "0"
# No stream is ever called so: whoever comes back with it gets a snapshot
CLOSED_EPOCH = "over"


@dataclass(frozen=True, order=False)
class Cursor:
    """A place in a prediction's events."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.seq}"


def parse_cursor(text: str) -> Cursor | None:
    """The cursor in a text, or None if it is not one."""
    match = _CURSOR.fullmatch(text)
    return Cursor(match[1], int(match[2])) if match else None


@dataclass(frozen=True)
class Event:
    """One event: `data` holds its own fields, `at` is seconds since 1970 (UTC).

    Everybody who watches at a node is handed the same object: what one renders of it (`renderings`), and it joined with
    the next (`joined`), is ready for the others, for as long as somebody has it.
    """

    type: EventType
    cursor: Cursor
    at: float
    data: dict[str, Any]
    renderings: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    joined: dict[Cursor, Event] = field(default_factory=dict, compare=False, repr=False)


def merge(older: Event, newer: Event) -> Event | None:
    """One event for two neighbours of the same kind where nothing is lost by it, or None.

    Text joins (the merged event carries the last seq); of two progress events or previews the newer is enough.
    """
    if older.type is not newer.type or older.cursor.epoch != newer.cursor.epoch:
        return None
    if newer.type in (EventType.PROGRESS, EventType.PREVIEW, EventType.MOVED):
        return newer
    if newer.type is not EventType.OUTPUT or older.data.get("text") is None or newer.data.get("text") is None:
        return None
    if older.data.get("choice", 0) != newer.data.get("choice", 0):
        return None
    if newer.cursor not in older.joined:
        data = join_output(older.data, newer.data["text"], newer.data.get("logprobs"))
        older.joined[newer.cursor] = Event(newer.type, newer.cursor, newer.at, data)
    return older.joined[newer.cursor]


def join_output(data: dict[str, Any], text: str, logprobs: list[Any] | None) -> dict[str, Any]:
    """The data of a piece of text with what comes behind it in the same choice."""
    joined = {**data, "text": data["text"] + text}
    if logprobs is not None or "logprobs" in data:
        joined["logprobs"] = [*data.get("logprobs", ()), *(logprobs or ())]
    return joined
