"""What of a text that a model still writes can be shown as its words, before the whole text is read as a message.

Reasoning stands between marks, and calls of tools begin with one: what may be a part of such a mark, or a call, waits
for the whole text, in which the worker has read both.
"""

from __future__ import annotations

REASONING = (("<think>", "</think>"), ("[THINK]", "[/THINK]"))
CALLS = ("<tool_call>", "[TOOL_CALLS]", "<|python_tag|>", "<function=")


class ReplyStream:
    """One text as it comes; `takes_tools` says that it may call some."""

    def __init__(self, *, takes_tools: bool) -> None:
        self._calls = CALLS if takes_tools else ()
        self._takes_tools = takes_tools
        self._rest = ""
        self._end: str | None = None
        self._is_begun = self._is_call = self._had_reasoning = False
        self.reasoning = self.content = ""

    def push(self, text: str) -> tuple[str, str]:
        """The reasoning and the words that are certain now; what the prompt began of the text is pushed first."""
        self._rest += text
        reasoning, content = len(self.reasoning), len(self.content)
        if not self._is_begun:
            self._begin()
        if self._is_begun and self._end is not None:
            self._reason(self._end)
        if self._is_begun and self._end is None and not self._is_call:
            self._say()
        return self.reasoning[reasoning:], self.content[content:]

    def finish(self, reasoning: str | None, content: str | None) -> tuple[str, str]:
        """What is left of the reasoning and the words of the whole message."""
        return _behind(self.reasoning, reasoning or ""), _behind(self.content, content or "")

    def _begin(self) -> None:
        text = self._rest.lstrip()
        for start, end in REASONING:
            if text.startswith(start):
                self._is_begun, self._had_reasoning, self._end = True, True, end
                self._rest = text.removeprefix(start).lstrip()
                return
        starts = [start for start, _ in REASONING]
        if text and not any(start.startswith(text) for start in starts):
            self._is_begun = True
            # Llama 3 writes calls without any mark
            self._is_call = self._takes_tools and text.startswith("{")

    def _reason(self, end: str) -> None:
        inner, mark, rest = self._rest.partition(end)
        if not self.reasoning:
            inner = inner.lstrip()
        if mark:
            self.reasoning += inner.rstrip()
            self._rest, self._end = rest, None
            return
        shown = _certain(inner, (end,)).rstrip()
        self.reasoning += shown
        self._rest = inner[len(shown) :]

    def _say(self) -> None:
        # The words of a message with reasoning or calls have no space around them
        is_stripped = self._had_reasoning or self._takes_tools
        if is_stripped and not self.content:
            self._rest = self._rest.lstrip()
            if self._takes_tools and self._rest.startswith("{"):
                self._is_call = True
                return
        places = [place for mark in self._calls if (place := self._rest.find(mark)) >= 0]
        self._is_call = bool(places)
        shown = self._rest[: min(places)] if places else _certain(self._rest, self._calls)
        shown = shown.rstrip() if is_stripped else shown
        self.content += shown
        self._rest = self._rest[len(shown) :]


def _certain(text: str, marks: tuple[str, ...]) -> str:
    """The text without an end that may begin a mark."""
    longest = max(map(len, marks), default=1) - 1
    for count in range(min(longest, len(text)), 0, -1):
        if any(mark.startswith(text[-count:]) for mark in marks):
            return text[:-count]
    return text


def _behind(shown: str, whole: str) -> str:
    """What of the whole was not shown; nothing where it is another text."""
    whole = whole if whole.startswith(shown) else whole.lstrip()
    return whole[len(shown) :] if whole.startswith(shown) else ""
