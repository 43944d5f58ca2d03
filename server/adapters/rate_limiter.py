"""Rate limits: sliding windows in Redis, or in this process while Redis is away."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import redis.asyncio
import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage

from server.adapters.redis_calls import REDIS_ERRORS, RedisCalls, Script

logger = structlog.get_logger(__name__)

RATES = "rate"
"""What the keys begin with, behind the prefix of all."""
# A Redis that stalls costs one timeout so often, not one at each request
AWAY_SECONDS = 5.0
MAX_SPENT = 10_000
MAX_COUNTED = 10_000
"""Counts in this process while Redis is away; the oldest are forgotten first."""
T = TypeVar("T")
# What the last window and this one count, each with the seconds until it ends
_Window = tuple[int, float, int, float]


@dataclass(frozen=True)
class Rate:
    """At most `amount` of something called `name` within any `seconds`; an amount of 0 is no limit."""

    name: str
    amount: int
    seconds: int


@dataclass(frozen=True)
class RateState:
    """What is left of a rate; `reset_seconds` until all of it is."""

    limit: int
    remaining: int
    reset_seconds: float


class RateLimiter:
    """Counts for all processes together in Redis; each for itself while Redis is away, which is logged."""

    def __init__(self, client: redis.asyncio.Redis, prefix: str = "") -> None:
        self._redis = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix=f"{prefix}{RATES}",
            connection_pool=client.connection_pool,
        )
        _share_round_trips(self._redis, RedisCalls(client))
        self._memory = MemoryStorage()
        # When the last of what was counted there counts no more
        self._memory_until = 0.0
        self._away_until = 0.0
        self._spent: dict[str, float] = {}

    async def take(self, rate: Rate, who: str, cost: int = 1) -> float:
        """Count an action of `who`; 0.0 if it is allowed, else (not counted) the seconds until it would be.

        A cost above the whole amount is never allowed; its answer is the length of the window.
        """
        if rate.amount <= 0:
            return 0.0
        item = _item(rate)
        key = item.key_for(who)
        if await self._on(rate, lambda store: store.acquire_sliding_window_entry(key, rate.amount, rate.seconds, cost)):
            return 0.0
        window = await self._on(rate, lambda store: store.get_sliding_window(key, rate.seconds))
        return self._refused(rate, key, window, cost)

    async def spend(self, rate: Rate, who: str, cost: int) -> tuple[float, RateState]:
        """As `take`, and what `who` has left then, of a rate that is a limit."""
        key = _item(rate).key_for(who)

        async def ask(store: Any) -> tuple[bool, _Window]:
            # Begun in this order, and in one round trip
            counting = store.acquire_sliding_window_entry(key, rate.amount, rate.seconds, cost)
            is_allowed, window = await asyncio.gather(counting, store.get_sliding_window(key, rate.seconds))
            return is_allowed, window

        is_allowed, window = await self._on(rate, ask)
        return 0.0 if is_allowed else self._refused(rate, key, window, cost), _state(rate, window)

    def _refused(self, rate: Rate, key: str, window: _Window, cost: int) -> float:
        """The seconds until so much is allowed; who has nothing left at all is remembered."""
        if (seconds := _wait(rate, window, 1)) > 0:
            at = time.monotonic()
            if len(self._spent) >= MAX_SPENT:
                self._spent = {spent: until for spent, until in self._spent.items() if until > at}
            if len(self._spent) < MAX_SPENT:
                self._spent[key] = at + seconds
        # Between the two looks the window may have moved on
        return max(0.001, _wait(rate, window, cost))

    def spent(self, rate: Rate, who: str) -> float:
        """Seconds for which `who` has nothing left, as far as this process knows without asking Redis; else 0.0."""
        until = self._spent.get(_item(rate).key_for(who)) if self._spent else None
        return max(0.0, until - time.monotonic()) if until else 0.0

    async def state(self, rate: Rate, who: str) -> RateState:
        """What `who` has left."""
        key = _item(rate).key_for(who)
        return _state(rate, await self._on(rate, lambda store: store.get_sliding_window(key, rate.seconds)))

    async def forget(self, rate: Rate, who: str) -> None:
        """Reset the count of `who`."""
        key = _item(rate).key_for(who)
        self._spent.pop(key, None)
        await self._on(rate, lambda store: store.clear_sliding_window(key, rate.seconds))

    async def _on(self, rate: Rate, ask: Callable[[Any], Awaitable[T]]) -> T:
        if time.monotonic() >= self._away_until:
            try:
                answer = await ask(self._redis)
            except REDIS_ERRORS as error:
                self._away_until = time.monotonic() + AWAY_SECONDS
                logger.warning("rate_limiter.redis_away", error=str(error), seconds=AWAY_SECONDS)
            else:
                if self._memory_until and time.monotonic() >= self._memory_until:
                    self._memory_until = 0.0
                    await self._memory.reset()
                return answer
        answer = await ask(self._memory)
        # A window counts as the last one for as long again
        self._memory_until = max(self._memory_until, time.monotonic() + 2 * rate.seconds)
        while len(self._memory.storage) > MAX_COUNTED:
            await self._memory.clear(next(iter(self._memory.storage)))
        return answer


def _share_round_trips(storage: Any, calls: RedisCalls) -> None:
    """Let the storage's counting scripts share round trips with those of concurrent requests."""
    for name in ("lua_sliding_window", "lua_acquire_sliding_window"):
        script = Script(getattr(storage.bridge, name).script.decode())
        setattr(storage.bridge, name, lambda keys, arguments, script=script: calls.call(script, keys, *arguments))


def _item(rate: Rate) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(rate.amount, rate.seconds, namespace=rate.name)


def _state(rate: Rate, window: _Window) -> RateState:
    previous, previous_ttl, current, current_ttl = window
    used = math.floor(previous * previous_ttl / rate.seconds) + current
    reset = current_ttl if current else previous_ttl if previous else 0.0
    return RateState(rate.amount, max(0, rate.amount - used), reset)


def _wait(rate: Rate, window: _Window, cost: int) -> float:
    """Seconds until `cost` is allowed if nothing else is counted.

    What the last window counted weighs by the part of it that the sliding one still covers, so
    floor(previous * ttl / length) + current + cost <= amount is solved for ttl; where the current count alone is too
    much, it first has to become the last window's.
    """
    previous, previous_ttl, current, current_ttl = window
    length, free = float(rate.seconds), rate.amount - cost + 1
    if free <= 0:
        return length
    if math.floor(previous * previous_ttl / length) + current < free:
        return 0.0
    if current < free:
        return previous_ttl - (free - current) * length / previous + 0.001
    return current_ttl - free * length / current + 0.001
