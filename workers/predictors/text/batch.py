"""Continuous batching: the predictions of one model share its forward passes, and none of them can end another."""

from __future__ import annotations

import itertools
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from workers.contract.failures import free_memory
from workers.contract.predictor import InputRejectedError, PredictionContext
from workers.predictors.text.engine import (
    CannotBatchError,
    Engine,
    Request,
    Step,
    cache_tokens,
    explain_failure,
)
from workers.predictors.text.prefixes import key_of
from workers.predictors.text.sampling import Sampling
from workers.predictors.text.streaming import TokenSink

logger = logging.getLogger(__name__)

# an engine that died in between answers nobody: those who wait look for themselves
LOOK_SECONDS = 1.0
ADD_TRIES = 3
ENDED = "the steps of the model ended"
PROBE_SECONDS = 120.0
START_POLL_SECONDS = 0.002
# tokens of a page and of a step in a try: prompts of a few dozen tokens are then cut as long ones are
TRY_TOKENS = 16
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
            if step.failure is not None:
                self.failure = step.failure
                self.ended.set()
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
        self,
        model: Any,
        context: int | None,
        slots: int,
        room_bytes: int | None = None,
        *,
        split: bool = True,
        share: bool = True,
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
        self._share = share
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

    def start(self) -> None:
        """Start the engine and its cache, so that the first request does not wait for them.

        Raises:
            CannotBatchError: it ended at once.
        """
        with self._lock:
            engine = self._start()
        while not engine.cache_bytes:
            if not engine.is_alive:
                self.close()
                raise CannotBatchError("its cache could not be made")
            time.sleep(START_POLL_SECONDS)

    def try_out(self, prompts: list[list[int]], new_tokens: int) -> list[list[torch.Tensor]]:
        """Continue some prompts greedily, all at once and in small steps; the raw scores of each one's tokens.

        It takes an engine of its own, so that pages and steps are short enough for the prompts to need several.

        Raises:
            CannotBatchError: continuous batching cannot serve this model.
        """
        logs = [_ScoreLog() for _ in prompts]
        entries = {
            f"try {number}": _Entry(
                Request(prompt, len(prompt), new_tokens, Sampling(0, 0.0), log=log), lambda token: False
            )
            for number, (prompt, log) in enumerate(zip(prompts, logs, strict=True))
        }

        def update_entries(steps: list[Step]) -> None:
            for step in steps:
                entries[step.key].update(step)

        pages = sum(len(prompt) + new_tokens for prompt in prompts) // TRY_TOKENS + len(prompts)
        engine = Engine(
            self._model,
            TRY_TOKENS * max(pages, 16),
            len(prompts),
            update_entries,
            split=self._split,
            share=self._share,
            page_tokens=TRY_TOKENS,
            batch_tokens=TRY_TOKENS,
        )
        try:
            engine.start()
            for key, entry in entries.items():
                if not engine.add(key, entry.resume()):
                    raise CannotBatchError(ENDED)
            deadline = time.monotonic() + PROBE_SECONDS
            for entry in entries.values():
                while not entry.ended.wait(LOOK_SECONDS):
                    if not engine.is_alive or time.monotonic() > deadline:
                        raise CannotBatchError("it did not answer")
                if entry.error is not None:
                    logger.info("A batch of this model ended with %s", entry.error)
                    raise CannotBatchError(explain_failure(entry.error))
        finally:
            engine.stop()
        return [log.scores for log in logs]

    def run(self, context: PredictionContext, request: Request, sink: TokenSink) -> int:
        """Feed the sink until the request is done; returns early when it was asked to stop.

        Gives how many tokens of the prompt were computed before, for others of its scope.

        Raises:
            BrokenBatchError: it ends the engine, alone too.
            MemoryError: the device has too little memory for it, alone too.
            FloatingPointError: the model's scores are no numbers.
            InputRejectedError: its response format takes too much work.
        """
        entry = _Entry(request, sink.take)
        for attempt in range(3):
            # the suspect, who had no token yet, is alone at once, everybody else in the third try
            alone = attempt == 2 or (attempt == 1 and not entry.tokens)
            key = key_of(request.scope, next(self._numbers))
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
                    shared = engine.forget(key)
            if entry.failure is not None:
                raise entry.failure
            if entry.error is None or context.cancelled:
                return shared
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
                engine = self._start()
            # one that another request is just ending takes no more
            if engine.add(key, request):
                return engine
        entry.end(ENDED)
        return engine

    def _start(self) -> Engine:
        """The engine, which is started if there is none; for one thread at a time."""

        def update_entries(steps: list[Step]) -> None:
            for step in steps:
                if (known := self._entries.get(step.key)) is not None:
                    known.update(step)

        if self._engine is None:
            self._engine = Engine(
                self._model, self._tokens, self._slots, update_entries, split=self._split, share=self._share
            )
            self._engine.start()
        return self._engine


class _ScoreLog:
    """Keeps the raw scores of each token."""

    def __init__(self) -> None:
        self.scores: list[torch.Tensor] = []

    def record(self, position: int, scores: torch.Tensor, token: int) -> None:
        self.scores.append(scores.cpu())


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
