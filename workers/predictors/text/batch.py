"""Continuous batching: the predictions of one model share its forward passes, and none of them can end another."""

from __future__ import annotations

import itertools
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from workers.contract.failures import free_memory
from workers.contract.predictor import InputRejectedError, PredictionContext
from workers.predictors.text.engine import CannotBatchError, Engine, Request, Step, cache_tokens
from workers.predictors.text.sampling import NO_NUMBERS, Sampling
from workers.predictors.text.streaming import TokenSink

logger = logging.getLogger(__name__)

# an engine that died in between answers nobody: those who wait look for themselves
LOOK_SECONDS = 1.0
ADD_TRIES = 3
ENDED = "the steps of the model ended"
PROBE_SECONDS = 120.0
# The engine gives errors as text: of torch's OutOfMemoryError, of Python's, and of torch's allocator on the CPU
OUT_OF_MEMORY = re.compile(r"\b(OutOfMemoryError|MemoryError|CUDA out of memory|DefaultCPUAllocator)\b")


class BrokenBatchError(Exception):
    """The step that this request was in failed, and failed again with this request alone."""


@dataclass(eq=False)
class _Entry:
    """One request in the engine; `tokens` went to its sink, of which `resumed` came before this try."""

    request: Request
    take: Callable[[int], bool]
    tokens: list[int] = field(default_factory=list)
    resumed: int = 0
    error: str | None = None
    failure: BaseException | None = None
    # a sink's callbacks may end its own request
    lock: threading.RLock = field(default_factory=threading.RLock)
    ended: threading.Event = field(default_factory=threading.Event)
    is_out: bool = False

    def update(self, step: Step) -> None:
        """Give the new tokens of a step to the sink."""
        with self.lock:
            self.is_out = self.is_out or step.finished
            if self.ended.is_set():
                return
            done = False
            try:
                for token in step.tokens[len(self.tokens) - self.resumed :]:
                    self.tokens.append(token)
                    if done := self.take(token):
                        break
            except BaseException as error:  # the sink's own trouble belongs to this request alone
                self.failure, done = error, True
            self.error = step.error
            if done or step.finished:
                self.ended.set()

    def resume(self) -> Request:
        """The request of the next try: what is left to write, behind what was written."""
        self.error, self.is_out, self.resumed = None, False, len(self.tokens)
        self.ended.clear()
        return replace(self.request, tokens=self.request.tokens + self.tokens, room=self.request.room - self.resumed)

    def end(self, error: str | None = None) -> None:
        """Stop waiting for more."""
        with self.lock:
            if not self.ended.is_set():
                self.error = error
                self.ended.set()


