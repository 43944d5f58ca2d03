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
from workers.predictors.text.batch_manager import CannotBatch, Manager, Request, Step, cache_tokens
from workers.predictors.text.sampling import NO_NUMBERS, Sampling
from workers.predictors.text.sink import TokenSink

logger = logging.getLogger(__name__)

# a manager that died in between answers nobody: those who wait look for themselves
LOOK_SECONDS = 1.0
ADD_TRIES = 3
ENDED = "the steps of the model ended"
PROBE_SECONDS = 120.0
# The manager gives errors as text: of torch's OutOfMemoryError, of Python's, and of torch's allocator on the CPU
OUT_OF_MEMORY = re.compile(r"\b(OutOfMemoryError|MemoryError|CUDA out of memory|DefaultCPUAllocator)\b")


class BatchBroken(Exception):
    """The step that this request was in failed, and failed again with this request alone."""


@dataclass(eq=False)
class _Job:
    """One request in the manager; its sink was given `taken`, of which `before` came before this try."""

    request: Request
    take: Callable[[int], bool]
    taken: list[int] = field(default_factory=list)
    before: int = 0
    error: str | None = None
    failure: BaseException | None = None
    # what a sink says may end its own request
    lock: threading.RLock = field(default_factory=threading.RLock)
    ended: threading.Event = field(default_factory=threading.Event)
    left: bool = False

    def see(self, step: Step) -> None:
        """Take what a step brought."""
        with self.lock:
            self.left = self.left or step.finished
            if self.ended.is_set():
                return
            try:
                done = any(self._took(token) for token in step.tokens[len(self.taken) - self.before :])
            except BaseException as error:  # the sink's own trouble belongs to this request alone
                self.failure, done = error, True
            self.error = step.error
            if done or step.finished:
                self.ended.set()

    def again(self) -> Request:
        """What is left to ask for in the next try."""
        self.error, self.left, self.before = None, False, len(self.taken)
        self.ended.clear()
        room = self.request.room - self.before
        return replace(self.request, tokens=self.request.tokens + self.taken, room=room)

    def _took(self, token: int) -> bool:
        self.taken.append(token)
        return self.take(token)

    def end(self, error: str | None = None) -> None:
        """Stop waiting for more."""
        with self.lock:
            if not self.ended.is_set():
                self.error = error
                self.ended.set()


