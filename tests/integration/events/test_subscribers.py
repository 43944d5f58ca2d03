"""Subscribers: whoever watches sees everything in order, whenever it comes and whatever breaks meanwhile."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from server.adapters.database import rows
from server.domain.events import Event, EventType
from server.domain.predictions import PredictionStatus
from server.errors import BadUserInputError, NotFoundError
from server.live import hubs as hubs_module
from server.live import prediction_events, prediction_rows
from server.live.hubs import QUEUE_BOUND, Watcher
from server.live.prediction_events import SubscriberEvent
from server.maintenance import recovery
from server.queue.finish import Result, finish
from server.runtime import Runtime
from server.tables import Prediction, Version
from tests.integration.events.watching import (
    NOBODY,
    RedisProcess,
    Subscriber,
    finish_run,
    hubs_of,
    numbers,
    running_prediction,
    write,
)
from workers.supervisor.event_writer import EventWriter


async def test_early_late_and_resumed_subscribers_see_the_same(rt: Runtime, version: Version) -> None:
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    async with hubs_of(rt) as hubs:
        early = Subscriber(rt, hubs, claimed.id)
        writer.status("processing")
        await write(writer, 0, 30, 0.005)
        writer.log("half")
        late = Subscriber(rt, hubs, claimed.id)
        await late.until(lambda: bool(late.seen))
        await write(writer, 30, 60, 0.02)
        await writer.close(5)
        await finish_run(rt, claimed, numbers(60), "half\n")
        await asyncio.gather(early.task, late.task)
        early.check(numbers(60))
        late.check(numbers(60))
        assert late.types[0] is EventType.SNAPSHOT
        assert late.seen[0].live is not None
        assert late.seen[0].live.text != ""
        after_end = Subscriber(rt, hubs, claimed.id)
        await after_end.task
        assert after_end.types == [EventType.SNAPSHOT, EventType.STATUS]
        after_end.check(numbers(60))


async def test_every_choice_is_whole_and_in_order_for_early_late_and_resumed_subscribers(
    rt: Runtime, version: Version
) -> None:
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)

    def texts_of(seen: list[SubscriberEvent]) -> list[str]:
        texts = ["", ""]
        for update in seen:
            if update.event.type is EventType.SNAPSHOT:
                output = update.live.output if update.live else update.row and update.row.output
                texts = ([choice["text"] for choice in output["choices"]] if output else []) or ["", ""]
            elif update.event.type is EventType.OUTPUT:
                texts[update.event.data.get("choice", 0)] += update.event.data["text"]
        return texts

    async def say(first: int, last: int) -> None:
        for n in range(first, last):
            writer.text(f"{n} ")
            writer.text(f"{n},", 1)
            await asyncio.sleep(0.01)

    async with hubs_of(rt) as hubs:
        early = Subscriber(rt, hubs, claimed.id)
        await say(0, 20)
        late = Subscriber(rt, hubs, claimed.id)
        await late.until(lambda: bool(late.seen))
        await say(20, 40)
        await writer.close(5)
        whole = [numbers(40), "".join(f"{n}," for n in range(40))]
        output = {"choices": [{"text": text, "finish_reason": "stop"} for text in whole]}
        assert await finish(claimed, Result(PredictionStatus.SUCCEEDED, output))
        await rt.event_log.announce(str(claimed.id))
        await asyncio.gather(early.task, late.task)
        assert texts_of(early.seen) == texts_of(late.seen) == whole
        assert [update.event.type for update in late.seen].count(EventType.SNAPSHOT) == 1, "the end had all"
        assert late.seen[0].live is not None
        assert late.seen[0].live.choices is not None
        for at in (2, len(early.seen) // 2):
            resumed = Subscriber(rt, hubs, claimed.id, str(early.seen[at].event.cursor))
            await resumed.task
            assert texts_of(early.seen[: at + 1] + resumed.seen) == whole


async def test_what_a_row_ended_by_others_does_not_hold_is_taken_back(rt: Runtime, version: Version) -> None:
    """A worker that died had said more than the row, which recovery ended, can tell to whoever comes later."""
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    async with hubs_of(rt) as hubs:
        watching = Subscriber(rt, hubs, claimed.id)
        await write(writer, 0, 5)
        writer.log("said")
        await writer.close(5)
        await watching.until(lambda: watching.text == numbers(5))
        sql = "UPDATE prediction SET lease_until = now() - interval '1 s', cancel_requested_at = now() WHERE id = $1"
        await rows(sql, claimed.id)
        await recovery.sweep(rt)
        await watching.task
        assert watching.types[-2:] == [EventType.SNAPSHOT, EventType.STATUS]
        assert watching.text == ""
        assert watching.seen[-1].event.data == {"status": "canceled"}


async def test_every_cursor_is_continued_without_gap_or_double(rt: Runtime, version: Version) -> None:
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    async with hubs_of(rt) as hubs:
        whole = Subscriber(rt, hubs, claimed.id)
        await whole.until(lambda: bool(whole.seen))
        writer.status("processing")
        await write(writer, 0, 40, 0.02)
        writer.log("l")
        await writer.close(5)
        await whole.until(lambda: whole.text == numbers(40))
        await finish_run(rt, claimed, numbers(40), "l\n")
        await whole.task
        whole.check(numbers(40))
        replay = Subscriber.__new__(Subscriber)
        replay.seen, replay.text, replay._changed = [], "", asyncio.Event()
        resumed: list[tuple[Subscriber, list[Event]]] = []
        for at, seen in enumerate(whole.seen[:-1]):
            replay.take(seen)
            rest = [s.event for s in whole.seen[at + 1 :]]
            after = str(seen.event.cursor)
            if after != "0:0":
                resumed.append((Subscriber(rt, hubs, claimed.id, after, replay.text), rest))
        assert len(resumed) > 10
        for subscriber, rest in resumed:
            await subscriber.task
            subscriber.check(numbers(40))
            assert [s.event.cursor.seq for s in subscriber.seen] == [event.cursor.seq for event in rest]
        done = Subscriber(rt, hubs, claimed.id, str(whole.seen[-1].event.cursor))
        await done.task
        assert done.seen == []


async def test_thirty_subscribers_while_pubsub_is_cut(rt: Runtime, version: Version, own_redis: RedisProcess) -> None:
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    stop = asyncio.Event()

    async def cut() -> None:
        while not stop.is_set():
            await asyncio.to_thread(own_redis.run, "CLIENT", "KILL", "TYPE", "pubsub")
            await asyncio.sleep(0.05)

    async with hubs_of(rt) as hubs:
        cutting = asyncio.create_task(cut())
        subscribers = [Subscriber(rt, hubs, claimed.id) for _ in range(10)]
        writer.status("processing")
        for start in range(0, 200, 10):
            subscribers.append(Subscriber(rt, hubs, claimed.id))
            await write(writer, start, start + 10, 0.01)
        await writer.close(5)
        stop.set()
        await cutting
        await finish_run(rt, claimed, numbers(200))
        await asyncio.gather(*(subscriber.task for subscriber in subscribers))
        assert len(subscribers) == 30
        for subscriber in subscribers:
            subscriber.check(numbers(200))


async def test_a_slow_subscriber_misses_nothing(rt: Runtime, version: Version) -> None:
    """More log lines than its queue holds pile up while it reads nothing."""
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    total = QUEUE_BOUND * 3
    async with hubs_of(rt) as hubs:
        fast = Subscriber(rt, hubs, claimed.id)
        await fast.until(lambda: bool(fast.seen))
        slow = prediction_events.watch(rt, hubs, NOBODY, claimed.id)
        seen = [await anext(slow)]
        for n in range(total):
            writer.log(f"line {n}")
            if n % 50 == 0:
                await asyncio.sleep(0.05)
        await fast.until(lambda: sum(kind is EventType.LOG for kind in fast.types) == total)
        async with asyncio.timeout(30):
            async for event in slow:
                seen.append(event)
                if event.event.data.get("line") == f"line {total - 5}":
                    await writer.close(5)
                    await finish_run(rt, claimed, "")
        await fast.task
        for events in (fast.seen, seen):
            lines = [s.event.data["line"] for s in events if s.event.type is EventType.LOG]
            assert lines == [f"line {n}" for n in range(total)]
            assert EventType.LOST not in [s.event.type for s in events]


async def test_appended_events_read_no_rows(rt: Runtime, version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = 0

    async def read(prediction_id: UUID) -> Prediction | None:
        nonlocal reads
        reads += 1
        return await prediction_rows.read(prediction_id)

    monkeypatch.setattr(hubs_module, "prediction_rows", SimpleNamespace(read=read))
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    async with hubs_of(rt) as hubs:
        watching = Subscriber(rt, hubs, claimed.id)
        await write(writer, 0, 60, 0.02)
        await watching.until(lambda: watching.text == numbers(60))
        assert len(watching.seen) > 10
        assert reads <= 3
        await writer.close(5)
        await finish_run(rt, claimed, numbers(60))
        await watching.task
        watching.check(numbers(60))


async def test_text_that_a_snapshot_shows_is_not_told_again(rt: Runtime, version: Version) -> None:
    """What comes between joining and the snapshot is queued, and may be joined to what comes after it."""
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    async with hubs_of(rt) as hubs:
        before = Subscriber(rt, hubs, claimed.id)
        await before.until(lambda: bool(before.seen))
        slow = prediction_events.watch(rt, hubs, NOBODY, claimed.id)
        taken = Subscriber.__new__(Subscriber)
        taken.seen, taken.text, taken._changed = [], "", asyncio.Event()
        taken.take(await anext(slow))
        # The subscriber holds its snapshot and reads the log; the rest waits in its queue, some of it twice
        for n in range(20):
            writer.text(f"{n} ")
            await before.until(lambda: before.text == numbers(n + 1))  # noqa: B023
            if n == 10:
                taken.take(await anext(slow))
        await writer.close(5)
        await finish_run(rt, claimed, numbers(20))
        async with asyncio.timeout(30):
            async for seen in slow:
                taken.take(seen)
        await before.task
        taken.check(numbers(20))


async def test_wrong_cursors_and_ids(rt: Runtime, version: Version) -> None:
    claimed = await running_prediction(version)
    async with hubs_of(rt) as hubs:
        for after in ("", "x", "a:-1", "end.1", "\0:1"):
            with pytest.raises(BadUserInputError):
                await anext(prediction_events.watch(rt, hubs, NOBODY, claimed.id, after))
        with pytest.raises(NotFoundError):
            await anext(prediction_events.watch(rt, hubs, NOBODY, uuid4()))
        stranger = Subscriber(rt, hubs, claimed.id, "abcabcabcabc:7")
        await finish_run(rt, claimed, "x")
        await stranger.task
        assert stranger.text == "x"


async def test_one_leaves_while_another_comes(rt: Runtime, version: Version) -> None:
    """The last watcher ends the hub: one that joins at that moment is served nonetheless."""
    claimed = await running_prediction(version)
    async with hubs_of(rt) as hubs:
        for _ in range(30):
            leaving = hubs.watch(claimed.id)
            await leaving.__aenter__()
            hub = hubs._hubs[claimed.id]
            newcomer = Watcher()
            await asyncio.gather(leaving.__aexit__(None, None, None), hub.join(newcomer))
            assert hub._task is not None
            assert not hub._task.done()
            await hub.leave(newcomer)


async def test_waiting_for_the_end(rt: Runtime, version: Version) -> None:
    claimed = await running_prediction(version)
    async with hubs_of(rt) as hubs:
        still = await prediction_events.wait_until_ended(rt, hubs, NOBODY, claimed.id, 0.2)
        assert still.status == "processing"
        waiting = asyncio.create_task(prediction_events.wait_until_ended(rt, hubs, NOBODY, claimed.id, 30))
        await finish_run(rt, claimed, "x")
        assert (await waiting).status == "succeeded"


async def test_who_waits_for_an_end_that_nobody_tells_of_learns_of_it_at_once(rt: Runtime, version: Version) -> None:
    claimed = await running_prediction(version)
    assert await finish(claimed, Result(PredictionStatus.SUCCEEDED, "before"))
    async with hubs_of(rt) as hubs, asyncio.timeout(hubs_module.POLL_SECONDS / 2):
        row = await prediction_events.wait_until_ended(rt, hubs, NOBODY, claimed.id, 60)
    assert (row.status, row.output) == ("succeeded", "before")


async def test_subscribers_see_everything_beside_one_who_waits_for_the_end(rt: Runtime, version: Version) -> None:
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), 1)
    reads: list[str] = []
    position = rt.event_log.position

    async def counted(prediction_id: str) -> object:
        reads.append(prediction_id)
        return await position(prediction_id)

    rt.event_log.position = counted  # type: ignore[method-assign,assignment]
    async with hubs_of(rt) as hubs:
        waiting = asyncio.create_task(prediction_events.wait_until_ended(rt, hubs, NOBODY, claimed.id, 60))
        writer.status("processing")
        await write(writer, 0, 30, 0.005)
        # Nobody wanted its events yet
        assert reads == []
        late = Subscriber(rt, hubs, claimed.id)
        await late.until(lambda: bool(late.seen))
        assert reads == [str(claimed.id)]
        await write(writer, 30, 60, 0.005)
        await writer.close(5)
        await finish_run(rt, claimed, numbers(60))
        await late.task
        late.check(numbers(60))
        assert (await waiting).output == numbers(60)
