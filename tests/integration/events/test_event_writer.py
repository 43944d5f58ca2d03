"""A worker's writer: few writes, nothing lost, whole again after Redis was away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from server.adapters.event_log import EventLog
from server.domain.events import NO_EPOCH, Cursor, EventType
from server.runtime import Runtime
from tests.integration.events.watching import RedisProcess, eventually
from workers.supervisor.event_writer import LOG_LIMIT_LINE, EventWriter


class CountingLog:
    """The log, and how often it was written to."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.writes = 0

    async def append(self, *arguments: Any) -> tuple[int, str]:
        self.writes += 1
        return await self._log.append(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


async def read_all(log: EventLog, key: str) -> list[Any]:
    cursor, found = Cursor(NO_EPOCH, 0), []
    while (page := await log.read(key, cursor)).events:
        found += page.events
        cursor = page.events[-1].cursor
    return found


def text_of(events: Sequence[Any]) -> str:
    return "".join(event.data.get("text", "") for event in events)


@pytest.fixture
def key() -> str:
    return str(uuid4())


async def test_many_pieces_are_few_writes_and_nothing_is_lost(rt: Runtime, key: str) -> None:
    log = CountingLog(rt.event_log)
    writer = EventWriter(log, key, 1)  # type: ignore[arg-type]
    writer.status("processing")
    began = asyncio.get_running_loop().time()
    for n in range(2000):
        writer.text(f"{n} ")
        if n % 20 == 0:
            await asyncio.sleep(0.01)
        if n % 500 == 0:
            writer.log(f"line {n}")
    await writer.close(10)
    seconds = asyncio.get_running_loop().time() - began
    assert log.writes <= 31 * seconds + 2
    whole = "".join(f"{n} " for n in range(2000))
    live = await rt.event_log.live(key)
    assert live is not None
    assert live.text == whole == writer.transcript.whole_text
    events = await read_all(rt.event_log, key)
    assert text_of(events) == whole
    assert [event.data["line"] for event in events if event.type is EventType.LOG] == [
        f"line {n}" for n in range(0, 2000, 500)
    ]
    # an index says how many pieces came before, so that clients can check for gaps
    outputs = [event.data["index"] for event in events if event.type is EventType.OUTPUT]
    assert outputs == sorted(set(outputs))
    assert [event.type for event in events[:2]] == [EventType.SNAPSHOT, EventType.STATUS]


async def test_progress_keeps_the_newest(rt: Runtime, key: str) -> None:
    writer = EventWriter(rt.event_log, key, 1)
    for step in range(1, 101):
        writer.progress({"step": step})
    writer.chunk({"a": 1})
    await writer.close(5)
    events = await read_all(rt.event_log, key)
    assert [e.data["step"] for e in events if e.type is EventType.PROGRESS] == [100]
    live = await rt.event_log.live(key)
    assert live is not None
    assert (live.progress, live.chunks) == ({"step": 100}, [{"a": 1}])


async def test_a_log_without_end_is_cut_with_a_word(rt: Runtime, key: str) -> None:
    writer = EventWriter(rt.event_log, key, 1)
    for _ in range(100):
        writer.log("é" * 500)
    await writer.close(5)
    assert writer.transcript.logs[-1] == LOG_LIMIT_LINE
    assert len(writer.transcript.whole_log.encode()) <= 64_200
    live = await rt.event_log.live(key)
    assert live is not None
    assert live.logs == writer.transcript.whole_log


@pytest.mark.parametrize("fault", ["flush", "kill"])
async def test_an_outage_in_the_middle_costs_no_text(
    rt: Runtime, key: str, own_redis: RedisProcess, fault: str
) -> None:
    writer = EventWriter(rt.event_log, key, 1)
    writer.status("processing")

    async def written() -> bool:
        live = await rt.event_log.live(key)
        return live is not None and "299 " in live.text

    for n in range(300):
        writer.text(f"{n} ")
        writer.log(f"l{n}")
    await eventually(written)
    before = (await read_all(rt.event_log, key))[-1].cursor
    if fault == "flush":
        own_redis.run("FLUSHALL")
    else:
        own_redis.kill()
    for n in range(300, 500):
        writer.text(f"{n} ")
        if n % 20 == 0:
            await asyncio.sleep(0.01)
    own_redis.start()
    for n in range(500, 600):
        writer.text(f"{n} ")
        writer.log(f"l{n}")
    await writer.close(20)
    whole = "".join(f"{n} " for n in range(600))
    live = await rt.event_log.live(key)
    assert live is not None
    assert live.text == whole
    assert live.logs == writer.transcript.whole_log
    events = await read_all(rt.event_log, key)
    assert text_of(events) == whole
    assert events[0].type is EventType.SNAPSHOT
    assert events[0].cursor.epoch != before.epoch
    assert events[0].cursor.seq > before.seq


@pytest.mark.parametrize("is_long", [False, True])
async def test_choices_are_whole_live_and_event_by_event_before_and_after_redis_lost_them(
    rt: Runtime, key: str, own_redis: RedisProcess, is_long: bool
) -> None:
    word = "word " * 100 if is_long else ""
    writer = EventWriter(rt.event_log, key, 1)

    async def say(first: int, last: int) -> None:
        for n in range(first, last):
            token = {"token": str(n), "id": n, "logprob": -1.0, "top": []}
            writer.text(f"{n} {word}")
            writer.text(f"{n},{word}", 1)
            writer.text(f"{n};{word}", 2, [token])
            if n % 5 == 0:
                await asyncio.sleep(0.02)

    def expected(last: int) -> list[str]:
        return ["".join(f"{n}{mark}{word}" for n in range(last)) for mark in " ,;"]

    async def check(last: int) -> None:
        async def is_written() -> bool:
            live = await rt.event_log.live(key)
            return live is not None and [each["text"] for each in live.choices or ()] == expected(last)

        await eventually(is_written)
        live, texts, tokens = await rt.event_log.live(key), ["", "", ""], []
        assert live is not None
        for event in await read_all(rt.event_log, key):
            if event.type is EventType.SNAPSHOT:
                pieces = event.data.get("choices", [])
                texts = [event.data["text"], "", ""]
            else:
                pieces = [{"choice": 0, **event.data}]
            for piece in pieces:
                texts[piece["choice"]] += piece.get("text", "")
                tokens += piece.get("logprobs", [])
        assert texts == expected(last)
        assert [token["id"] for token in tokens] == list(range(last))
        assert live.text == texts[0]
        assert live.choices is not None
        assert [each["logprobs"] for each in live.choices] == [None, None, {"content": tokens}]
        assert live.chunks == []

    await say(0, 20)
    await check(20)
    own_redis.run("FLUSHALL")
    await say(20, 40)
    await writer.close(20)
    await check(40)


async def test_a_writer_that_is_fenced_stops(rt: Runtime, key: str) -> None:
    older, newer = EventWriter(rt.event_log, key, 1), EventWriter(rt.event_log, key, 2)
    newer.text("new")
    await newer.close(5)
    older.text("old")
    async with asyncio.timeout(5):
        await older.fenced.wait()
    await older.close(5)
    live = await rt.event_log.live(key)
    assert live is not None
    assert (live.attempt, live.text) == (2, "new")


async def test_a_lost_reply_doubles_nothing(rt: Runtime, key: str) -> None:
    class Lossy(CountingLog):
        async def append(self, *arguments: Any) -> tuple[int, str]:
            reply = await super().append(*arguments)
            if self.writes % 2:
                raise ConnectionResetError("the reply is lost")
            return reply

    writer = EventWriter(Lossy(rt.event_log), key, 1)  # type: ignore[arg-type]
    for n in range(5):
        writer.text(f"{n} ")
        async with asyncio.timeout(5):
            await asyncio.sleep(0.04)
    await writer.close(20)
    assert text_of(await read_all(rt.event_log, key)) == "0 1 2 3 4 "


async def test_closing_without_redis_is_not_waited_for_long(rt: Runtime, key: str, own_redis: RedisProcess) -> None:
    own_redis.kill()
    writer = EventWriter(rt.event_log, key, 1)
    writer.text("x")
    began = asyncio.get_running_loop().time()
    await writer.close(0.5)
    assert asyncio.get_running_loop().time() - began < 3
    own_redis.start()


async def test_pieces_and_progress_by_turns_are_few_events(rt: Runtime, key: str) -> None:
    writer = EventWriter(rt.event_log, key, 1)
    for n in range(20_000):
        writer.text("word ")
        writer.progress({"step": n})
    await writer.close(10)
    live = await rt.event_log.live(key)
    assert live is not None
    assert live.text == "word " * 20_000
    assert live.progress == {"step": 19_999}
    assert len(await read_all(rt.event_log, key)) < 10


async def test_what_has_no_room_comes_when_there_is_some_again(
    rt: Runtime, key: str, own_redis: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is appended meanwhile, so that no watcher holds text with a hole; then all of it, as a snapshot."""
    monkeypatch.setattr("workers.supervisor.event_writer.RESUME_SECONDS", 0.05)
    own_redis.run("FLUSHALL")
    log, other = EventLog(rt.event_log.client, 1_000_000), str(uuid4())
    filling = EventWriter(log, other, 1, owner="user:1")
    filling.text("f" * 900_000)
    writer = EventWriter(log, key, 1, owner="user:1")
    writer.text("a" * 50_000)
    await eventually(lambda: _has_text(log, other, 900_000))
    await eventually(lambda: _has_text(log, key, 50_000))
    before = (await log.position(key)).epoch
    writer.text("b" * 100_000)
    async with asyncio.timeout(10):
        while not writer.is_cut:
            await asyncio.sleep(0.01)
    writer.text("c")
    assert await _has_text(log, key, 50_000)
    await filling.close(5)
    await log.expire(other, "user:1")
    await log.delete(other)
    own_redis.run("DEL", "mem:{user:1}", "old:{user:1}")
    await eventually(lambda: _has_text(log, key, 150_001))
    writer.text("d")
    await writer.close(5)
    live = await log.live(key)
    assert live is not None
    assert live.text == writer.transcript.whole_text == "a" * 50_000 + "b" * 100_000 + "cd"
    assert (await read_all(log, key))[0].type is EventType.SNAPSHOT
    assert live.cursor.epoch != before


@pytest.mark.parametrize("fault", ["full", "replica"])
async def test_a_redis_that_takes_no_writes_holds_nobody_up(
    rt: Runtime, key: str, own_redis: RedisProcess, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr("workers.supervisor.event_writer.RESUME_SECONDS", 0.05)
    writer, stopping = EventWriter(rt.event_log, key, 1), EventWriter(rt.event_log, str(uuid4()), 1)
    writer.text("a" * 100)
    await eventually(lambda: _has_text(rt.event_log, key, 100))
    begin, end = {
        "full": (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0")),
        "replica": (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")),
    }[fault]
    own_redis.run(*begin)
    try:
        writer.text("b" * 100)
        stopping.text("x")
        async with asyncio.timeout(10):
            while not (writer.is_cut and stopping.is_cut):
                await asyncio.sleep(0.01)
        writer.text("c" * 100)
        began = asyncio.get_running_loop().time()
        await stopping.close(5)
        assert asyncio.get_running_loop().time() - began < 1
        # What it holds is read all the same, and its end is noted
        assert await _has_text(rt.event_log, key, 100)
        if fault == "full":
            await rt.event_log.expire(key, "user:1")
    finally:
        own_redis.run(*end)
    await eventually(lambda: _has_text(rt.event_log, key, 300))
    await writer.close(5)


async def _has_text(log: EventLog, key: str, length: int) -> bool:
    live = await log.live(key)
    return live is not None and len(live.text) == length
