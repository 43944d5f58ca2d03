from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from uuid import uuid4

import pytest

from server.adapters.rate_limiter import Rate, RateLimiter
from server.adapters.redis_calls import RedisCalls
from server.adapters.redis_clients import async_redis
from tests.integration.events.watching import RedisProcess


@pytest.fixture(scope="module")
def own_redis() -> Iterator[RedisProcess]:
    with RedisProcess.running() as found:
        yield found


@pytest.fixture
async def limiter(own_redis: RedisProcess) -> AsyncIterator[RateLimiter]:
    own_redis.start()
    client = async_redis(own_redis.url)
    yield RateLimiter(client)
    await client.aclose()


def rate(amount: int, seconds: int = 60) -> Rate:
    return Rate(uuid4().hex, amount, seconds)


async def test_of_many_at_once_exactly_the_amount_is_allowed(limiter: RateLimiter) -> None:
    some = rate(20)
    waits = await asyncio.gather(*(limiter.take(some, "ada") for _ in range(50)))
    assert waits.count(0.0) == 20
    assert all(0 < wait <= 120 for wait in waits if wait)
    state = await limiter.state(some, "ada")
    assert (state.limit, state.remaining) == (20, 0)
    assert 60 < state.reset_seconds <= 120


async def test_others_and_other_rates_are_counted_apart(limiter: RateLimiter) -> None:
    some = rate(1)
    assert await limiter.take(some, "ada") == 0
    assert await limiter.take(some, "ada") > 0
    assert await limiter.take(some, "bob") == 0
    assert await limiter.take(rate(1), "ada") == 0


async def test_two_processes_count_together(limiter: RateLimiter, own_redis: RedisProcess) -> None:
    client, some = async_redis(own_redis.url), rate(2)
    other = RateLimiter(client)
    assert [await limiter.take(some, "ada"), await other.take(some, "ada")] == [0, 0]
    assert await limiter.take(some, "ada") > 0
    assert (await other.state(some, "ada")).remaining == 0
    await client.aclose()


async def test_the_wait_is_neither_too_short_nor_much_too_long(limiter: RateLimiter) -> None:
    some = rate(4, seconds=1)
    assert [await limiter.take(some, "ada") for _ in range(4)] == [0, 0, 0, 0]
    for _ in range(3):
        wait = await limiter.take(some, "ada")
        assert 0 < wait <= 2
        await asyncio.sleep(max(0, wait - 0.1))
        shorter = await limiter.take(some, "ada")
        assert 0 < shorter <= 0.12
        await asyncio.sleep(shorter + 0.01)
        assert await limiter.take(some, "ada") == 0


async def test_a_cost_is_taken_at_once_or_not_at_all(limiter: RateLimiter) -> None:
    some = rate(10)
    assert await limiter.take(some, "ada", 8) == 0
    assert await limiter.take(some, "ada", 3) > 0
    assert await limiter.take(some, "ada", 2) == 0
    assert await limiter.take(some, "bob", 11) == 60
    assert (await limiter.state(some, "bob")).remaining == 10


async def test_who_has_nothing_left_is_known_without_asking(limiter: RateLimiter) -> None:
    some = rate(10, seconds=1)
    assert await limiter.take(some, "ada", 9) == 0
    assert await limiter.take(some, "ada", 2) > 0
    assert limiter.spent(some, "ada") == 0, "one point is left"
    assert await limiter.take(some, "ada", 1) == 0
    assert limiter.spent(some, "ada") == 0, "nobody was refused yet"
    wait = await limiter.take(some, "ada", 1)
    assert 0 < limiter.spent(some, "ada") <= wait + 0.001
    assert limiter.spent(some, "bob") == 0
    await asyncio.sleep(wait + 0.01)
    assert limiter.spent(some, "ada") == 0
    assert await limiter.take(some, "ada", 1) == 0


async def test_no_amount_is_no_limit(limiter: RateLimiter) -> None:
    assert {await limiter.take(rate(0), "ada") for _ in range(5)} == {0.0}


async def test_what_is_forgotten_begins_anew(limiter: RateLimiter) -> None:
    some = rate(1)
    await limiter.take(some, "ada")
    await limiter.forget(some, "ada")
    assert await limiter.take(some, "ada") == 0


