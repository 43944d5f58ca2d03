"""A batch's order, its bounds, and its end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from inference_client import ConflictError, UnauthenticatedError
from inference_client.batches import AHEAD, check, run_in_tasks, run_in_threads

ROWS = [{"n": n} for n in range(40)]


def prediction(row: Mapping[str, Any]) -> Any:
    return SimpleNamespace(output=row["n"])


class Counted:
    """How many run at a time, and how many rows were read."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running = self.most = self.read = 0

    def rows(self) -> Iterator[dict[str, int]]:
        for row in ROWS:
            self.read += 1
            yield row

    def run(self, index: int, row: Mapping[str, Any]) -> Any:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            if row["n"] % 7 == 3:
                raise ConflictError("taken", "CONFLICT")
            return prediction(row)
        finally:
            with self.lock:
                self.running -= 1


def test_threads_give_results_in_order_within_their_number() -> None:
    counted = Counted()
    results = list(run_in_threads(counted.rows(), counted.run, 4, ordered=True))
    assert [result.index for result in results] == list(range(40))
    assert [result.index for result in results if result.error] == [n for n in range(40) if n % 7 == 3]
    assert counted.most <= 4
    unordered = run_in_threads(counted.rows(), counted.run, 4, ordered=False)
    assert sorted(result.index for result in unordered) == list(range(40))


def test_rows_are_read_no_further_than_what_runs_and_waits() -> None:
    counted, gate = Counted(), threading.Event()

    def run(index: int, row: Mapping[str, Any]) -> Any:
        # The first holds all the others back
        if index == 0:
            gate.wait(20)
        return prediction(row)

    results = run_in_threads(counted.rows(), run, 3, ordered=True)
    thread = threading.Thread(target=lambda: (gate_when(counted), gate.set()))
    thread.start()
    assert next(results).index == 0
    thread.join()
    results.close()  # type: ignore[attr-defined]


def gate_when(counted: Counted) -> None:
    """Wait until reading stands still; it may not go beyond its bound."""
    for _ in range(400):
        if counted.read == AHEAD * 3:
            break
        threading.Event().wait(0.01)
    threading.Event().wait(0.05)
    assert counted.read == AHEAD * 3


def test_what_is_wrong_with_all_of_them_ends_it() -> None:
    def run(index: int, row: Mapping[str, Any]) -> Any:
        if index == 5:
            raise UnauthenticatedError("no", "UNAUTHENTICATED")
        return prediction(row)

    with pytest.raises(UnauthenticatedError):
        list(run_in_threads(ROWS, run, 4, ordered=True))


async def test_tasks_do_the_same_and_end_with_their_reader() -> None:
    running: set[int] = set()

    async def run(index: int, row: Mapping[str, Any]) -> Any:
        running.add(index)
        try:
            await asyncio.sleep(0 if index % 2 else 0.001)
            if index == 9:
                raise ConflictError("taken", "CONFLICT")
            return prediction(row)
        finally:
            running.discard(index)

    results = [result async for result in run_in_tasks(ROWS, run, 4, ordered=True)]
    assert [result.index for result in results] == list(range(40))
    assert [result.index for result in results if result.error] == [9]

    async def stay(index: int, row: Mapping[str, Any]) -> Any:
        running.add(index)
        try:
            await asyncio.sleep(0 if index == 0 else 60)
            return prediction(row)
        finally:
            running.discard(index)

    reader = run_in_tasks(ROWS, stay, 4, ordered=True)
    assert (await anext(reader)).index == 0
    assert running
    await reader.aclose()  # type: ignore[attr-defined]
    assert not running


@pytest.mark.parametrize(("concurrency", "name"), [(0, None), (1, ""), (1, "a\nb"), (1, "a" * 181)])
def test_what_cannot_be_a_batch(concurrency: int, name: str | None) -> None:
    with pytest.raises(ValueError, match=r"concurrency|name"):
        check(concurrency, name)
