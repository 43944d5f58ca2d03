"""How many bytes an answer may have, counted before large values are read and while fields are written."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import orjson

from server.errors import ResponseTooLargeError
from server.live.answer_memory import ACCOUNT

MAX_BYTES = 40_000_000
# Below it a text's length will do: it is never far from what it takes as JSON
EXACT_FROM = 1024
# Quotes, a comma, and the colon behind a name
AROUND = 4


class AnswerSize:
    """The bytes of one operation's answer, or of one event of a subscription.

    What is read from rows is reserved by its size before it is read, and counted again when it is written, each under
    the same limit: one value may be written under many aliases, and one that is read need not be written.
    """

    __slots__ = ("_account", "_limit", "_reserved", "_written", "is_over")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._account = ACCOUNT.get()
        self._reserved = self._written = 0
        self.is_over = False

    @property
    def is_refused(self) -> bool:
        """Whether there was no room for it among the answers of this process."""
        return self._account is not None and self._account.is_refused

    async def expect(self, size: int) -> None:
        """Wait for room, among all answers of this process, for so many bytes at least that are about to be read.

        Raises:
            ResponseTooLargeError: it is too much for one answer.
            BusyError: there was no room in time.
        """
        self._check(self._reserved + size)
        if self._account is not None:
            await self._account.hold(self._reserved + size)

    def reserve(self, size: int) -> None:
        """Count what was read; raises ResponseTooLargeError, and BusyError where that needs more room than there is."""
        self._reserved += size
        self._check(self._reserved)
        if self._account is not None:
            self._account.take(self._reserved)

    def write(self, value: Any) -> None:
        """Count a scalar as JSON; raises ResponseTooLargeError."""
        if isinstance(value, str) and len(value) < EXACT_FROM:
            self._written += len(value) + AROUND
        elif isinstance(value, str | dict | list):
            self._written += _json_bytes(value)
        else:
            self._written += 2 * AROUND
        self._check(self._written)

    def error(self) -> ResponseTooLargeError:
        """What the caller is told."""
        return ResponseTooLargeError(
            f"The answer has more than {self._limit} bytes. Ask for fewer items or fields at once, and for each large "
            "one once."
        )

    def _check(self, size: int) -> None:
        if self.is_over or size > self._limit:
            self.is_over = True
            raise self.error()


def _json_bytes(value: Any) -> int:
    try:
        return len(orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS))
    except TypeError:
        # Lone surrogates, which only messages repeat
        return 6 * len(str(value))


ANSWER: ContextVar[AnswerSize | None] = ContextVar("answer", default=None)