async def test_every_key_has_an_expiry(limiter: RateLimiter, own_redis: RedisProcess) -> None:
    await limiter.take(rate(3), "ada")
    keys = own_redis.run("KEYS", "rate:*")
    assert isinstance(keys, list)
    assert keys
    # -1 would be a key without one; -2 is one that just went
    assert all(int(str(own_redis.run("TTL", key))) != -1 for key in keys)


async def test_it_counts_here_while_redis_is_away_and_there_once_it_is_back(
    limiter: RateLimiter, own_redis: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = rate(3)
    assert await limiter.take(some, "ada") == 0
    own_redis.kill()
    waits = await asyncio.gather(*(limiter.take(some, "ada") for _ in range(10)))
    assert waits.count(0.0) == 3
    assert all(0 < wait <= 120 for wait in waits if wait)
    assert (await limiter.state(some, "ada")).remaining == 0
    own_redis.start()
    monkeypatch.setattr(limiter, "_away_until", 0.0)
    assert (await limiter.state(some, "ada")).remaining == 3


async def test_a_redis_that_stalls_costs_a_second_once(limiter: RateLimiter, own_redis: RedisProcess) -> None:
    some = rate(100)
    assert await limiter.take(some, "ada") == 0
    own_redis.run("CLIENT", "PAUSE", "4000", "ALL")
    begin = time.monotonic()
    assert {await limiter.take(some, "ada") for _ in range(50)} == {0.0}
    assert 0.5 < time.monotonic() - begin < 2.5
    own_redis.kill()


async def test_what_was_counted_here_is_let_go_once_redis_is_back(
    limiter: RateLimiter, own_redis: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.adapters.rate_limiter.MAX_COUNTED", 50)
    some, brief = rate(3), rate(3, seconds=1)
    own_redis.kill()
    for number in range(80):
        assert await limiter.take(some, f"caller {number}") == 0
    # The oldest made room
    assert len(limiter._memory.storage) == 50
    assert (await limiter.state(some, "caller 79")).remaining == 2
    own_redis.start()
    monkeypatch.setattr(limiter, "_away_until", 0.0)
    assert await limiter.take(brief, "ada") == 0
    # Should Redis go again, it still counts for as long as it would have
    assert len(limiter._memory.storage) == 50
    monkeypatch.setattr(limiter, "_memory_until", time.monotonic())
    assert await limiter.take(brief, "ada") == 0
    assert not limiter._memory.storage


async def test_spending_says_what_is_left_in_one_round_trip(
    limiter: RateLimiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = rate(10)
    wait, left = await limiter.spend(some, "ada", 3)
    state = await limiter.state(some, "ada")
    assert (wait, left.limit, left.remaining) == (0.0, state.limit, state.remaining)
    # The clock goes on between the two
    assert left.reset_seconds == pytest.approx(state.reset_seconds, abs=5)
    assert (await limiter.spend(some, "ada", 6))[1].remaining == 1
    wait, left = await limiter.spend(some, "ada", 2)
    assert 0 < wait <= 120
    assert left.remaining == 1, "what is refused is not counted"
    trips = []
    pipelined = RedisCalls._pipelined

    async def count(calls: RedisCalls, commands: Sequence[Any]) -> list[Any]:
        trips.append(len(commands))
        return await pipelined(calls, commands)

    monkeypatch.setattr(RedisCalls, "_pipelined", count)
    await limiter.spend(some, "ada", 1)
    assert trips == [2]
    assert limiter.spent(some, "ada") == 0, "nobody was refused for want of a single point"
    assert (await limiter.spend(some, "ada", 1))[0] > 0
    assert limiter.spent(some, "ada") > 0


async def test_spending_counts_while_redis_is_away(limiter: RateLimiter, own_redis: RedisProcess) -> None:
    some = rate(3)
    own_redis.kill()
    assert [(await limiter.spend(some, "ada", 1))[1].remaining for _ in range(3)] == [2, 1, 0]
    assert (await limiter.spend(some, "ada", 1))[0] > 0
