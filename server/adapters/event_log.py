"""The events of predictions in Redis: one capped stream each, written by one fenced Lua call.

Keys of a prediction: `st:{id}` hash (attempt, epoch, seq, progress, and the sizes of the next ones), `ev:{id}` stream
whose entry ids are `seq-0`, `out:{id}` text so far, `chk:{id}` list of JSON chunks so far and of
pieces of choices, `log:{id}` log so far,
`pv:{id}` newest preview (a data URI, gone at the end), `wants:{id}` while somebody watches previews. Output of
REFERENCE_BYTES and more stands once, in `out` or `chk`, and the stream's entry says where. Keys of an owner:
`mem:{owner}` hash of bytes by prediction and in `total`, `old:{owner}` the predictions by the time at which their keys
expire. Each key has an expiry from its first write.
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

from server.adapters.rate_limiter import RATES
from server.adapters.redis_calls import REDIS_ERRORS, Command, RedisCalls, Script
from server.adapters.wakeups import BEAT, CREDENTIALS, DELIVER, LOOK, ROW, cancel_channel, owner_channel, wake_channel
from server.domain.accounts import ANONYMOUS_OWNER, USER_OWNER
from server.domain.callers import network_of
from server.domain.events import NO_EPOCH, Cursor, Event, EventType
from server.domain.text_output import join_choices

logger = structlog.get_logger(__name__)

# What the keys are called, behind the prefix
PREDICTION_KINDS = ("st", "ev", "out", "log", "chk", "pv")
OWNER_KINDS = ("mem", "old")
DEMAND_KIND = "wants"
KINDS = (*PREDICTION_KINDS, *OWNER_KINDS, DEMAND_KIND, RATES)
DATABASES_KEY = "databases"
DATABASES_SECONDS = 30
STREAM_LENGTH = 10_000
LIFE_SECONDS = 86_400
AFTER_END_SECONDS = 3_600
ANONYMOUS_AFTER_END_SECONDS = 600
DEMAND_SECONDS = 15
READ_COUNT = 500
# Where one read of a stream ends, so that it takes a part of a second and not all memory
READ_BYTES = 500_000
ANNOUNCE_SECONDS = 0.5
# Shorter pieces stand in the stream itself: the reference would be as long
REFERENCE_BYTES = 256
# A prediction may fill so much though its owner's share is used up: nobody's small output is hidden by a large one
FREE_BYTES = 64_000
# Where events come less often, and an owner may fill a tenth of its share
NEARLY_FULL, TIGHT_SHARE = 0.8, 10
# Begins a piece of a choice among the chunks; no JSON does
PIECE = b"="
FENCED, NEEDS_SNAPSHOT, NO_ROOM = -1, -2, -3

# What Redis does at one instant with the keys of a prediction, in the order of PREDICTION_KINDS, and of its owner
APPEND = Script(r"""
local attempt, owned = tonumber(ARGV[1]), #KEYS == 8
local state = redis.call('HMGET', KEYS[1], 'attempt', 'seq', 'epoch', 'out', 'log', 'chk', 'fresh')
local old = tonumber(state[1] or '-1')
if old > attempt then return {-1} end
local seq, epoch = tonumber(state[2] or '0'), state[3] or ''
-- the reply to this very batch was lost: it is here already
if epoch == ARGV[2] and seq > tonumber(ARGV[3]) then return {seq, epoch} end
local out, log, chk = tonumber(state[4] or '0'), tonumber(state[5] or '0'), tonumber(state[6] or '0')
local starts = ARGV[4] == '1'
-- a Redis that evicts may take one key and leave the others
local whole = old == attempt and state[3] and redis.call('STRLEN', KEYS[3]) == out
  and redis.call('STRLEN', KEYS[4]) == log and redis.call('LLEN', KEYS[5]) == chk
