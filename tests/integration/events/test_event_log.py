"""The log itself: fencing, epochs, resent batches, expiry, pages."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
import redis
import redis.exceptions

from server.adapters.event_log import FENCED, NEEDS_SNAPSHOT, NO_ROOM, EventLog, NewEvent, new_epoch
from server.domain.events import NO_EPOCH, Cursor, EventType
from server.runtime import Runtime
from tests.integration.events.watching import RedisProcess


def snapshot(attempt: int = 1, text: str = "", **made: object) -> NewEvent:
    data = {"attempt": attempt, "text": text, "logs": "", "chunks": [], "progress": None, **made}
    return NewEvent(EventType.SNAPSHOT, data, text=text)


def piece(text: str) -> NewEvent:
    return NewEvent(EventType.OUTPUT, {"index": 0, "text": text}, text=text)


@pytest.fixture
def log(rt: Runtime) -> EventLog:
    return rt.event_log


@pytest.fixture
def key() -> str:
    return str(uuid4())


async def test_an_older_attempt_is_refused(log: EventLog, key: str) -> None:
    old, new = new_epoch(), new_epoch()
    assert await log.append(key, 1, old, 0, [snapshot(), piece("a")]) == (2, old)
    assert await log.append(key, 2, new, 0, [snapshot(2)]) == (3, new)
    assert (await log.append(key, 1, old, 2, [piece("late")]))[0] == FENCED
    assert (await log.append(key, 1, new_epoch(), 2, [snapshot(1)]))[0] == FENCED
    live = await log.live(key)
    assert live is not None
    assert (live.attempt, live.text, live.cursor) == (2, "", Cursor(new, 3))


async def test_a_new_attempt_or_a_lost_stream_needs_a_snapshot(
    log: EventLog, key: str, own_redis: RedisProcess
) -> None:
    epoch = new_epoch()
    assert (await log.append(key, 1, epoch, 0, [piece("a")]))[0] == NEEDS_SNAPSHOT
    await log.append(key, 1, epoch, 0, [snapshot(), piece("a")])
    assert (await log.append(key, 2, new_epoch(), 0, [piece("b")]))[0] == NEEDS_SNAPSHOT
    own_redis.run("FLUSHALL")
    assert (await log.append(key, 1, epoch, 2, [piece("b")]))[0] == NEEDS_SNAPSHOT
    again = new_epoch()
    assert await log.append(key, 1, again, 2, [snapshot(1, "ab")]) == (3, again)
    page = await log.read(key, Cursor(epoch, 2))
    assert [(event.type, event.cursor) for event in page.events] == [(EventType.SNAPSHOT, Cursor(again, 3))]
    assert not page.lost


async def test_a_batch_whose_reply_was_lost_is_not_doubled(log: EventLog, key: str) -> None:
    epoch = new_epoch()
    first, second = [snapshot(), piece("a")], [piece("b"), piece("c")]
    for base, batch in ((0, first), (0, first), (2, second), (2, second)):
        assert await log.append(key, 1, epoch, base, batch) == (base + 2, epoch)
    live = await log.live(key)
    assert live is not None
    assert (live.text, live.cursor.seq) == ("abc", 4)
    assert [event.cursor.seq for event in (await log.read(key, Cursor(NO_EPOCH, 0))).events] == [1, 2, 3, 4]


async def test_a_snapshot_whose_reply_was_lost_is_not_doubled_after_an_older_epoch(log: EventLog, key: str) -> None:
    await log.append(key, 1, new_epoch(), 0, [snapshot(), piece("old")])
    epoch = new_epoch()
    for _ in range(2):
        assert await log.append(key, 2, epoch, 0, [snapshot(2), piece("new")]) == (4, epoch)
    live = await log.live(key)
    assert live is not None
    assert live.text == "new"


async def test_every_key_expires(log: EventLog, key: str, own_redis: RedisProcess) -> None:
    whole = [
        snapshot(),
        piece("a"),
        NewEvent(EventType.LOG, {"line": "l"}, log="l\n"),
        NewEvent(EventType.PROGRESS, {"step": 1}, progress={"step": 1}),
        NewEvent(EventType.OUTPUT, {"index": 0, "chunk": {"x": 1}}, chunks=({"x": 1},)),
    ]
    await log.append(key, 1, new_epoch(), 0, whole)
    names = [f"{kind}:{{{key}}}" for kind in ("st", "ev", "out", "log", "chk")]
    for name in names:
        assert 86_000 < int(str(own_redis.run("TTL", name))) <= 86_400
    await log.expire(key)
    for name in names:
        assert 3_500 < int(str(own_redis.run("TTL", name))) <= 3_600
    await log.delete(key)
    assert [own_redis.run("EXISTS", name) for name in names] == [0] * 5
    assert await log.live(key) is None


async def test_what_is_live_is_all_of_this_attempt_and_nothing_else(log: EventLog, key: str) -> None:
    made = [
        snapshot(),
        piece("ä\0€"),
        NewEvent(EventType.LOG, {"line": "l"}, log="l\n"),
        NewEvent(EventType.PROGRESS, {"step": 3}, progress={"step": 3}),
        NewEvent(EventType.OUTPUT, {"index": 0}, chunks=("\x1e\n", [1, {"a": None}])),
    ]
    await log.append(key, 1, new_epoch(), 0, made)
    live = await log.live(key)
    assert live is not None
    assert (live.text, live.logs, live.progress) == ("ä\0€", "l\n", {"step": 3})
    assert live.chunks == ["\x1e\n", [1, {"a": None}]]
    await log.append(key, 2, new_epoch(), 0, [snapshot(2)])
    live = await log.live(key)
    assert live is not None
    assert (live.text, live.logs, live.progress, live.chunks) == ("", "", None, [])


async def test_the_text_is_true_at_its_cursor(log: EventLog, key: str) -> None:
    """Read while it is written: text and cursor are of one instant."""
    epoch = new_epoch()
    await log.append(key, 1, epoch, 0, [snapshot()])

    async def write() -> None:
        for seq in range(1, 301):
            await log.append(key, 1, epoch, seq, [piece("x")])

    writing = asyncio.create_task(write())
    while not writing.done():
        live = await log.live(key)
        assert live is not None
        assert len(live.text) == live.cursor.seq - 1
    await writing


async def test_pages_of_a_long_stream(log: EventLog, key: str) -> None:
    epoch = new_epoch()
    await log.append(key, 1, epoch, 0, [snapshot(), *(piece(str(n)) for n in range(1300))])
    cursor, seqs, pages = Cursor(NO_EPOCH, 0), [], 0
    more = True
    while more:
        page = await log.read(key, cursor)
        seqs += [event.cursor.seq for event in page.events]
        more, pages, cursor = page.more, pages + 1, page.events[-1].cursor
        assert not page.lost
    assert seqs == list(range(1, 1302))
    assert pages == 3
    assert (await log.read(key, cursor)).events == []


async def test_a_trimmed_stream_says_so(log: EventLog, key: str, own_redis: RedisProcess) -> None:
    epoch = new_epoch()
    await log.append(key, 1, epoch, 0, [snapshot(), *(piece(str(n)) for n in range(49))])
    own_redis.run("XTRIM", f"ev:{{{key}}}", "MAXLEN", "10")
    assert (await log.read(key, Cursor(epoch, 5))).lost
    assert (await log.read(key, Cursor("b" * 12, 5))).lost
    page = await log.read(key, Cursor(epoch, 40))
    assert not page.lost
    assert [event.cursor.seq for event in page.events] == list(range(41, 51))
    own_redis.run("DEL", f"ev:{{{key}}}")
    assert (await log.read(key, Cursor(epoch, 40))).lost
    assert not (await log.read(key, Cursor(epoch, 50))).lost


async def test_a_new_attempt_is_no_loss_to_those_of_the_old_one(log: EventLog, key: str) -> None:
    old, new = new_epoch(), new_epoch()
    await log.append(key, 1, old, 0, [snapshot(), piece("a"), piece("b")])
    await log.append(key, 2, new, 0, [snapshot(2), piece("c")])
    for cursor in (Cursor(old, 2), Cursor(old, 3), Cursor(old, 4), Cursor(NO_EPOCH, 0)):
        page = await log.read(key, cursor)
        assert (page.epoch, page.lost) == (new, False)
        assert [event.cursor.seq for event in page.events] == [4, 5]


async def test_a_redis_that_is_away_is_an_error_soon_and_no_trouble_later(
    log: EventLog, key: str, own_redis: RedisProcess
) -> None:
    own_redis.kill()
    began = asyncio.get_running_loop().time()
    with pytest.raises((redis.exceptions.RedisError, OSError)):
        await log.append(key, 1, new_epoch(), 0, [snapshot()])
    await log.announce(key)
    assert not await log.ping()
    assert asyncio.get_running_loop().time() - began < 6
    own_redis.start()
    assert await log.ping()
    assert (await log.append(key, 1, new_epoch(), 0, [snapshot()]))[0] == 1


async def test_output_stands_once_in_redis(log: EventLog, key: str, own_redis: RedisProcess) -> None:
    chunk = {"row": ["ä" * 1000] * 10}
    epoch, seq = new_epoch(), 0
    before = log_memory(own_redis)
    batches = [[snapshot()], *([piece(f"{n:04}" + "é" * 4998)] for n in range(100))]
    batches += [[NewEvent(EventType.OUTPUT, {"index": n, "chunk": chunk}, chunks=(chunk,))] for n in range(50)]
    for batch in batches:
        seq, _ = await log.append(key, 1, epoch, seq, batch, "user:1")
    size = 100 * 10_000 + 50 * 20_000
    assert log_memory(own_redis) - before < 1.5 * size
    cursor, events = Cursor(NO_EPOCH, 0), []
    while (page := await log.read(key, cursor)).events:
        # A page ends where it is large: whoever comes late makes no answer of everything at once
        assert sum(len(str(event.data)) for event in page.events) < 1_200_000
        events += page.events
        cursor = page.events[-1].cursor
    assert [event.cursor.seq for event in events] == list(range(1, 152))
    live = await log.live(key)
    assert live is not None
    assert "".join(event.data["text"] for event in events[1:101]) == live.text
    assert [event.data["chunk"] for event in events[101:]] == live.chunks == [chunk] * 50
    again = new_epoch()
    data = {"attempt": 1, "text": live.text, "logs": "", "chunks": live.chunks, "choices": [], "progress": None}
    await log.append(key, 1, again, seq, [NewEvent(EventType.SNAPSHOT, data, live.text, chunks=tuple(live.chunks))])
    assert (await log.read(key, Cursor(epoch, 3))).events[0].data == data
    await log.delete(key)


def log_memory(own_redis: RedisProcess) -> int:
    with redis.Redis.from_url(own_redis.url, retry=None) as client:
        return int(client.info("memory")["used_memory"])


async def test_owners_fill_their_share_and_no_more(rt: Runtime, own_redis: RedisProcess) -> None:
    own_redis.run("FLUSHALL")
    log = EventLog(rt.event_log.client, 1_000_000)
    mine, other = "anon:2001:db8::1", "user:2"
    neighbour = str(uuid4())
    await log.append(neighbour, 1, new_epoch(), 0, [snapshot(), piece("n" * 500_000)], other)
    before, ids = log_memory(own_redis), []
    for number in range(20):
        ids.append(str(uuid4()))
        # Addresses of one network are one owner
        owner = f"anon:2001:db8::{number:x}"
        assert (await log.append(ids[-1], 1, new_epoch(), 0, [snapshot(), piece("m" * 300_000)], owner))[0] == 2
        await log.expire(ids[-1], owner)
    assert log_memory(own_redis) - before < 1_500_000
    # The newest stand, the oldest were forgotten, those of others are as they were
    assert [await log.live(key) is not None for key in ids] == [False] * 17 + [True] * 3
    live = await log.live(neighbour)
    assert live is not None
    assert len(live.text) == 500_000
    # What runs is not forgotten: it is refused more, but for little that always has room
    running, epoch = [str(uuid4()), str(uuid4())], new_epoch()
    for key in running:
        assert (await log.append(key, 1, epoch, 0, [snapshot(), piece("r" * 400_000)], mine))[0] == 2
    assert (await log.append(running[0], 1, epoch, 2, [piece("r" * 400_000)], mine))[0] == NO_ROOM
    assert not await log.has_room(mine, 400_000)
    small = str(uuid4())
    assert (await log.append(small, 1, epoch, 0, [snapshot(), piece("s" * 40_000)], mine))[0] == 2
    await log.expire(running[1], mine)
    assert (await log.append(running[0], 1, epoch, 2, [piece("r" * 400_000)], mine))[0] == 3
    assert await log.live(running[1]) is None


async def test_streams_of_callers_without_an_account_go_sooner(
    log: EventLog, key: str, own_redis: RedisProcess
) -> None:
    await log.append(key, 1, new_epoch(), 0, [snapshot(), piece("a")], "anon:1.2.3.4")
    await log.expire(key, "anon:1.2.3.4")
    assert 500 < int(str(own_redis.run("TTL", f"st:{{{key}}}"))) <= 600
    for name in ("mem:{anon:1.2.3.4}", "old:{anon:1.2.3.4}"):
        assert 0 < int(str(own_redis.run("TTL", name))) <= 86_400


@pytest.mark.parametrize("kind", ["out", "log", "chk"])
async def test_a_key_that_redis_evicted_takes_the_whole_stream_with_it(
    log: EventLog, key: str, own_redis: RedisProcess, kind: str
) -> None:
    epoch, chunk = new_epoch(), {"c": "x" * 300}
    line = NewEvent(EventType.LOG, {"line": "l"}, log="l\n")
    made = [
        snapshot(),
        piece("a" * 300),
        line,
        NewEvent(EventType.OUTPUT, {"index": 0, "chunk": chunk}, chunks=(chunk,)),
    ]
    await log.append(key, 1, epoch, 0, made)
    own_redis.run("DEL", f"{kind}:{{{key}}}")
    assert await log.live(key) is None
    if kind != "log":
        assert (await log.read(key, Cursor(NO_EPOCH, 0))).events == []
    assert (await log.append(key, 1, epoch, 4, [piece("b")]))[0] == NEEDS_SNAPSHOT
    assert (await log.append(key, 1, new_epoch(), 4, [snapshot(1, "a" * 300 + "b")]))[0] == 5
    live = await log.live(key)
    assert live is not None
    assert live.text == "a" * 300 + "b"
