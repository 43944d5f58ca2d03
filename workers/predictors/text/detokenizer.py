"""Tokens to text, one by one, so that the pieces joined are the text of all tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

BROKEN = "\ufffd"
# a character has at most 4 bytes in UTF-8, so an unfinished one shows as at most 3 of these
MAX_UNFINISHED = 3
CONTEXT_TOKENS = 6
LONG_WINDOW_TOKENS = 64


class Detokenizer:
    """Gives the text that each token adds, and holds back characters whose last bytes have not come.

    A token's text depends on its neighbours (spaces, bytes of one character), so each is decoded in a short window
    whose first part, `context`, has been given out. `prompt` tokens only serve as that context. Decoders that turn a
    whole run of bytes into replacement characters while its last character is unfinished are seen by a changed context.
    """

    def __init__(self, decode: Callable[[list[int]], str], prompt: Sequence[int] = ()) -> None:
        self._decode = decode
        self._window = list(prompt[-CONTEXT_TOKENS:])
        self._fresh = len(self._window)
        self._context = self._given = decode(self._window) if self._window else ""

    def push(self, token: int) -> str:
        """The text that is certain now that this token has come."""
        self._window.append(token)
        text = self._text()
        held = min(MAX_UNFINISHED, len(text) - len(text.rstrip(BROKEN)))
        piece = text[len(self._given) : len(text) - held]
        self._given += piece
        if piece and not held:
            self._move_on()
        elif len(self._window) > LONG_WINDOW_TOKENS:
            self._cut(text, held)
        return piece

    def finish(self) -> str:
        """The text still held back when no more tokens come."""
        return self._text()[len(self._given) :] if self._window else ""

    def _text(self) -> str:
        """The text of the window; where its last bytes spoil the context, the context's with that of the rest."""
        text = self._decode(self._window)
        if text.startswith(self._given):
            return text
        return self._context + self._decode(self._window[self._fresh :])

    def _move_on(self) -> None:
        """Make the tokens just given out the context of the next."""
        self._window = self._window[self._fresh :]
        self._fresh = len(self._window)
        self._context = self._given = self._decode(self._window)

    def _cut(self, text: str, held: int) -> None:
        """Shorten a window that finds no end, where its text shows that nothing joins over the cut."""
        tail = self._window[-2 * MAX_UNFINISHED :]
        tail_text = self._decode(tail)
        if self._decode(self._window[: -len(tail)]) + tail_text == text:
            self._window, self._fresh, self._context = tail, 0, ""
            self._given = tail_text[: max(0, len(tail_text) - held)]
