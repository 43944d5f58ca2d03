"""Commands that share a round trip, against a real Redis that forgets, refuses and goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import dramatiq
import pytest
import redis

from server.adapters.bell import Bell, BellBroker, bell_key
from server.adapters.redis_calls import RedisCalls, Script
from server.adapters.redis_clients import async_redis
from tests.integration.events.watching import RedisProcess

DOUBLE = Script("return 2 * tonumber(ARGV[1])")


@pytest.fixture(scope="module")
def own_redis() -> Iterator[RedisProcess]:
    with RedisProcess.running() as found:
        yield found


@pytest.fixture
async def calls(own_redis: RedisProcess) -> AsyncIterator[RedisCalls]:
    own_redis.start()
    client = async_redis(own_redis.url)
    yield RedisCalls(client)
    await client.aclose()


async def test_each_caller_gets_its_own_replies_in_order(calls: RedisCalls) -> None:
    found = await asyncio.gather(
        *(calls.run(("SET", f"k{n}", n), ("GET", f"k{n}"), ("INCRBY", f"k{n}", 100)) for n in range(100))
    )
    assert found == [[True if reply[0] is True else b"OK", str(n).encode(), n + 100] for n, reply in enumerate(found)]


async def test_an_error_is_its_callers_alone(calls: RedisCalls) -> None:
    await calls.run(("SET", "text", "x"))
    good, bad = await asyncio.gather(calls.run(("GET", "text")), calls.run(("INCR", "text")), return_exceptions=True)
    assert good == [b"x"]
    assert isinstance(bad, redis.ResponseError)


async def test_a_script_that_redis_forgot_runs_all_the_same(calls: RedisCalls, own_redis: RedisProcess) -> None:
    assert await calls.call(DOUBLE, [], 4) == 8
    own_redis.run("SCRIPT", "FLUSH")
    assert await asyncio.gather(*(calls.call(DOUBLE, [], n) for n in range(10))) == [2 * n for n in range(10)]


async def test_an_outage_is_everybodys_error_and_passes(calls: RedisCalls, own_redis: RedisProcess) -> None:
    await calls.run(("SET", "a", "1"))
    own_redis.kill()
    found = await asyncio.gather(*(calls.run(("GET", "a")) for _ in range(5)), return_exceptions=True)
    assert all(isinstance(error, redis.RedisError | OSError) for error in found)
    own_redis.start()
    assert await calls.run(("GET", "nothing")) == [None]


async def test_who_was_canceled_leaves_no_reply_for_the_next(calls: RedisCalls, own_redis: RedisProcess) -> None:
    """Redis answers late; what then comes is nobody's."""
    await calls.run(("SET", "late", "late"))
    own_redis.run("CLIENT", "PAUSE", "1500", "ALL")
    waiting = asyncio.create_task(calls.run(("GET", "late")))
    with pytest.raises((redis.TimeoutError, TimeoutError)):
        await waiting
    await asyncio.sleep(1)
    assert await asyncio.gather(*(calls.run(("ECHO", str(n))) for n in range(30))) == [
        [str(n).encode()] for n in range(30)
    ]


async def test_rings_of_one_moment_share_messages_that_dramatiq_reads(
    calls: RedisCalls, own_redis: RedisProcess
) -> None:
    bell, hints = Bell(calls), [f"hint {n}" for n in range(20)]
    assert await asyncio.gather(*(bell.ring("custom", hint) for hint in hints)) == [True] * 20
    broker = BellBroker(own_redis.url)
    broker.declare_queue("custom")
    message = next(iter(broker.consume("custom")))
    assert isinstance(message, dramatiq.MessageProxy)
    assert (message.actor_name, message.args) == ("wake", ("custom", *hints[:4]))
    assert int(str(own_redis.run("LLEN", bell_key("custom")))) == 20
    assert int(str(own_redis.run("TTL", bell_key("custom")))) > 0
    broker.client.close()