if not whole and not starts then return {-2} end
local reset = not whole or (starts and epoch ~= ARGV[2])
local id, now = ARGV[9], tonumber(ARGV[10])
-- what every key here begins with
local prefix = string.sub(KEYS[1], 1, #KEYS[1] - #id - #'st:{}')
local own, total, size, counts = 0, 0, 0, {}
if reset then
  -- a script that has removed something may write though memory is full: this is refused first
  redis.call('HSET', KEYS[1], 'began', ARGV[10])
  redis.call('EXPIRE', KEYS[1], ARGV[5])
end
if owned then
  counts = redis.call('HMGET', KEYS[7], id, 'total')
  own, total = tonumber(counts[1] or '0'), tonumber(counts[2] or '0')
  if reset then own, total = 0, total - own end
  for i = 13, #ARGV, 8 do
    if seq < tonumber(ARGV[6]) then size = size + #ARGV[i] + 60 end
    size = size + #ARGV[i + 1] + #ARGV[i + 2] + #ARGV[i + 4]
  end
  local function drop(other)
    total = total - tonumber(redis.call('HGET', KEYS[7], other) or '0')
    redis.call('HDEL', KEYS[7], other)
    redis.call('ZREM', KEYS[8], other)
    for _, kind in ipairs({'st', 'ev', 'out', 'log', 'chk', 'pv'}) do
      redis.call('DEL', prefix .. kind .. ':{' .. other .. '}')
    end
  end
  if not counts[1] then
    -- each new one takes two whose keys have expired out of the count, so that it does not grow for ever
    for _, other in ipairs(redis.call('ZRANGEBYSCORE', KEYS[8], '-inf', now, 'LIMIT', 0, 2)) do drop(other) end
  end
  local budget = tonumber(ARGV[11])
  if budget > 0 and total + size > budget and own + size > tonumber(ARGV[12]) then
    local oldest = redis.call('ZRANGE', KEYS[8], 0, 99, 'WITHSCORES')
    for i = 1, #oldest, 2 do
      if total + size <= budget then break end
      local ended = tonumber(oldest[i + 1]) < now + ARGV[5]
      local state_key = prefix .. 'st:{' .. oldest[i] .. '}'
      if oldest[i] ~= id and (ended or redis.call('EXISTS', state_key) == 0) then drop(oldest[i]) end
    end
    if total + size > budget then
      redis.call('HSET', KEYS[7], 'total', total + (reset and tonumber(counts[1] or '0') or 0))
      return {-3}
    end
  end
end
local had_out, had_log, had_chk = out > 0 and not reset, log > 0 and not reset, chk > 0 and not reset
if reset then
  epoch = ARGV[2]
  seq = math.max(seq, tonumber(ARGV[3]))
  out, log, chk = 0, 0, 0
  redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6])
  redis.call('HDEL', KEYS[1], 'progress', 'preview')
end
for i = 13, #ARGV, 8 do
  seq = seq + 1
  local text_at, chunk_at = out, chk
  if ARGV[i + 1] ~= '' then out = redis.call('APPEND', KEYS[3], ARGV[i + 1]) end
  if ARGV[i + 2] ~= '' then log = redis.call('APPEND', KEYS[4], ARGV[i + 2]) end
  if ARGV[i + 3] ~= '' then redis.call('HSET', KEYS[1], 'progress', ARGV[i + 3]) end
  for piece in string.gmatch(ARGV[i + 4], '[^\30]+') do chk = redis.call('RPUSH', KEYS[5], piece) end
  if ARGV[i + 5] ~= '' then
    redis.call('SET', KEYS[6], ARGV[i + 5], 'EX', ARGV[5])
    redis.call('HSET', KEYS[1], 'preview', ARGV[i + 6])
  end
  if ARGV[i + 7] == '' then
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], seq .. '-0', 'e', ARGV[i])
  else
    local at = text_at .. ' ' .. out .. ' ' .. chunk_at .. ' ' .. chk
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], seq .. '-0', 'e', ARGV[i], ARGV[i + 7], at)
  end
end
local fresh = tonumber(state[7] or '0')
-- a new key gets its expiry at once, and all get a new one now and then: it costs as much as the writes
if reset or not counts[1] and owned or now > fresh + 600 or (out > 0) ~= had_out or (log > 0) ~= had_log
  or (chk > 0) ~= had_chk then fresh = now end
redis.call('HSET', KEYS[1], 'attempt', attempt, 'epoch', epoch, 'seq', seq, 'out', out, 'log', log, 'chk', chk,
  'fresh', fresh)
if owned then
  redis.call('HSET', KEYS[7], id, own + size, 'total', total + size)
  if not counts[1] then redis.call('ZADD', KEYS[8], now + 2 * ARGV[5], id) end
end
if fresh == now then
  for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[5]) end
