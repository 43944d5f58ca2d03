"""The events of predictions in Redis: one capped stream each, written by one fenced Lua call.

Keys of a prediction: `st:{id}` hash (attempt, epoch, seq, progress), `ev:{id}` stream whose entry ids are `seq-0`,
`out:{id}` text so far, `chk:{id}` list of JSON chunks so far, `log:{id}` log so far, `pv:{id}` newest preview (a data
URI, gone at the end), `wants:{id}` while somebody watches previews. Each has an expiry from its first write.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import redis.asyncio
import structlog

from server.adapters.redis_calls import REDIS_ERRORS, Command, RedisCalls, Script
from server.adapters.wakeups import DELIVER, LOOK, ROW, cancel_channel, owner_channel, wake_channel
from server.domain.accounts import USER_OWNER
from server.domain.events import NO_EPOCH, Cursor, Event, EventType

logger = structlog.get_logger(__name__)

STREAM_LENGTH = 10_000
LIFE_SECONDS = 86_400
AFTER_END_SECONDS = 3_600
DEMAND_SECONDS = 15
READ_COUNT = 500
ANNOUNCE_SECONDS = 0.5
LOG_BYTES = 64_000
FENCED, NEEDS_SNAPSHOT = -1, -2

# What Redis does at one instant with the keys of a prediction, in the order of `_keys`
APPEND = Script(r"""
local attempt = tonumber(ARGV[1])
local held = redis.call('HMGET', KEYS[1], 'attempt', 'seq', 'epoch')
local old = tonumber(held[1] or '-1')
if old > attempt then return {-1} end
local seq, epoch = tonumber(held[2] or '0'), held[3] or ''
-- the reply to this very batch was lost: it is here already
if epoch == ARGV[2] and seq > tonumber(ARGV[3]) then return {seq, epoch} end
if old < attempt or not held[3] then
  if ARGV[4] ~= '1' then return {-2} end
  epoch = ARGV[2]
  seq = math.max(seq, tonumber(ARGV[3]))
  redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6])
  redis.call('HDEL', KEYS[1], 'progress', 'preview')
end
for i = 9, #ARGV, 7 do
  seq = seq + 1
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], seq .. '-0', 'e', ARGV[i])
  if ARGV[i + 1] ~= '' then redis.call('APPEND', KEYS[3], ARGV[i + 1]) end
  if ARGV[i + 2] ~= '' then redis.call('APPEND', KEYS[4], ARGV[i + 2]) end
  if ARGV[i + 3] ~= '' then redis.call('HSET', KEYS[1], 'progress', ARGV[i + 3]) end
  for piece in string.gmatch(ARGV[i + 4], '[^\30]+') do redis.call('RPUSH', KEYS[5], piece) end
  if ARGV[i + 5] ~= '' then
    redis.call('SET', KEYS[6], ARGV[i + 5])
    redis.call('HSET', KEYS[1], 'preview', ARGV[i + 6])
  end
end
redis.call('HSET', KEYS[1], 'attempt', attempt, 'epoch', epoch, 'seq', seq)
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[5]) end
redis.call('PUBLISH', ARGV[7], ARGV[8] == '' and seq or seq .. ' ' .. ARGV[8])
return {seq, epoch}
""")
READ = Script("""
local held = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
if not held[1] then return {} end
local entries = redis.call('XRANGE', KEYS[2], ARGV[1], '+', 'COUNT', ARGV[2])
return {held[1], held[2], entries, redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)}
""")
LIVE = Script("""
local held = redis.call('HMGET', KEYS[1], 'attempt', 'epoch', 'seq', 'progress', 'preview')
if not held[2] then return {} end
return {held, redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3]), redis.call('LRANGE', KEYS[4], 0, -1)}
""")
END = Script("""
redis.call('DEL', KEYS[6])
redis.call('HDEL', KEYS[1], 'preview')
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[1]) end
""")


@dataclass(frozen=True)
class NewEvent:
    """An event to append; `text`, `log`, `chunks` and `progress` also go into later snapshots.

    `preview` (a data URI) is kept beside the stream, the newest only.
    """

    type: EventType
    data: dict[str, Any]
    text: str = ""
    log: str = ""
    progress: dict[str, Any] | None = None
    chunks: tuple[Any, ...] = ()
    preview: str = ""


@dataclass(frozen=True)
class LiveState:
    """What a running prediction has made so far, and the cursor it is true at."""

    cursor: Cursor
    attempt: int
    text: str
    logs: str
    progress: dict[str, Any] | None
    chunks: list[Any]
    preview: dict[str, Any] | None = None


@dataclass(frozen=True)
class EventPage:
    """A read of the stream; `lost` says that entries after the given cursor are gone."""

    epoch: str
    events: list[Event]
    lost: bool
    more: bool


def async_redis(url: str) -> redis.asyncio.Redis:
    """A client that fails within a second instead of retrying."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        url, max_connections=20, timeout=1, socket_timeout=1, socket_connect_timeout=1, retry=None
    )
    # from_pool: the client's aclose() closes the pool too
    return redis.asyncio.Redis.from_pool(pool)