class TextBatch:
    """Serves the requests of one model, `slots` at once; `run` is called from a thread for each request.

    When a step fails, the manager ends and everybody in it is failed. It is built anew: a request that had got tokens
    goes on behind them in company, one that had none yet is the suspect and goes on alone, as does whoever was in a
    second failure. Only a request that fails alone is failed for good.
    """

    def __init__(self, model: Any, context: int | None, slots: int, room_bytes: int | None = None) -> None:
        self._model = model
        self._slots = slots
        self._tokens = cache_tokens(model, context, slots, room_bytes)
        self._numbers = itertools.count()
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self._room = _Company()
        self._manager: Manager | None = None
        self._split = True
        self.rebuilt = 0

    def room(self, prompt_tokens: int) -> int:
        """Tokens that the cache has room for behind a prompt of this length.

        Raises:
            InputRejectedError: the prompt alone does not fit.
        """
        if prompt_tokens >= self._tokens:
            raise InputRejectedError(
                f"The prompt has {prompt_tokens} tokens, and this worker has memory for {self._tokens} with the output."
            )
        return self._tokens - prompt_tokens

    @property
    def cache_bytes(self) -> int:
        """Bytes of the cache, none before the first request."""
        return self._manager.cache_bytes if self._manager else 0

    @property
    def waiting(self) -> int:
        """Requests in the manager."""
        return len(self._jobs)

    def probe(self, token: int) -> None:
        """Make two tokens behind this one.

        Raises:
            CannotBatch: the manager cannot serve this model.
        """
        try:
            self._try(token)
        except CannotBatch:
            was_split = self._manager is not None and self._manager.is_split
            self.close()
            if not was_split:
                raise
            self._split = False
            self.probe(token)

    def _try(self, token: int) -> None:
        job = _Job(Request([token], 1, 2, Sampling(0, 0.0)), lambda token: False)
        try:
            manager = self._submit("probe", job)
            if not job.ended.wait(PROBE_SECONDS):
                raise CannotBatch("it did not answer")
            if job.error is not None:
                raise CannotBatch(job.error)
            if not manager.is_alive:
                raise CannotBatch(ENDED)
        finally:
            self._jobs.clear()

    def run(self, context: PredictionContext, request: Request, sink: TokenSink) -> None:
        """Feed the sink until the request is done; returns early when it was asked to stop.

        Raises:
            BatchBroken: it ends the manager, alone too.
            MemoryError: the device has too little memory for it, alone too.
            FloatingPointError: the model's scores are no numbers.
        """
        job = _Job(request, sink.take)
        for is_alone in _tries(job):
            with self._room.joined(context, alone=is_alone):
                self._run_once(context, job)
            if job.failure is not None:
                raise job.failure
            if job.error == NO_NUMBERS:
                raise FloatingPointError(NO_NUMBERS)
            if job.error is None or context.cancelled:
                return
            logger.warning("A step with this request in it failed: %s", job.error)
        if OUT_OF_MEMORY.search(job.error or ""):
            raise MemoryError(job.error)
        raise BatchBroken(job.error)

    def close(self) -> None:
        """End the manager; whoever is in it fails."""
        with self._lock:
            manager, self._manager = self._manager, None
        if manager is not None:
            manager.stop()

    def _run_once(self, context: PredictionContext, job: _Job) -> None:
        key = f"request {next(self._numbers)}"
        manager = self._submit(key, job)
        try:
            with context.when_cancelled(lambda: job.end()):
                while not job.ended.wait(LOOK_SECONDS):
                    if not manager.is_alive:
                        job.end(ENDED)
        finally:
            del self._jobs[key]
            if not job.left:
                manager.cancel(key)

    def _submit(self, key: str, job: _Job) -> Manager:
        request = job.again()
        self._jobs[key] = job
        for _ in range(ADD_TRIES):
            manager = self._living()
            # one that another request is just ending takes no more
            if manager.add(key, request):
                return manager
        job.end(ENDED)
        return manager

    def _living(self) -> Manager:
        with self._lock:
            if self._manager is not None and not self._manager.is_alive:
                logger.warning("The manager of batches is built anew")
                self.rebuilt += 1
                self._manager.stop()
                self._manager = None
                # Whoever comes next finds what the failed step had
                free_memory()
            if self._manager is None:
                self._manager = Manager(self._model, self._tokens, self._slots, self._on_steps, split=self._split)
                self._manager.start()
            return self._manager

    def _on_steps(self, steps: list[Step]) -> None:
        for step in steps:
            if (job := self._jobs.get(step.key)) is not None:
                job.see(step)


def _tries(job: _Job) -> Iterator[bool]:
    """Whether each next try is alone."""
    yield False
    if job.taken:
        yield False
    yield True


class _Company:
    """Lets many in together or one alone; who waits to be alone keeps others from coming."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._hermits = 0
        self._is_taken = False

    @contextmanager
    def joined(self, context: PredictionContext, *, alone: bool) -> Iterator[None]:
        """Be inside for the time of the context.

        Raises:
            CancelSignal: asked to stop while waiting.
        """
        self._enter(context, alone=alone)
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._is_taken = False
                self._changed.notify_all()

    def _enter(self, context: PredictionContext, *, alone: bool) -> None:
        with self._changed, context.when_cancelled(self._look):
            self._hermits += alone
            try:
                while self._is_taken or (self._inside if alone else self._hermits):
                    context.check()
                    self._changed.wait()
            finally:
                self._hermits -= alone
            self._inside += 1
            self._is_taken = alone

    def _look(self) -> None:
        with self._changed:
            self._changed.notify_all()
