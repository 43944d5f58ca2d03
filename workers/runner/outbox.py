"""The runner's way out: one queue, one writer thread, text and progress joined so that a token is not a message."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from workers.contract.protocol import Canceled, ChoiceOutput, Done, Failed, File, Message, Output, Progress, encode

COALESCE_SECONDS = 0.03
MAX_QUEUED_BYTES = 32 * 1024 * 1024
MAX_JOINED = 1024 * 1024
_FRAME_OVERHEAD_BYTES = 128
_ENDS = (Done, Failed, Canceled)
_AFTER_TEXT = (Output, File, *_ENDS)
# about what a token with its log probability is as JSON
_TOKEN_LENGTH = 64


@dataclass
class _Pending:
    due: float = 0.0
    pieces: list[str] = field(default_factory=list)
    choices: dict[int, tuple[list[str], list[Any] | None]] = field(default_factory=dict)
    length: int = 0
    progress: Progress | None = None

    @property
    def waits(self) -> bool:
        return bool(self.pieces or self.choices) or self.progress is not None


class Outbox:
    """Messages on their way to the supervisor, in order, from any thread.

    Of each prediction the first text and the first progress go at once, later ones at most every COALESCE_SECONDS: text
    joined, up to MAX_JOINED characters, of progress the newest. More than MAX_QUEUED_BYTES not yet written make the
    senders wait.
    """

    def __init__(self, connection: Connection, broken: Callable[[], None]) -> None:
        self._connection = connection
        self._broken = broken
        self._frames: deque[bytes] = deque()
        self._queued_bytes = 0
        self._pending: dict[str, _Pending] = {}
        lock = threading.Lock()
        self._filled = threading.Condition(lock)
        self._room = threading.Condition(lock)

    def start(self) -> None:
        """Start the writer thread; `broken` is called in it when the supervisor is gone."""
        threading.Thread(target=self._write, name="writer", daemon=True).start()

    def put(self, message: Message) -> None:
        """Queue a message, behind the text that its prediction gave before.

        Raises:
            TypeError: a value in it is not JSON.
            ValueError: it is too large for a frame.
        """
        # Here, where who sends it hears of what is wrong: in the writer it would be the end of all
        frame = encode(message)
        if isinstance(message, Progress):
            self._defer(message.prediction, progress=message)
            return
        with self._filled:
            self._wait_for_room()
            if isinstance(message, _AFTER_TEXT):
                self._flush(message.prediction)
            if isinstance(message, _ENDS):
                self._pending.pop(message.prediction, None)
            self._append(frame)

    def text(self, prediction: str, piece: str) -> None:
        """Queue a piece of text output."""
        for start in range(0, len(piece), MAX_JOINED):
            self._defer(prediction, piece=piece[start : start + MAX_JOINED])

    def choice(self, prediction: str, number: int, piece: str, logprobs: list[Any] | None) -> None:
        """Queue a piece of one of several texts, joined with what else of that text waits."""
        with self._filled:
            self._wait_for_room()
            pending = self._pending.setdefault(prediction, _Pending())
            pieces, tokens = pending.choices.setdefault(number, ([], None if logprobs is None else []))
            pieces.append(piece)
            pending.length += len(piece)
            if tokens is not None and logprobs is not None:
                tokens += logprobs
                pending.length += sum(_TOKEN_LENGTH * (1 + len(token["top"])) for token in logprobs)
            self._flush_if_due(prediction, pending)

    def drop(self, prediction: str) -> None:
        """Forget what an abandoned prediction has not sent yet."""
        with self._filled:
            self._pending.pop(prediction, None)

    def _defer(self, prediction: str, piece: str = "", progress: Progress | None = None) -> None:
        with self._filled:
            self._wait_for_room()
            pending = self._pending.setdefault(prediction, _Pending())
            if piece:
                pending.pieces.append(piece)
                pending.length += len(piece)
            pending.progress = progress or pending.progress
            self._flush_if_due(prediction, pending)

    def _flush_if_due(self, prediction: str, pending: _Pending) -> None:
        if time.monotonic() >= pending.due or pending.length >= MAX_JOINED:
            self._flush(prediction)
        else:
            self._filled.notify()

    def _wait_for_room(self) -> None:
        while self._queued_bytes >= MAX_QUEUED_BYTES:
            self._room.wait()

    def _flush(self, prediction: str) -> None:
        pending = self._pending.get(prediction)
        if pending is None or not pending.waits:
            return
        if pending.pieces:
            self._append(encode(Output(prediction, text="".join(pending.pieces))))
        for number, (pieces, tokens) in pending.choices.items():
            self._append(encode(ChoiceOutput(prediction, number, "".join(pieces), tokens)))
        if pending.progress:
            self._append(encode(pending.progress))
        self._pending[prediction] = _Pending(due=time.monotonic() + COALESCE_SECONDS)

    def _append(self, frame: bytes) -> None:
        self._frames.append(frame)
        self._queued_bytes += len(frame) + _FRAME_OVERHEAD_BYTES
        self._filled.notify()

    def _write(self) -> None:
        try:
            while True:
                with self._filled:
                    while not self._frames:
                        waiting = {p: pending.due for p, pending in self._pending.items() if pending.waits}
                        due = [p for p, at in waiting.items() if at <= time.monotonic()]
                        for prediction in due:
                            self._flush(prediction)
                        if not due:
                            next_due = min(waiting.values(), default=None)
                            self._filled.wait(None if next_due is None else max(0.0, next_due - time.monotonic()))
                    frames = list(self._frames)
                    self._frames.clear()
                    self._queued_bytes = 0
                    self._room.notify_all()
                for frame in frames:
                    self._connection.send_bytes(frame)
        except OSError:
            self._broken()