end
redis.call('PUBLISH', ARGV[7], ARGV[8] == '' and seq or seq .. ' ' .. ARGV[8])
return {seq, epoch}
""")
READ = Script("""
local state = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
if not state[1] then return {} end
local entries, page, size = redis.call('XRANGE', KEYS[2], ARGV[1], '+', 'COUNT', ARGV[2]), {}, 0
local more = #entries == tonumber(ARGV[2]) and 1 or 0
for number, entry in ipairs(entries) do
  local fields, text, chunks = entry[2], '', {}
  if fields[3] then
    local at = {}
    for place in string.gmatch(fields[4], '%d+') do at[#at + 1] = tonumber(place) end
    if string.find(fields[3], 't') then
      text = redis.call('GETRANGE', KEYS[3], at[1], at[2] - 1)
      if #text ~= at[2] - at[1] then return {} end
    end
    if string.find(fields[3], 'c') then
      chunks = redis.call('LRANGE', KEYS[4], at[3], at[4] - 1)
      if #chunks ~= at[4] - at[3] then return {} end
      for _, chunk in ipairs(chunks) do size = size + #chunk end
    end
  end
  page[number] = {entry[1], fields[2], fields[3] or '', text, chunks}
  size = size + #fields[2] + #text
  if size > tonumber(ARGV[3]) and number < #entries then
    more = 1
    break
  end
end
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
return {state[1], state[2], page, more, first and {first[1], first[2][2]} or {}}
""")
# What an evicting Redis has left only a part of is as good as nothing
LIVE = Script("""
local state = redis.call('HMGET', KEYS[1], 'attempt', 'epoch', 'seq', 'progress', 'preview', 'out', 'log', 'chk')
if not state[2] then return {} end
local out, log, chunks = redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3]), redis.call('LRANGE', KEYS[4], 0, -1)
if #(out or '') ~= tonumber(state[6] or '0') or #(log or '') ~= tonumber(state[7] or '0')
  or #chunks ~= tonumber(state[8] or '0') then return {} end
