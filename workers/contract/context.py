"""What a predictor sees of the prediction it runs: its input, its seed, its outputs, and whether to stop."""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from workers.contract.protocol import ChoiceOutput, File, Loading, Log, Message, Metric, Output, Preview, Progress

MAX_SEED = 2**53 - 1
MAX_LOG_LINE = 10_000
MAX_PRINTED = 64_000
"""Characters of one prediction's prints that are sent; its log keeps no more."""
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,99}/[A-Za-z0-9][\w.+-]{0,99}", re.ASCII)
LOCK_POLL_SECONDS = 0.05


class CancelSignal(BaseException):
    """The prediction was asked to stop; no `Exception`, so that a model's `except Exception` lets it pass."""


@dataclass(frozen=True)
class Adapter:
    """An adapter (LoRA and the like) that a version puts on its base's model: its version's id, and its folder.

    `files` are the version's own ones in that folder, whatever else lies there; none where all are.
    """

    version: str
    path: Path
    files: tuple[str, ...] = ()


class Sink(Protocol):
    """Where the messages of a prediction go."""

    def put(self, message: Message) -> None:
        """Take one message."""

    def text(self, prediction: str, piece: str) -> None:
        """Take one piece of text output, which may be joined with its neighbours."""

    def choice(self, prediction: str, number: int, piece: str, logprobs: list[Any] | None) -> None:
        """Take one piece of one of several texts, and of its tokens' log probabilities; both may be joined."""


