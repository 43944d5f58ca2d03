"""Many inputs for one model: a few run at a time, results come in order or as they are ready."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from inference_client.errors import ConflictError, InferenceError, InvalidInputError, PredictionFailedError
from inference_client.predictions import Prediction

# What is wrong with one row alone; any other error ends the batch
OF_ONE_ROW = (InvalidInputError, ConflictError, PredictionFailedError)
# How many rows may be ahead of the one whose result is due, for each that runs
AHEAD = 4


@dataclass(frozen=True)
class BatchResult:
    """What became of row number `index`, from 0: a prediction that succeeded, or an `error`."""

    index: int
    input: Mapping[str, Any] = field(repr=False)
    prediction: Prediction | None
    error: InferenceError | None

    @property
    def output(self) -> Any:
        """Its output; raises its error where there is one."""
        if self.error is not None:
            raise self.error
        return self.prediction.output if self.prediction else None


def result_of(index: int, row: Mapping[str, Any], outcome: Prediction | InferenceError) -> BatchResult:
    """The result of a row that ended so."""
    if isinstance(outcome, PredictionFailedError):
        return BatchResult(index, row, outcome.prediction, outcome)
    if isinstance(outcome, InferenceError):
        return BatchResult(index, row, None, outcome)
    return BatchResult(index, row, outcome, None)


def key_of(name: str | None, index: int) -> str | None:
    """The idempotency key of a row, by which a batch of the same name goes on where it was broken off."""
    return None if name is None else f"{name}:{index}"


def check(concurrency: int, name: str | None) -> None:
    """Raise ValueError for what cannot be a batch."""
    if concurrency < 1:
        raise ValueError("concurrency is 1 or more.")
    if name is not None and not (0 < len(name) <= 180 and name.isprintable()):
        raise ValueError("name has 1 to 180 printable characters.")


class OrderedResults:
    """Gives results back in the order of their rows, or at once."""

    def __init__(self, *, ordered: bool) -> None:
        self._ordered = ordered
        self._next = 0
        self._early: dict[int, BatchResult] = {}

    def add(self, result: BatchResult) -> Iterator[BatchResult]:
        """Take one in; give those that are due."""
        if not self._ordered:
            yield result
            return
        self._early[result.index] = result
        while self._next in self._early:
            yield self._early.pop(self._next)
            self._next += 1

    @property
    def waiting(self) -> int:
        """How many came before their turn."""
        return len(self._early)


def run_in_threads(
    rows: Iterable[Mapping[str, Any]],
    run: Callable[[int, Mapping[str, Any]], Prediction],
    concurrency: int,
    *,
    ordered: bool,
) -> Iterator[BatchResult]:
    """The results of rows that run in so many threads.

    Rows are read in the caller's thread, and only so far ahead. The threads do not outlive the process: what runs when
    the reader stops goes on at the server.
    """
    ahead: queue.SimpleQueue[tuple[int, Mapping[str, Any]] | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Mapping[str, Any], Prediction | BaseException]] = queue.SimpleQueue()

    def work() -> None:
        while (job := ahead.get()) is not None:
            index, row = job
            outcome: Prediction | BaseException
            try:
                outcome = run(index, row)
            except BaseException as error:
                outcome = error
            done.put((index, row, outcome))

    threads = [threading.Thread(target=work, name="inference-batch", daemon=True) for _ in range(concurrency)]
    results = OrderedResults(ordered=ordered)
    source, running, is_over = enumerate(rows), 0, False
    for thread in threads:
        thread.start()
    try:
        while True:
            while not is_over and running < concurrency and running + results.waiting < AHEAD * concurrency:
                job = next(source, None)
                if job is None:
                    is_over = True
                else:
                    ahead.put(job)
                    running += 1
            if not running:
                return
            index, row, outcome = done.get()
            running -= 1
            if isinstance(outcome, BaseException) and not isinstance(outcome, OF_ONE_ROW):
                raise outcome
            yield from results.add(result_of(index, row, outcome))
    finally:
        for _ in threads:
            ahead.put(None)


async def run_in_tasks(
    rows: Iterable[Mapping[str, Any]],
    run: Callable[[int, Mapping[str, Any]], Awaitable[Prediction]],
    concurrency: int,
    *,
    ordered: bool,
) -> AsyncIterator[BatchResult]:
    """The results of rows that run in so many tasks; what runs when the reader stops goes on at the server."""

    async def outcome_of(index: int, row: Mapping[str, Any]) -> BatchResult:
        try:
            return result_of(index, row, await run(index, row))
        except OF_ONE_ROW as error:
            return result_of(index, row, error)

    results = OrderedResults(ordered=ordered)
    source, running, is_over = enumerate(rows), set[asyncio.Task[BatchResult]](), False
    done: set[asyncio.Task[BatchResult]] = set()
    try:
        while True:
            while not is_over and len(running) < concurrency and len(running) + results.waiting < AHEAD * concurrency:
                job = next(source, None)
                if job is None:
                    is_over = True
                else:
                    running.add(asyncio.create_task(outcome_of(*job)))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                for result in results.add(task.result()):
                    yield result
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, *done, return_exceptions=True)
