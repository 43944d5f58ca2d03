"""The tokens of one request as streamed text, up to its end token or a stop string.

Why this is not a library's: the pieces joined must be the text that the tokenizer gives for all tokens at once. A
`DecodeStream` of tokenizers serves fast tokenizers alone and loses bytes of a character that is never finished. A
`TextStreamer` of transformers holds back whole words and decodes everything since the last line break for each token;
its `StopStringCriteria` leaves the stop string in the text. A token costs 5 microseconds here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch

from workers.contract.predictor import PredictionContext

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
        unfinished = min(MAX_UNFINISHED, len(text) - len(text.rstrip(BROKEN)))
        piece = text[len(self._given) : len(text) - unfinished]
        self._given += piece
        if piece and not unfinished:
            # the tokens just given out are the context of the next
            self._window = self._window[self._fresh :]
            self._fresh = len(self._window)
            self._context = self._given = self._decode(self._window)
        elif len(self._window) > LONG_WINDOW_TOKENS:
            # a window that finds no end is cut where its text shows that nothing joins over the cut
            tail = self._window[-2 * MAX_UNFINISHED :]
            tail_text = self._decode(tail)
            if self._decode(self._window[: -len(tail)]) + tail_text == text:
                self._window, self._fresh, self._context = tail, 0, ""
                self._given = tail_text[: max(0, len(tail_text) - unfinished)]
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


class StopFilter:
    """Passes text on up to the first stop string; what may become one is held back.

    Of several stop strings the one that is complete first counts, however the text was cut into pieces. Hidden text, as
    special tokens have, counts for stop strings and is not passed on.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._longest = max(map(len, stops), default=0)
        self._rest = ""
        # where the rest is hidden: a mark for each character
        self._hidden = ""
        self.stopped = False

    def push(self, piece: str, *, hidden: bool = False) -> str:
        """The text that may be shown now; nothing once a stop string has come."""
        if self.stopped:
            return ""
        text = self._rest + piece
        marks = self._hidden + ("x" if hidden else " ") * len(piece)
        matches = [(text.index(stop) + len(stop), text.index(stop)) for stop in self._stops if stop in text]
        if matches:
            self.stopped = True
            self._rest = self._hidden = ""
            return _visible(text[: min(matches)[1]], marks)
        # the longest end of the text that begins a stop string waits for what follows
        lengths = range(min(self._longest - 1, len(text)), 0, -1)
        begun = next((n for n in lengths if any(stop.startswith(text[-n:]) for stop in self._stops)), 0)
        self._rest, self._hidden = text[len(text) - begun :], marks[len(text) - begun :]
        return _visible(text[: len(text) - begun], marks)

    def finish(self) -> str:
        """The text still held back when no more comes."""
        rest, marks = self._rest, self._hidden
        self._rest = self._hidden = ""
        return _visible(rest, marks)


def _visible(text: str, marks: str) -> str:
    if "x" not in marks:
        return text
    return "".join(letter for letter, mark in zip(text, marks, strict=False) if mark == " ")


class TokenSink:
    """Takes every token of one choice as it comes, streams its text, and knows when and why it is done.

    `hidden` has the text of special tokens that stop strings may name and that are left out of the text. `describe`
    gives the log probability of the token at a place of the output: each is streamed once, with the text that it ends.
    """

    def __init__(
        self,
        context: PredictionContext,
        detokenizer: Detokenizer,
        stops: StopFilter,
        end_tokens: frozenset[int],
        hidden: Mapping[int, str] = MappingProxyType({}),
        choice: int = 0,
        describe: Callable[[int], dict[str, Any]] | None = None,
    ) -> None:
        self._context = context
        self._detokenizer = detokenizer
        self._stops = stops
        self._end_tokens = end_tokens
        self._hidden = hidden
        self._choice = choice
        self._describe = describe
        self._pieces: list[str] = []
        self._ended = False
        self.tokens: list[int] = []
        """Those before the end token."""
        self.logprobs: list[dict[str, Any]] = []
        """What `describe` gave, for each token of the output, its end among them."""
        self.count = 0
        self.done = False

    @property
    def finish_reason(self) -> str:
        """`stop` at an end token or a stop string, else `length`."""
        return "stop" if self._ended or self._stops.stopped else "length"

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._pieces)

    def take(self, token: int) -> bool:
        """Take a token; whether that was the last one."""
        if self.done:
            return True
        self.count += 1
        if self.count == 1 and self._choice == 0:
            self._context.metric("time_to_first_token_seconds", time.monotonic() - self._context.started)
        if token in self._end_tokens:
            self.done = self._ended = True
        else:
            self.tokens.append(token)
            piece = self._stops.push(self._detokenizer.push(token))
            if token in self._hidden:
                piece += self._stops.push(self._hidden[token], hidden=True)
            self._emit(piece)
            self.done = self._stops.stopped or self._context.cancelled
        return self.done

    def finish(self) -> None:
        """Emit what was held back."""
        self.done = True
        self._emit(self._stops.push(self._detokenizer.finish()) + self._stops.finish())

    def _emit(self, piece: str) -> None:
        self._pieces.append(piece)
        logprobs = None
        if self._describe is not None:
            logprobs = [self._describe(position) for position in range(len(self.logprobs), self.count)]
            self.logprobs += logprobs
        if piece or logprobs:
            self._context.emit_choice(self._choice, piece, logprobs)


class SinkCriterion:
    """A stopping criterion of `generate` that feeds a sink."""

    def __init__(self, sink: TokenSink) -> None:
        self._sink = sink

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        """Whether to stop, of shape (1,), for `input_ids` of shape (1, tokens so far)."""
        # on some devices generate looks at the answer one token late, and the sink takes nothing behind its end
        done = self._sink.take(int(input_ids[0, -1]))
        return torch.full(input_ids.shape[:1], done, dtype=torch.bool, device=input_ids.device)
