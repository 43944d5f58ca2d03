"""How much of the texts of a prediction a client has, whatever attempt writes them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from server.domain.events import EventType
from server.domain.text_output import choices_of, text_of
from server.live.prediction_events import SubscriberEvent


@dataclass(frozen=True)
class Piece:
    """What comes next of one choice: its text, and the tokens that it came with where they were asked for.

    The first of a text that the prompt began has that as its `prefix`.
    """

    choice: int
    text: str
    logprobs: list[Any]
    prefix: str = ""


class TextProgress:
    """What an attempt has written so far is counted, and what the client has of it already is not given again.

    Equal seeds make a later attempt write what an earlier one did.
    """

    def __init__(self) -> None:
        self._written: Counter[tuple[int, str]] = Counter()
        self._given: Counter[tuple[int, str]] = Counter()
        self._prefixed: set[int] = set()

    def pieces(self, update: SubscriberEvent) -> list[Piece]:
        """What an event brings that the client does not have."""
        event, data = update.event, update.event.data
        if event.type is EventType.OUTPUT and data.get("text") is not None:
            prefix = data.get("prefix", "")
            return self._next(data.get("choice", 0), data["text"], data.get("logprobs") or [], prefix)
        if event.type is not EventType.SNAPSHOT or update.row is None:
            return []
        output = update.live.output if update.live is not None else update.row.output
        choices = choices_of(output) or [{"text": text_of(output) or ""}]
        self._written.clear()
        pieces: list[Piece] = []
        for number, choice in enumerate(choices):
            logprobs = (choice.get("logprobs") or {}).get("content") or []
            pieces += self._next(number, choice["text"], logprobs, choice.get("prefix", ""))
        return pieces

    def _next(self, choice: int, text: str, logprobs: list[Any], prefix: str) -> list[Piece]:
        new_text = text[self._count(choice, "text", len(text)) :]
        new_logprobs = logprobs[self._count(choice, "logprobs", len(logprobs)) :]
        new_prefix = "" if choice in self._prefixed else prefix
        if new_prefix:
            self._prefixed.add(choice)
        is_new = bool(new_text or new_logprobs or new_prefix)
        return [Piece(choice, new_text, new_logprobs, new_prefix)] if is_new else []

    def _count(self, choice: int, part: str, size: int) -> int:
        """How much of so many that come next the client has."""
        key = choice, part
        known = max(0, self._given[key] - self._written[key])
        self._written[key] += size
        self._given[key] = max(self._given[key], self._written[key])
        return known
