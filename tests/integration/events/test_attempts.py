"""Subscribers of a prediction that is run again: what an older attempt said is never mixed with what they hold."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from server.domain.events import EventType
from server.queue.claim import claim
from server.queue.finish import hand_back
from server.runtime import Runtime
from server.tables import Version
from tests.integration.events.watching import Subscriber, finish_run, hubs_of, numbers, running_prediction, write
from workers.supervisor.event_writer import EventWriter


async def test_the_last_words_of_an_attempt_that_is_over_do_not_come_without_its_first(
    rt: Runtime, version: Version
) -> None:
    """Its row is handed back already, so that a snapshot shows none of it, and its writer has one more thing to say."""
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    async with hubs_of(rt) as hubs:
        early = Subscriber(rt, hubs, claimed.id)
        await write(writer, 0, 5)
        await early.until(lambda: early.text == numbers(5))
        assert await hand_back(claimed)
        late = Subscriber(rt, hubs, claimed.id)
        await late.until(lambda: bool(late.seen))
        assert late.text == ""
        writer.text("last words")
        await writer.close(5)
        await early.until(lambda: "last words" in early.text)
        (again,) = await claim(claimed.queue, uuid4(), 600, 1)
        writer = EventWriter(rt.event_log, str(again.id), 2)
        await write(writer, 0, 3)
        await writer.close(5)
        await finish_run(rt, again, numbers(3))
        await asyncio.gather(early.task, late.task)
        assert not [seen for seen in late.seen if "last words" in seen.event.data.get("text", "")]
        for subscriber in (early, late):
            subscriber.check(numbers(3))


async def test_an_empty_snapshot_is_not_continued_with_the_last_words_of_an_older_attempt(
    rt: Runtime, version: Version
) -> None:
    """Whoever was shown none of it, and comes back with that cursor, is shown the prediction anew."""
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    async with hubs_of(rt) as hubs:
        await write(writer, 0, 5)
        early = Subscriber(rt, hubs, claimed.id)
        await early.until(lambda: early.text == numbers(5))
        assert await hand_back(claimed)
        late = Subscriber(rt, hubs, claimed.id)
        await late.until(lambda: bool(late.seen))
        after = late.seen[0].event.cursor
        assert after.seq == early.seq
        writer.text("last words")
        await writer.close(5)
        await early.until(lambda: "last words" in early.text)
        back = Subscriber(rt, hubs, claimed.id, str(after))
        await back.until(lambda: bool(back.seen))
        assert back.types == [EventType.SNAPSHOT]
        assert back.text == ""
        (again,) = await claim(claimed.queue, uuid4(), 600, 1)
        writer = EventWriter(rt.event_log, str(again.id), 2)
        await write(writer, 0, 3)
        await writer.close(5)
        await finish_run(rt, again, numbers(3))
        await asyncio.gather(early.task, late.task, back.task)
        assert not [seen for seen in back.seen if "last words" in seen.event.data.get("text", "")]
        for subscriber in (early, late, back):
            subscriber.check(numbers(3))


async def test_a_cursor_of_an_older_attempt_gets_the_new_one(rt: Runtime, version: Version) -> None:
    claimed = await running_prediction(version)
    first = EventWriter(rt.event_log, str(claimed.id), 1)
    async with hubs_of(rt) as hubs:
        watching = Subscriber(rt, hubs, claimed.id)
        await write(first, 0, 20, 0.01)
        await first.close(5)
        await watching.until(lambda: watching.text == numbers(20))
        cursor = watching.seen[-1].event.cursor
        assert await hand_back(claimed)
        (again,) = await claim(claimed.queue, uuid4(), 600, 1)
        second = EventWriter(rt.event_log, str(claimed.id), 2)
        await write(second, 0, 10, 0.01)
        back = Subscriber(rt, hubs, claimed.id, str(cursor), "0 1 2 ")
        await write(second, 10, 30, 0.01)
        await second.close(5)
        await finish_run(rt, again, numbers(30))
        await asyncio.gather(watching.task, back.task)
        for subscriber in (watching, back):
            subscriber.check(numbers(30))
        attempts = [s.event.data["attempt"] for s in watching.seen if s.event.type is EventType.SNAPSHOT]
        assert attempts[-1] == 2
        assert back.types[0] is EventType.SNAPSHOT