class TextBatch:
    """Serves the requests of one model, `slots` at once; `run` is called from a thread for each request.

    When a step fails, the engine ends and fails everybody in it. It is built anew: a request that had got tokens goes
    on behind them in company, one that had none yet is the suspect and goes on alone, as does whoever was in a second
    failure. Only a request that fails alone is failed for good.
    """

    def __init__(
        self, model: Any, context: int | None, slots: int, room_bytes: int | None = None, *, split: bool = True
    ) -> None:
        self._model = model
        self._slots = slots
        self._tokens = cache_tokens(model, context, slots, room_bytes)
        self._numbers = itertools.count()
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()
        self._room = _SharedLock()
        self._engine: Engine | None = None
        self._split = split
        self.rebuilt = 0

    def room(self, prompt_tokens: int) -> int:
        """Tokens that the cache has room for behind a prompt of this length.

        Raises:
            InputRejectedError: the prompt alone does not fit.
        """
        if prompt_tokens >= self._tokens:
            raise InputRejectedError(
                f"The prompt has {prompt_tokens} tokens; this worker has memory for {self._tokens}, output included."
            )
        return self._tokens - prompt_tokens

    @property
    def cache_bytes(self) -> int:
        """Bytes of the cache, none before the first request."""
        return self._engine.cache_bytes if self._engine else 0

    @property
    def waiting(self) -> int:
        """Requests in the engine."""
        return len(self._entries)

    def probe(self, token: int) -> None:
        """Make two tokens behind this one.

        Raises:
            CannotBatchError: continuous batching cannot serve this model.
        """
        entry = _Entry(Request([token], 1, 2, Sampling(0, 0.0)), lambda token: False)
        try:
            engine = self._submit("probe", entry)
            if not entry.ended.wait(PROBE_SECONDS):
                raise CannotBatchError("it did not answer")
            if entry.error is not None:
                raise CannotBatchError(entry.error)
            if not engine.is_alive:
                raise CannotBatchError(ENDED)
        except CannotBatchError:
            was_split = self._engine is not None and self._engine.is_split
            self.close()
            if not was_split:
                raise
        else:
            return
        finally:
            self._entries.clear()
        self._split = False
        self.probe(token)

    def run(self, context: PredictionContext, request: Request, sink: TokenSink) -> None:
        """Feed the sink until the request is done; returns early when it was asked to stop.

        Raises:
            BrokenBatchError: it ends the engine, alone too.
            MemoryError: the device has too little memory for it, alone too.
            FloatingPointError: the model's scores are no numbers.
        """
        entry = _Entry(request, sink.take)
        for attempt in range(3):
            # the suspect, who had no token yet, is alone at once, everybody else in the third try
            alone = attempt == 2 or (attempt == 1 and not entry.tokens)
            key = f"request {next(self._numbers)}"
            with self._room.hold(context, alone=alone):
                engine = self._submit(key, entry)
                try:
                    with context.when_cancelled(lambda: entry.end()):
                        while not entry.ended.wait(LOOK_SECONDS):
                            if not engine.is_alive:
                                entry.end(ENDED)
                finally:
                    del self._entries[key]
                    if not entry.is_out:
                        engine.cancel(key)
            if entry.failure is not None:
                raise entry.failure
            if entry.error == NO_NUMBERS:
                raise FloatingPointError(NO_NUMBERS)
            if entry.error is None or context.cancelled:
                return
            logger.warning("A step with this request in it failed: %s", entry.error)
            if alone:
                break
        if OUT_OF_MEMORY.search(entry.error or ""):
            raise MemoryError(entry.error)
        raise BrokenBatchError(entry.error)

    def close(self) -> None:
        """End the engine; whoever is in it fails."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.stop()

    def _submit(self, key: str, entry: _Entry) -> Engine:
        """Give the request to the engine, which is built if there is none or the last one has died."""

        def update_entries(steps: list[Step]) -> None:
            for step in steps:
                if (known := self._entries.get(step.key)) is not None:
                    known.update(step)

        request = entry.resume()
        self._entries[key] = entry
        for _ in range(ADD_TRIES):
            with self._lock:
                if self._engine is not None and not self._engine.is_alive:
                    logger.warning("The engine of batches is built anew")
                    self.rebuilt += 1
                    self._engine.stop()
                    self._engine = None
                    # Whoever comes next finds what the failed step had
                    free_memory()
                if self._engine is None:
                    self._engine = Engine(self._model, self._tokens, self._slots, update_entries, split=self._split)
                    self._engine.start()
                engine = self._engine
            # one that another request is just ending takes no more
            if engine.add(key, request):
                return engine
        entry.end(ENDED)
        return engine


class _SharedLock:
    """Lets many in together or one alone; whoever waits to be alone keeps others from coming."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._waiting_alone = 0
        self._is_alone = False

    @contextmanager
    def hold(self, context: PredictionContext, *, alone: bool) -> Iterator[None]:
        """Be inside for the time of the context.

        Raises:
            CancelSignal: asked to stop while waiting.
        """

        def wake() -> None:
            with self._changed:
                self._changed.notify_all()

        with self._changed, context.when_cancelled(wake):
            self._waiting_alone += alone
            try:
                while self._is_alone or (self._inside if alone else self._waiting_alone):
                    context.check()
                    self._changed.wait()
            finally:
                self._waiting_alone -= alone
            self._inside += 1
            self._is_alone = alone
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._is_alone = False
                self._changed.notify_all()
