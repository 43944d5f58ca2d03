"""Secrets of models, cut out of what their runner says: log lines, failures, and what it prints on its terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable

from server.domain.secrets import SHOWN

MIN_CHARACTERS = 6
"""Of shorter texts every other line would have one by chance."""
MAX_TEXTS = 5_000


class Concealment:
    """Texts that are not to be read in others; of a text of several lines each line is one.

    May be asked from any thread.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts: dict[str, None] = {}
        self._pattern: re.Pattern[str] | None = None
        self.add(texts)

    def add(self, texts: Iterable[str]) -> None:
        """Conceal these too; of more than MAX_TEXTS the oldest are forgotten."""
        lines = [line.strip() for text in texts for line in (text, *text.splitlines())]
        new = [line for line in lines if len(line) >= MIN_CHARACTERS and line not in self._texts]
        if not new:
            return
        self._texts = dict.fromkeys(list(dict.fromkeys([*self._texts, *new]))[-MAX_TEXTS:])
        # The longest first, since they may lie in each other
        self._pattern = re.compile("|".join(map(re.escape, sorted(self._texts, key=len, reverse=True))))

    def hide(self, text: str) -> str:
        """The text without them."""
        pattern = self._pattern
        return pattern.sub(SHOWN, text) if pattern is not None else text
