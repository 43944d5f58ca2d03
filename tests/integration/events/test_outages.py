"""Subscribers while Redis is away, flushed or trimmed: the end and the text come all the same."""

from __future__ import annotations

import asyncio

import pytest
import redis

from server.adapters.event_log import EventPage
from server.domain.events import Cursor, EventType
from server.runtime import Runtime
from server.tables import Version
from tests.integration.events.watching import (
    RedisProcess,
    Subscriber,
    finish_run,
    hubs_of,
    numbers,
    running_prediction,
    write,
)
from workers.supervisor.event_writer import EventWriter


async def test_without_redis_the_end_still_comes(
    rt: Runtime, version: Version, own_redis: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.hubs.ROW_SECONDS", 1.0)
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    async with hubs_of(rt) as hubs:
        watching = Subscriber(rt, hubs, claimed.id)
        await write(writer, 0, 5, 0.01)
        await watching.until(lambda: watching.text == numbers(5))
        own_redis.kill()
        await write(writer, 5, 9)
        await writer.close(0.1)
        await finish_run(rt, claimed, numbers(9))
        await watching.task
        watching.check(numbers(9))
        again = Subscriber(rt, hubs, claimed.id)
        await again.task
        again.check(numbers(9))
    own_redis.start()


async def test_a_flush_in_the_middle(rt: Runtime, version: Version, own_redis: RedisProcess) -> None:
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    async with hubs_of(rt) as hubs:
        watching = Subscriber(rt, hubs, claimed.id)
        await write(writer, 0, 20, 0.01)
        await watching.until(lambda: watching.text == numbers(20))
        own_redis.run("FLUSHALL")
        await write(writer, 20, 40, 0.01)
        await writer.close(5)
        await watching.until(lambda: watching.text == numbers(40))
        await finish_run(rt, claimed, numbers(40))
        await watching.task
        assert watching.text == numbers(40)
        assert watching.seen[-1].event.data == {"status": "succeeded"}


async def test_what_was_trimmed_is_told(rt: Runtime, version: Version, own_redis: RedisProcess) -> None:
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    for n in range(30):
        writer.text(f"{n} ")
        writer.log(f"{n}")
    await writer.close(5)
    live = await rt.event_log.live(str(claimed.id))
    assert live is not None
    own_redis.run("XTRIM", f"ev:{{{claimed.id}}}", "MAXLEN", "5")
    async with hubs_of(rt) as hubs:
        back = Subscriber(rt, hubs, claimed.id, f"{live.cursor.epoch}:2")
        await back.until(lambda: len(back.seen) >= 2)
        await finish_run(rt, claimed, numbers(30))
        await back.task
    assert back.types[:2] == [EventType.LOST, EventType.SNAPSHOT]
    assert back.text == numbers(30)


async def test_a_read_that_failed_while_others_go_on_leaves_no_gap(
    rt: Runtime, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    read, failed = rt.event_log.read, asyncio.Event()
    async with hubs_of(rt) as hubs:
        first = Subscriber(rt, hubs, claimed.id)
        await write(writer, 0, 3)
        await first.until(lambda: first.text == numbers(3))
        held, after = first.text, first.seen[-1].event.cursor
        await write(writer, 3, 6)
        await first.until(lambda: first.text == numbers(6))

        async def fails_once(prediction_id: str, at: Cursor, *rest: int) -> EventPage:
            if at == after and not failed.is_set():
                failed.set()
                raise redis.ConnectionError
            return await read(prediction_id, at, *rest)

        monkeypatch.setattr(rt.event_log, "read", fails_once)
        back = Subscriber(rt, hubs, claimed.id, str(after), held)
        await failed.wait()
        await write(writer, 6, 9)
        await first.until(lambda: first.text == numbers(9))
        await writer.close(5)
        await finish_run(rt, claimed, numbers(9))
        await asyncio.gather(first.task, back.task)
        back.check(numbers(9))