class PredictionContext:
    """One running prediction; its methods may be called from any thread.

    `traceparent` is its W3C trace context, for the headers of what a model asks elsewhere; None where there is none.
    `owner` is the same for all predictions of one user, and tells nothing else. `variables` and `secrets` are what the
    model's owner gave it, by name; `get_secret_value()` gives a secret's text.
    """

    def __init__(
        self,
        prediction: str,
        values: Mapping[str, Any],
        sink: Sink,
        files: Iterable[str] = (),
        traceparent: str | None = None,
        owner: str | None = None,
    ) -> None:
        self.prediction = prediction
        self.input = dict(values)
        self.files = frozenset(files)
        self.traceparent = traceparent
        self.owner = owner
        self.variables: Mapping[str, str] = {}
        self.secrets: Mapping[str, SecretStr] = {}
        self.started = time.monotonic()
        self._sink = sink
        self._cancel = threading.Event()
        self._to_call: list[Callable[[], None]] = []
        self._previews = False
        self._silent = False
        # also keeps a stray thread of a model from speaking behind the last message
        self._speaking = threading.Lock()
        self._warned: set[str] = set()
        self._file_count = 0
        self.adapter: Adapter | None = None
        """What its version changes of the loaded model; only the thread of `predict` may read its files."""
        self.captures = False
        """Whether what its code prints belongs in its log."""
        self._printing = threading.Lock()
        self._line = ""
        self._print_room = MAX_PRINTED
        drawn = self.input.get("seed")
        self.seed: int = secrets.randbelow(MAX_SEED + 1) if drawn is None else int(drawn)

    @property
    def cancelled(self) -> bool:
        """Whether the prediction was asked to stop."""
        return self._cancel.is_set()

    def check(self) -> None:
        """Leave the prediction if it was asked to stop.

        Raises:
            CancelSignal: it was.
        """
        if self._cancel.is_set():
            raise CancelSignal

    def sleep(self, seconds: float) -> None:
        """Wait, and leave at once when asked to stop.

        Raises:
            CancelSignal: asked to stop.
        """
        if self._cancel.wait(seconds):
            raise CancelSignal

    @contextmanager
    def when_cancelled(self, call: Callable[[], None]) -> Iterator[None]:
        """Have `call` made, in whatever thread asks, if the prediction is asked to stop before the block ends."""
        self._to_call.append(call)
        # a stop that came just before the line above has called nothing
        if self._cancel.is_set():
            call()
        try:
            yield
        finally:
            self._to_call.remove(call)

    @contextmanager
    def hold(self, lock: threading.Lock | threading.Semaphore) -> Iterator[None]:
        """Hold a lock or a place of a model; a wait for it ends when asked to stop.

        Raises:
            CancelSignal: asked to stop while waiting.
        """
        while not lock.acquire(timeout=LOCK_POLL_SECONDS):
            self.check()
        try:
            yield
        finally:
            lock.release()

    def emit(self, value: Any) -> None:
        """Give a piece of output: text is joined with the text before it, any other JSON value is one chunk."""
        if not isinstance(value, str):
            self.send(Output(self.prediction, chunk=value))
            return
        with self._speaking:
            if not self._silent:
                self._sink.text(self.prediction, _clean(value))

    def emit_choice(self, number: int, piece: str, logprobs: list[Any] | None = None) -> None:
        """Give a piece of one of several texts, and its tokens' log probabilities where they were asked for."""
        if number == 0 and logprobs is None:
            self.emit(piece)
            return
        with self._speaking:
            if not self._silent:
                self._sink.choice(self.prediction, number, _clean(piece), logprobs)

    def emit_all(self, pieces: Generator[Any, Any, Any]) -> None:
        """Give each yield of a generator, and close it.

        Raises:
            CancelSignal: asked to stop between two of them.
        """
        with closing(pieces):
            for piece in pieces:
                self.check()
                self.emit(piece)

    def file(self, content: bytes, content_type: str, width: int | None = None, height: int | None = None) -> None:
        """Give one output file; width and height in pixels."""
        self.add_file(content, content_type, width, height)

    def add_file(self, content: bytes, content_type: str, width: int | None = None, height: int | None = None) -> int:
        """Give one output file, as `file` does; its number, by which the output may name it."""
        if not _CONTENT_TYPE.fullmatch(content_type):
            raise ValueError(f"{content_type[:100]!r} is no content type; give one such as image/png")
        size = (None if width is None else int(width), None if height is None else int(height))
        # bytes() of a number would be as many zeros
        message = File(self.prediction, content_type, *size, memoryview(content).tobytes())
        with self._speaking:
            if not self._silent:
                self._sink.put(message)
                self._file_count += 1
            return self._file_count - 1

    def progress(self, step: int, total: int | None = None) -> None:
        """Report how far the prediction is, in steps of its own kind."""
        self.send(Progress(self.prediction, int(step), None if total is None else int(total)))

    def wants(self, what: str) -> bool:
        """Whether somebody watches it now; `preview` is the only thing to ask for."""
        return what == "preview" and self._previews

    def begin_choice(self, number: int, prefix: str) -> None:
        """Say, before its first piece, that one of several texts goes on with `prefix`, with which the prompt ends."""
        self.send(ChoiceOutput(self.prediction, number, "", prefix=_clean(prefix)))

    def set_previews(self, *, enabled: bool) -> None:
        """Send previews from now on, or no longer; they are off at first."""
        self._previews = enabled

    def preview(self, content: bytes, width: int, height: int, step: int | None = None) -> None:
        """Show an unfinished picture: a JPEG of at most 12 kB, sizes in pixels; ask `wants` before making one."""
        if self.wants("preview"):
            at = None if step is None else int(step)
            self.send(Preview(self.prediction, int(width), int(height), at, memoryview(content).tobytes()))

    def log(self, line: str) -> None:
        """Add to the prediction's log, one entry a line of text."""
        for part in _clean(str(line)).splitlines():
            self.send(Log(self.prediction, part[:MAX_LOG_LINE]))

    def print(self, text: str) -> None:
        """Add printed text to the log: whole lines at once, the rest when its line ends or the prediction does."""
        with self._printing:
            lines = (self._line + text).split("\n")
            # a progress bar writes its line again and again
            self._line = lines.pop()[-MAX_LOG_LINE:]
            for line in lines:
                self._log_printed(line.rstrip("\r").rpartition("\r")[2])

    def _log_printed(self, line: str) -> None:
        if self._print_room <= 0:
            return
        self._print_room -= len(line) + 1
        self.log(line)
        if self._print_room <= 0:
            self.log(f"(What is printed after {MAX_PRINTED} characters is not kept.)")

    def warn(self, line: str) -> None:
        """Add a library's warning to the log, unless the prediction's log has it already."""
        if line not in self._warned:
            self._warned.add(line)
            self.log(line)

    def metric(self, name: str, value: float) -> None:
        """Record a number measured of this prediction; what is not finite is no measurement and is left out."""
        if isfinite(value):
            self.send(Metric(self.prediction, str(name), float(value)))

    def loading(self, phase: str, done: int | None = None, total: int | None = None) -> None:
        """Report that the model is being loaded; done and total in bytes."""
        sizes = (None if done is None else int(done), None if total is None else int(total))
        self.send(Loading(self.prediction, str(phase), *sizes))

    def begin(self) -> None:
        """Note that the model is there and the prediction itself starts."""
        self.started = time.monotonic()

    def cancel(self) -> None:
        """Ask the prediction to stop."""
        self._cancel.set()
        for call in list(self._to_call):
            call()

    def abandon(self) -> None:
        """Ask the prediction to stop, and let it say nothing more."""
        with self._speaking:
            self._silent = True
        self.cancel()

    def send(self, message: Message) -> None:
        """Send a message of this prediction; after its end nothing is sent any more.

        Raises:
            TypeError: a value in it is not JSON.
            ValueError: it is too large for a frame.
        """
        with self._speaking:
            if not self._silent:
                self._sink.put(message)

    @property
    def is_over(self) -> bool:
        """Whether its last message was sent."""
        return self._silent

    def finish(self, message: Message) -> None:
        """Send the last message of this prediction."""
        if self._line:
            self.print("\n")
        with self._speaking:
            if not self._silent:
                self._sink.put(message)
                self._silent = True


current_prediction: ContextVar[PredictionContext | None] = ContextVar("current_prediction", default=None)


def _clean(text: str) -> str:
    """The text without lone surrogates, which UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode("utf-8")
