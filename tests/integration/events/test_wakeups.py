"""Wake-ups: one subscription that outlives every loss, and says so."""

from __future__ import annotations

import asyncio

from server.adapters.wakeups import CHANGES, EVERYBODY, Wakeup, Wakeups
from server.runtime import Runtime
from tests.integration.events.watching import RedisProcess


async def test_they_come_back_after_every_loss(rt: Runtime, own_redis: RedisProcess) -> None:
    async with Wakeups(own_redis.url, CHANGES).listen() as changed, asyncio.timeout(40):
        assert await anext(changed) == EVERYBODY
        await rt.event_log.announce("one")
        assert await anext(changed) == Wakeup("one", row=True)
        own_redis.run("CLIENT", "KILL", "TYPE", "pubsub")
        assert await anext(changed) == EVERYBODY
        own_redis.kill()
        own_redis.start()
        assert await anext(changed) == EVERYBODY
        await rt.event_log.announce("two")
        assert await anext(changed) == Wakeup("two", row=True)


async def test_they_begin_without_redis(rt: Runtime, own_redis: RedisProcess) -> None:
    own_redis.kill()
    async with Wakeups(own_redis.url, CHANGES).listen() as changed, asyncio.timeout(30):
        own_redis.start()
        assert await anext(changed) == EVERYBODY
