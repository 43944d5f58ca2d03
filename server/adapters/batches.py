"""Calls that are answered together: those that come while others are answered wait for the next round."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

Q = TypeVar("Q")
A = TypeVar("A")
Answer = Callable[[Sequence[Q]], Awaitable[Sequence[A | BaseException]]]

MOST = 64
AT_ONCE = 2


class _Round(Generic[Q, A]):
    """The calls of one event loop that wait, and the rounds that answer them."""

    def __init__(self, answer: Answer[Q, A], at_once: int, common_errors: tuple[type[Exception], ...]) -> None:
        self._answer = answer
        self._free = at_once
        self._common_errors = common_errors
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        # Kept here, since the loop alone would forget them
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, question: Q) -> asyncio.Future[A]:
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        if self._free:
            self._free -= 1
            # In a context of its own: whoever asked first may hold a transaction, which is nobody else's
            task = asyncio.get_running_loop().create_task(self._run(), context=Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return future

    async def _run(self) -> None:
        try:
            while self._waiting:
                calls, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                try:
                    answers = await self._answers([question for question, _ in calls])
                except BaseException:
                    for _, future in calls:
                        future.cancel()
                    raise
                for (_, future), answer in zip(calls, answers, strict=True):
                    if future.done():
                        # Whoever asked has left
                        continue
                    if isinstance(answer, BaseException):
                        future.set_exception(answer)
                    else:
                        future.set_result(answer)
        finally:
            self._free += 1

    async def _answers(self, questions: Sequence[Q]) -> Sequence[A | BaseException]:
        try:
            return await self._answer(questions)
        except self._common_errors as error:
            return [error] * len(questions)
        except Exception as error:
            if len(questions) == 1:
                return [error]
        return [(await self._answers([question]))[0] for question in questions]


class Batches(Generic[Q, A]):
    """Answers single questions through a function that answers many at once, in their order.

    A question is never answered by a round that began before it was asked. Nothing is waited for: a call that comes
    alone is answered alone. At most AT_ONCE rounds run side by side, of at most MOST questions each. An exception in
    place of an answer is raised for its question, one of `common_errors` that the function raises for all of the round.
    After another one each question is asked alone, so that none fails by what is wrong with its neighbour.
    """

    def __init__(
        self,
        answer: Answer[Q, A],
        at_once: int = AT_ONCE,
        common_errors: tuple[type[Exception], ...] = (Exception,),
    ) -> None:
        self._answer = answer
        self._at_once = at_once
        self._common_errors = common_errors
        self._rounds: WeakKeyDictionary[asyncio.AbstractEventLoop, _Round[Q, A]] = WeakKeyDictionary()

    async def ask(self, question: Q) -> A:
        """The answer to one question."""
        loop = asyncio.get_running_loop()
        current = self._rounds.get(loop)
        if current is None:
            current = self._rounds[loop] = _Round(self._answer, self._at_once, self._common_errors)
        return await current.ask(question)
