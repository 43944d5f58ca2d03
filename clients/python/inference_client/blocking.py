"""One logic for both clients: what is written with `await` over a blocking transport never waits, and runs at once."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Iterator
from typing import TypeVar

T = TypeVar("T")


def complete(work: Awaitable[T]) -> T:
    """The result of what a blocking transport does."""
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as end:
        result: T = end.value
        return result
    raise RuntimeError("A blocking transport gave up control.")


def iterate(items: AsyncGenerator[T, None]) -> Iterator[T]:
    """The items of a generator over a blocking transport; it is closed where the reader stops."""
    try:
        while True:
            try:
                item = complete(items.__anext__())
            except StopAsyncIteration:
                return
            yield item
    finally:
        complete(items.aclose())