return {state, out, log, chunks}
""")
# Redis at its memory's bound refuses only the last one
END = Script("""
redis.call('DEL', KEYS[6])
redis.call('HDEL', KEYS[1], 'preview')
for place = 1, 6 do redis.call('EXPIRE', KEYS[place], ARGV[1]) end
if #KEYS == 8 then redis.pcall('ZADD', KEYS[8], 'XX', ARGV[2] + ARGV[1], ARGV[3]) end
""")


@dataclass(frozen=True)
class NewEvent:
    """An event to append; `text`, `log`, `chunks`, `pieces` and `progress` also go into later snapshots.

    `pieces` are those of choices: of the first the log probabilities alone, since its text is `text`, of others all.
    `preview` (a data URI) is kept beside the stream, the newest only.
    """

    type: EventType
    data: dict[str, Any]
    text: str = ""
    log: str = ""
    progress: dict[str, Any] | None = None
    chunks: tuple[Any, ...] = ()
    preview: str = ""
    pieces: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class LiveState:
    """What a running prediction has made so far, and the cursor it is true at.

    `choices` are there where it writes several texts, or log probabilities; `text` is then that of the first.
    """

    cursor: Cursor
    attempt: int
    text: str
    logs: str
    progress: dict[str, Any] | None
    chunks: list[Any]
    preview: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None

    @property
    def output(self) -> Any:
        """The output so far, in the form that it will have."""
        return {"choices": self.choices} if self.choices else self.text or self.chunks or None


@dataclass(frozen=True)
class RedisMemory:
    """What Redis says of its memory; a `max_bytes` of 0 is no bound."""

    used_bytes: int
    max_bytes: int
    policy: str

    @property
    def is_nearly_full(self) -> bool:
        """Whether little is left below the bound."""
        return self.max_bytes > 0 and self.used_bytes > NEARLY_FULL * self.max_bytes

    @property
    def evicts(self) -> bool:
        """Whether it would forget keys at the bound, instead of refusing writes."""
        return self.max_bytes > 0 and self.policy != "noeviction"


@dataclass(frozen=True)
class EventPage:
    """A read of the stream; `lost` says that entries after the given cursor are gone."""

    epoch: str
    events: list[Event]
    lost: bool
    more: bool


def new_epoch() -> str:
    """A name for one unbroken stretch of events."""
    return secrets.token_hex(6)


class EventLog:
    """Reads and writes the events of predictions; every method may raise REDIS_ERRORS.

    Those of one owner may fill `owner_bytes`; 0: no limit. Every key and channel begins with `prefix`.
    """

    def __init__(self, client: redis.asyncio.Redis, owner_bytes: int = 0, prefix: str = "") -> None:
        self.client = client
        self._prefix = prefix
        self._owner_bytes = owner_bytes
        self.is_tight = False
        """Whether Redis is nearly full, as it was last looked at: then writers write less, and owners have less."""
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

        A seq of FENCED: a newer attempt writes. NEEDS_SNAPSHOT: the stream is not there whole (a new attempt, or Redis
        lost it) and `events` must begin with a snapshot, under the given new epoch. NO_ROOM: the owner's share is used
        up though what ended was dropped; nothing was appended. `base_seq` is the last seq that the caller knows of; a
        batch whose reply was lost may be sent again as it was. A change of status also wakes the lists of `owner`.
        """
        starts = "1" if events and events[0].type is EventType.SNAPSHOT else "0"
        changed = _lister(owner) if any(event.type is EventType.STATUS for event in events) else ""
        at = time.time()
        channel = f"{self._prefix}{wake_channel(prediction_id)}"
        head = [attempt, epoch, base_seq, starts, LIFE_SECONDS, STREAM_LENGTH, channel, changed]
        head += [prediction_id, round(at, 3), self._budget, FREE_BYTES]
        body: list[bytes | str] = []
        for event in events:
            # JSON never holds a raw record separator
            parts = [*map(orjson.dumps, event.chunks), *(PIECE + orjson.dumps(piece) for piece in event.pieces)]
            chunks = b"\x1e".join(parts)
            progress = orjson.dumps(event.progress) if event.progress else b""
            preview = orjson.dumps({**event.data, "at": at}) if event.preview else b""
            data, by_reference = event.data, ""
            if len(event.text) >= REFERENCE_BYTES and data.get("text") == event.text:
                data, by_reference = {name: value for name, value in data.items() if name != "text"}, "t"
            if len(chunks) >= REFERENCE_BYTES and (event.pieces or "chunk" in data or "chunks" in data):
                among = {"chunk", "chunks", "choices"}.union(*event.pieces if event.type is EventType.OUTPUT else ())
                data = {name: value for name, value in data.items() if name not in among}
                by_reference += "c"
            entry = orjson.dumps({"t": event.type.value, "at": at, "d": data})
            body += [entry, event.text, event.log, progress, chunks, event.preview, preview, by_reference]
        keys = [*self._keys(prediction_id), *self._owner_keys(owner)]
        reply: list[Any] = await self.calls.call(APPEND, keys, *head, *body)
        return int(reply[0]), reply[1].decode() if len(reply) > 1 else epoch

    @property
    def _budget(self) -> int:
        return self._owner_bytes // TIGHT_SHARE if self.is_tight else self._owner_bytes

    async def has_room(self, owner: str | None, size: int) -> bool:
        """Whether so many bytes more may be appended for an owner, as things stand."""
        if not self._owner_bytes or owner is None:
            return True
        total = await self.client.hget(self._owner_keys(owner)[0], "total")
        return int(total or 0) + size <= self._budget

    async def live(self, prediction_id: str) -> LiveState | None:
        """What the newest attempt made so far, read at one instant; None when Redis holds nothing of it."""
        state, _, out, log, chunks, _ = self._keys(prediction_id)
        reply = await self.calls.call(LIVE, [state, out, log, chunks])
        if not reply:
            return None
        (attempt, epoch, seq, progress, preview, *_), content, logs, parts = reply
        text, (values, pieces) = (content or b"").decode(errors="replace"), _split(parts)
        return LiveState(
            Cursor(epoch.decode(), int(seq)),
            int(attempt),
            text,
            (logs or b"").decode(errors="replace"),
            orjson.loads(progress) if progress else None,
            values,
            orjson.loads(preview) if preview else None,
            join_choices(text, pieces),
        )

    async def position(self, prediction_id: str) -> Cursor:
        """The cursor of the newest event."""
        ((epoch, seq),) = await self.calls.run(("HMGET", self._keys(prediction_id)[0], "epoch", "seq"))
        return Cursor(epoch.decode(), int(seq)) if epoch else Cursor(NO_EPOCH, 0)

    async def read(self, prediction_id: str, after: Cursor, count: int = READ_COUNT) -> EventPage:
        """Events after a cursor; of another epoch, the stream from its first entry."""
        state, stream, out, _, chunks, _ = self._keys(prediction_id)
        reply = await self.calls.call(READ, [state, stream, out, chunks], f"({after.seq}-0", count, READ_BYTES)
        if not reply:
            return EventPage(NO_EPOCH, [], lost=False, more=False)
        epoch, seq, entries, more, first = reply
        is_foreign = epoch.decode() != after.epoch
        if is_foreign and after.seq > 0:
            return await self.read(prediction_id, Cursor(NO_EPOCH, 0), count)
        events = [_decoded(epoch.decode(), entry) for entry in entries]
        oldest = _seq(first[0]) if first else int(seq) + 1
        # An epoch begins with a snapshot, so whoever comes from another one misses nothing while that is there
        misses = bool(first) and orjson.loads(first[1])["t"] != EventType.SNAPSHOT.value
        lost = misses if is_foreign else oldest > after.seq + 1 and int(seq) > after.seq
        return EventPage(epoch.decode(), events, lost=lost, more=bool(more))

    def _keys(self, prediction_id: str) -> list[str]:
        return [f"{self._prefix}{kind}:{{{prediction_id}}}" for kind in PREDICTION_KINDS]

    def _owner_keys(self, owner: str | None) -> list[str]:
        """The keys that count what an owner fills; anonymous callers of one network are one."""
        if owner is None:
            return []
        if owner.startswith(ANONYMOUS_OWNER):
            owner = ANONYMOUS_OWNER + network_of(owner.removeprefix(ANONYMOUS_OWNER))
        return [f"{self._prefix}{kind}:{{{owner}}}" for kind in OWNER_KINDS]

    def _demand(self, prediction_id: str) -> str:
        return f"{self._prefix}{DEMAND_KIND}:{{{prediction_id}}}"

    def _ending(self, prediction_id: str, owner: str | None) -> Command:
        is_anonymous = owner is not None and owner.startswith(ANONYMOUS_OWNER)
        seconds = ANONYMOUS_AFTER_END_SECONDS if is_anonymous else AFTER_END_SECONDS
        keys = [*self._keys(prediction_id), *self._owner_keys(owner)]
        return END.on(keys, seconds, round(time.time(), 6), prediction_id)

    async def announce(self, prediction_id: str, owner: str | None = None) -> None:
        """Wake whoever watches, its worker, and its owner's lists: the row changed; takes at most ANNOUNCE_SECONDS."""
        await self._publish({wake_channel(prediction_id): _row_of(owner), cancel_channel(prediction_id): ROW})

    async def announce_new(self, owner: str) -> None:
        """Wake the lists of an owner: a row came that nobody can watch yet."""
        if _lister(owner):
            await self._publish({owner_channel(owner): b""})

    async def announce_credentials(self, owner: str) -> None:
        """Have every API node look at once whether the sessions and keys of an owner still hold."""
        await self._publish({owner_channel(owner): CREDENTIALS})

    async def ended(self, prediction_id: str, owner: str | None, *, shares: bool) -> None:
        """The prediction ended: keep its events for a while, and no preview; wake whoever watches it.

        Workers hear of it only where it `shares` its result with what may wait for it. Failures are logged.
        """
        channels = {wake_channel(prediction_id): _row_of(owner)}
        if shares:
            channels[cancel_channel(prediction_id)] = ROW
        await self._publish(channels, self._ending(prediction_id, owner))

    async def _publish(self, messages: dict[str, bytes], *before: Command) -> None:
        published = [("PUBLISH", f"{self._prefix}{channel}", message) for channel, message in messages.items()]
        try:
            async with asyncio.timeout(ANNOUNCE_SECONDS):
                await self.calls.run(*before, *published)
        except REDIS_ERRORS as error:
            logger.warning("events.announce_failed", channels=list(messages), error=str(error))

    async def preview(self, prediction_id: str) -> str | None:
        """The newest preview as a data URI, while the prediction runs."""
        uri = await self.client.get(self._keys(prediction_id)[5])
        return uri.decode() if uri else None

    async def want_previews(self, prediction_id: str) -> None:
        """Ask the worker for previews for the next DEMAND_SECONDS."""
        async with self.client.pipeline(transaction=False) as pipe:
            pipe.set(self._demand(prediction_id), 1, ex=DEMAND_SECONDS)
            pipe.publish(f"{self._prefix}{cancel_channel(prediction_id)}", b"wants")
            await pipe.execute()

    async def previews_wanted(self, prediction_ids: Sequence[str]) -> set[str]:
        """Those of the given predictions whose previews are watched now, on any node."""
        if not prediction_ids:
            return set()
        demands = await self.client.mget([self._demand(key) for key in prediction_ids])
        return {key for key, demand in zip(prediction_ids, demands, strict=True) if demand is not None}

    async def wake_workers(self) -> None:
        """Let every worker look for work."""
        await self.client.publish(f"{self._prefix}{cancel_channel(LOOK)}", b"1")

    async def ask_heartbeats(self) -> None:
        """Have every worker send its heartbeat now; a failure is logged, since they come anyway."""
        await self._publish({cancel_channel(BEAT): b"1"})

    async def wake_deliverers(self) -> None:
        """Let workers look for webhooks to send; they look by themselves too, so a failure is logged alone."""
        try:
            await self.client.publish(f"{self._prefix}{cancel_channel(DELIVER)}", b"1")
        except REDIS_ERRORS as error:
            logger.warning("events.wake_deliverers_failed", error=str(error))

    async def expire(self, prediction_id: str, owner: str | None = None) -> None:
        """The prediction ended: keep its events for a while, and no preview."""
        await self.calls.run(self._ending(prediction_id, owner))

    async def delete(self, prediction_id: str) -> None:
        """Remove everything of a prediction."""
        await self.client.delete(*self._keys(prediction_id))

    async def delete_owner(self, owner: str, name: str) -> None:
        """Remove what is counted of an owner, and every other key that has their name in it."""
        await self.client.delete(*self._owner_keys(owner))
        begins = tuple(f"{self._prefix}{kind}:".encode() for kind in KINDS)
        async for key in self.client.scan_iter(f"{self._prefix}*{name}*", count=1000):
            # Without a prefix, others may have keys beside ours
            if key.startswith(begins):
                await self.client.delete(key)

    async def memory(self) -> RedisMemory:
        """How full Redis is."""
        info = await self.client.info("memory")
        return RedisMemory(info["used_memory"], info.get("maxmemory", 0), info.get("maxmemory_policy", "noeviction"))

    async def try_write(self, database: str = "", *, announces: bool = True) -> set[str]:
        """Write something small; the databases other than this one that processes wrote here lately.

        Where it `announces`, it writes which `database` this process has.

        Raises:
            ResponseError: Redis answers but takes no writes.
        """
        key, at = f"{self._prefix}{DATABASES_KEY}", round(time.time())
        _, _, reply = await self.calls.run(
            ("HSET", key, database if announces else "", at), ("EXPIRE", key, DATABASES_SECONDS), ("HGETALL", key)
        )
        pairs = reply.items() if isinstance(reply, dict) else zip(reply[::2], reply[1::2], strict=True)
        return {name.decode() for name, wrote in pairs if int(wrote) > at - DATABASES_SECONDS} - {database, ""}

    async def ping(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(await self.client.ping())
        except REDIS_ERRORS:
            return False


def _lister(owner: str | None) -> str:
    """The user whose lists show a prediction; empty for anonymous owners, who have no lists."""
    return owner if owner is not None and owner.startswith(USER_OWNER) else ""


def _row_of(owner: str | None) -> bytes:
    """The message for a changed row, with the user whose lists show it."""
    return b" ".join(filter(None, (ROW, _lister(owner).encode())))


def _seq(entry_id: bytes) -> int:
    return int(entry_id.split(b"-")[0])


def _decoded(epoch: str, entry: Sequence[Any]) -> Event:
    """An entry as READ gives it: id, JSON, which of text (t) and chunks (c) are not in that, and these."""
    entry_id, content, by_reference, text, chunks = entry
    body = orjson.loads(content)
    kind, data = EventType(body["t"]), body["d"]
    if b"t" in by_reference:
        data["text"] = text.decode()
    if b"c" in by_reference:
        values, pieces = _split(chunks)
        if kind is EventType.SNAPSHOT:
            data |= {"chunks": values, "choices": pieces}
        else:
            data |= pieces[0] if pieces else {"chunk": values[0]}
    return Event(kind, Cursor(epoch, _seq(entry_id)), body["at"], data)


def _split(parts: Sequence[bytes]) -> tuple[list[Any], list[dict[str, Any]]]:
    """The chunks and the pieces of choices among what stands in `chk`."""
    chunks = [orjson.loads(part) for part in parts if not part.startswith(PIECE)]
    return chunks, [orjson.loads(part.removeprefix(PIECE)) for part in parts if part.startswith(PIECE)]
