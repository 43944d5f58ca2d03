"""A node that stops lets nobody wait for an end."""

from __future__ import annotations

import asyncio

import pytest

from server.adapters.event_log import EventLog
from server.adapters.redis_clients import async_redis
from server.adapters.wakeups import CHANGES, Wakeups
from server.live.hubs import Hubs

NOWHERE = "redis://127.0.0.1:1/0"


async def test_who_waits_is_let_go_and_who_comes_then_does_not_wait() -> None:
    hubs = Hubs(EventLog(async_redis(NOWHERE)), Wakeups(NOWHERE, CHANGES))
    entered = asyncio.Event()

    async def wait() -> None:
        async with hubs.patience(3600):
            entered.set()
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await entered.wait()
    hubs.stop_waiting()
    hubs.stop_waiting()
    async with asyncio.timeout(10):
        with pytest.raises(TimeoutError):
            await waiting
        with pytest.raises(TimeoutError):
            await wait()
        async with hubs.patience(3600):
            pass
