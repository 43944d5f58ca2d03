from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar

import pytest

from server.adapters.batches import MOST, Batches

held: ContextVar[str] = ContextVar("held", default="nothing")


class Answering:
    """Answers rounds when it is let, and notes them."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.open = asyncio.Event()

    async def __call__(self, numbers: Sequence[int]) -> list[int | BaseException]:
        self.rounds.append(list(numbers))
        await self.open.wait()
        return [ValueError(number) if number < 0 else 2 * number for number in numbers]


async def test_one_call_is_answered_alone() -> None:
    answering = Answering()
    answering.open.set()
    assert await Batches(answering).ask(4) == 8
    assert answering.rounds == [[4]]


async def test_calls_of_one_moment_are_one_round() -> None:
    answering = Answering()
    answering.open.set()
    batches = Batches(answering)
    assert await asyncio.gather(*map(batches.ask, range(10))) == [2 * number for number in range(10)]
    assert answering.rounds == [list(range(10))]


async def test_what_comes_meanwhile_waits_for_a_round_that_begins_later() -> None:
    answering = Answering()
    batches = Batches(answering, at_once=1)
    first = asyncio.create_task(batches.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = [asyncio.create_task(batches.ask(number)) for number in (2, 3)]
    await asyncio.sleep(0)
    assert answering.rounds == [[1]]
    answering.open.set()
    assert [await first, *await asyncio.gather(*later)] == [2, 4, 6]
    assert answering.rounds == [[1], [2, 3]]


async def test_a_round_is_bounded() -> None:
    answering = Answering()
    answering.open.set()
    batches = Batches(answering, at_once=1)
    await asyncio.gather(*map(batches.ask, range(MOST + 5)))
    assert [len(found) for found in answering.rounds] == [MOST, 5]


async def test_the_error_of_one_is_not_that_of_its_neighbours() -> None:
    answering = Answering()
    answering.open.set()
    batches = Batches(answering)
    good, bad = await asyncio.gather(batches.ask(1), batches.ask(-1), return_exceptions=True)
    assert good == 2
    assert isinstance(bad, ValueError)
    assert await batches.ask(3) == 6


async def test_an_error_of_the_round_is_everybodys_and_the_next_begins_anew() -> None:
    failing = True

    async def answer(numbers: Sequence[int]) -> list[int]:
        if failing:
            raise OSError("away")
        return list(numbers)

    batches = Batches(answer)
    found = await asyncio.gather(batches.ask(1), batches.ask(2), return_exceptions=True)
    assert [type(error) for error in found] == [OSError, OSError]
    failing = False
    assert await batches.ask(5) == 5


async def test_after_an_error_of_one_each_is_asked_alone() -> None:
    rounds: list[list[int]] = []

    async def answer(numbers: Sequence[int]) -> list[int]:
        rounds.append(list(numbers))
        if -1 in numbers:
            raise ValueError("a negative number")
        return [2 * number for number in numbers]

    batches = Batches(answer, common_errors=(OSError,))
    answers = await asyncio.gather(*map(batches.ask, (1, -1, 3)), return_exceptions=True)
    assert (answers[0], type(answers[1]), answers[2]) == (2, ValueError, 6)
    assert rounds == [[1, -1, 3], [1], [-1], [3]]
    rounds.clear()
    with pytest.raises(ValueError, match="negative"):
        await batches.ask(-1)
    assert rounds == [[-1]]


async def test_a_common_error_is_everybodys_at_once() -> None:
    rounds: list[list[int]] = []

    async def answer(numbers: Sequence[int]) -> list[int]:
        rounds.append(list(numbers))
        raise ConnectionResetError("gone")

    batches = Batches(answer, common_errors=(OSError,))
    answers = await asyncio.gather(*map(batches.ask, (1, 2)), return_exceptions=True)
    assert [type(error) for error in answers] == [ConnectionResetError] * 2
    assert rounds == [[1, 2]]


async def test_whoever_leaves_takes_nobody_along() -> None:
    answering = Answering()
    batches = Batches(answering)
    leaving, staying = (asyncio.create_task(batches.ask(number)) for number in (1, 2))
    await asyncio.sleep(0)
    leaving.cancel()
    answering.open.set()
    assert await staying == 4
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_no_context_of_a_caller_reaches_the_others() -> None:
    """A transaction is such a context."""

    async def answer(numbers: Sequence[int]) -> list[str]:
        return [held.get() for _ in numbers]

    held.set("a transaction")
    assert await Batches(answer).ask(1) == "nothing"


def test_loops_share_nothing() -> None:
    answering: Batches[int, int]

    async def answer(numbers: Sequence[int]) -> list[int]:
        return list(numbers)

    answering = Batches(answer)
    assert [asyncio.run(answering.ask(number)) for number in (1, 2)] == [1, 2]
