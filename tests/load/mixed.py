"""Requests as users send them: of mixed lengths, and not all at once."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

SHORTEST, LONGEST = 16, 256


@dataclass(frozen=True)
class Arrival:
    """One request: when it comes, in seconds from the start, and how many tokens it asks for."""

    at: float
    new_tokens: int


def arrivals(count: int, within_seconds: float, seed: int = 0) -> list[Arrival]:
    """Requests spread over some seconds, of 16 to 256 new tokens."""
    draw = random.Random(seed)
    return [Arrival(draw.uniform(0, within_seconds), draw.randint(SHORTEST, LONGEST)) for _ in range(count)]


async def replay(plan: list[Arrival], run: Callable[[int, int], Awaitable[int]]) -> tuple[float, float]:
    """Tokens a second from the first arrival to the last end, and the median seconds that a request took."""
    began = time.perf_counter()

    async def one(number: int, arrival: Arrival) -> tuple[int, float]:
        await asyncio.sleep(max(0.0, arrival.at - (time.perf_counter() - began)))
        asked = time.perf_counter()
        tokens = await run(number, arrival.new_tokens)
        assert tokens == arrival.new_tokens, (tokens, arrival)
        return tokens, time.perf_counter() - asked

    made = await asyncio.gather(*(one(number, arrival) for number, arrival in enumerate(plan)))
    seconds = time.perf_counter() - began
    return sum(tokens for tokens, _ in made) / seconds, statistics.median(took for _, took in made)