def new_epoch() -> str:
    """A name for one unbroken stretch of events."""
    return secrets.token_hex(6)


class EventLog:
    """Reads and writes the events of predictions; every method may raise REDIS_ERRORS."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._redis = client
        self.calls = RedisCalls(client)

    async def append(
        self,
        prediction_id: str,
        attempt: int,
        epoch: str,
        base_seq: int,
        events: Sequence[NewEvent],
        owner: str | None = None,
    ) -> tuple[int, str]:
        """Append events; returns the last seq and the epoch in force.

        A seq of FENCED: a newer attempt writes. NEEDS_SNAPSHOT: the stream is not there (a new attempt, or Redis
        lost it) and `events` must begin with a snapshot, under the given new epoch. `base_seq` is the last seq that
        the caller knows of; a batch whose reply was lost may be sent again as it was. A change of status also wakes the
        lists of `owner`.
        """
        starts = "1" if events and events[0].type is EventType.SNAPSHOT else "0"
        changed = _lister(owner) if any(event.type is EventType.STATUS for event in events) else ""
        head = [attempt, epoch, base_seq, starts, LIFE_SECONDS, STREAM_LENGTH, wake_channel(prediction_id), changed]
        at = time.time()
        body: list[bytes | str] = []
        for event in events:
            # JSON never holds a raw record separator
            chunks = b"\x1e".join(map(orjson.dumps, event.chunks))
            progress = orjson.dumps(event.progress) if event.progress else b""
            preview = orjson.dumps({**event.data, "at": at}) if event.preview else b""
            entry = orjson.dumps({"t": event.type.value, "at": at, "d": event.data})
            body += [entry, event.text, event.log, progress, chunks, event.preview, preview]
        reply: list[Any] = await self.calls.call(APPEND, _keys(prediction_id), *head, *body)
        return int(reply[0]), reply[1].decode() if len(reply) > 1 else epoch

    async def live(self, prediction_id: str) -> LiveState | None:
        """What the newest attempt made so far, read at one instant; None when Redis holds nothing of it."""
        state, _, out, log, chunks, _ = _keys(prediction_id)
        reply = await self.calls.call(LIVE, [state, out, log, chunks])
        if not reply:
            return None
        (attempt, epoch, seq, progress, preview), text, logs, pieces = reply
        return LiveState(
            Cursor(epoch.decode(), int(seq)),
            int(attempt),
            (text or b"").decode(errors="replace"),
            (logs or b"").decode(errors="replace"),
            orjson.loads(progress) if progress else None,
            [orjson.loads(piece) for piece in pieces],
            orjson.loads(preview) if preview else None,
        )

    async def position(self, prediction_id: str) -> Cursor:
        """The cursor of the newest event."""
        ((epoch, seq),) = await self.calls.run(("HMGET", _keys(prediction_id)[0], "epoch", "seq"))
        return Cursor(epoch.decode(), int(seq)) if epoch else Cursor(NO_EPOCH, 0)

    async def read(self, prediction_id: str, after: Cursor, count: int = READ_COUNT) -> EventPage:
        """Events after a cursor; of another epoch, the stream from its first entry."""
        state, stream, *_ = _keys(prediction_id)
        reply = await self.calls.call(READ, [state, stream], f"({after.seq}-0", count)
        if not reply:
            return EventPage(NO_EPOCH, [], lost=False, more=False)
        epoch, seq, entries, first = reply
        is_foreign = epoch.decode() != after.epoch
        if is_foreign and after.seq > 0:
            return await self.read(prediction_id, Cursor(NO_EPOCH, 0), count)
        events = [_decoded(epoch.decode(), entry) for entry in entries]
        oldest = int(first[0][0].split(b"-")[0]) if first else int(seq) + 1
        # An epoch begins with a snapshot, so whoever comes from another one misses nothing while that is there
        misses = bool(first) and _decoded(epoch.decode(), first[0]).type is not EventType.SNAPSHOT
        lost = misses if is_foreign else oldest > after.seq + 1 and int(seq) > after.seq
        return EventPage(epoch.decode(), events, lost=lost, more=len(entries) == count)

    async def announce(self, prediction_id: str, owner: str | None = None) -> None:
        """Wake whoever watches, its worker, and its owner's lists: the row changed; takes at most ANNOUNCE_SECONDS."""
        await self._publish({wake_channel(prediction_id): _row_of(owner), cancel_channel(prediction_id): ROW})

    async def announce_new(self, owner: str) -> None:
        """Wake the lists of an owner: a row came that nobody can watch yet."""
        if _lister(owner):
            await self._publish({owner_channel(owner): b""})

    async def ended(self, prediction_id: str, owner: str | None, *, shares: bool) -> None:
        """The prediction ended: keep its events for an hour, and no preview; wake whoever watches it.

        Workers hear of it only where it `shares` its result with what may wait for it. Failures are logged.
        """
        channels = {wake_channel(prediction_id): _row_of(owner)}
        if shares:
            channels[cancel_channel(prediction_id)] = ROW
        await self._publish(channels, END.on(_keys(prediction_id), AFTER_END_SECONDS))

    async def _publish(self, messages: dict[str, bytes], *before: Command) -> None:
        published = [("PUBLISH", channel, message) for channel, message in messages.items()]
        try:
            async with asyncio.timeout(ANNOUNCE_SECONDS):
                await self.calls.run(*before, *published)
        except REDIS_ERRORS as error:
            logger.warning("events.announce_failed", channels=list(messages), error=str(error))

    async def preview(self, prediction_id: str) -> str | None:
        """The newest preview as a data URI, while the prediction runs."""
        uri = await self._redis.get(_keys(prediction_id)[5])
        return uri.decode() if uri else None

    async def want_previews(self, prediction_id: str) -> None:
        """Ask the worker for previews for the next DEMAND_SECONDS."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.set(_demand(prediction_id), 1, ex=DEMAND_SECONDS).publish(cancel_channel(prediction_id), b"wants")
            await pipe.execute()

    async def previews_wanted(self, prediction_ids: Sequence[str]) -> set[str]:
        """Those of the given predictions whose previews are watched now, on any node."""
        if not prediction_ids:
            return set()
        demands = await self._redis.mget([_demand(key) for key in prediction_ids])
        return {key for key, demand in zip(prediction_ids, demands, strict=True) if demand is not None}

    async def wake_workers(self) -> None:
        """Let every worker look for work."""
        await self._redis.publish(cancel_channel(LOOK), b"1")

    async def wake_deliverers(self) -> None:
        """Let workers look for webhooks to send; they look by themselves too, so a failure is logged alone."""
        try:
            await self._redis.publish(cancel_channel(DELIVER), b"1")
        except REDIS_ERRORS as error:
            logger.warning("events.wake_deliverers_failed", error=str(error))

    async def expire(self, prediction_id: str) -> None:
        """The prediction ended: keep its events for an hour, and no preview."""
        await self.calls.call(END, _keys(prediction_id), AFTER_END_SECONDS)

    async def delete(self, prediction_id: str) -> None:
        """Remove everything of a prediction."""
        await self._redis.delete(*_keys(prediction_id))

    async def ping(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(await self._redis.ping())
        except REDIS_ERRORS:
            return False


def _lister(owner: str | None) -> str:
    """The user whose lists show a prediction; empty for anonymous owners, who have no lists."""
    return owner if owner is not None and owner.startswith(USER_OWNER) else ""


def _row_of(owner: str | None) -> bytes:
    """The message for a changed row, with the user whose lists show it."""
    return b" ".join(filter(None, (ROW, _lister(owner).encode())))


def _keys(prediction_id: str) -> list[str]:
    return [f"{kind}:{{{prediction_id}}}" for kind in ("st", "ev", "out", "log", "chk", "pv")]


def _demand(prediction_id: str) -> str:
    return f"wants:{{{prediction_id}}}"


def _decoded(epoch: str, entry: tuple[bytes, list[bytes]]) -> Event:
    """An entry as XRANGE gives it: its id, and the one field `e` with its value."""
    seq = int(entry[0].split(b"-")[0])
    body = orjson.loads(entry[1][1])
    return Event(EventType(body["t"]), Cursor(epoch, seq), body["at"], body["d"])
