"""Wake-ups: "something about prediction X changed", from any process to every API node, through broadcaster.

A wake-up carries no data and may be lost; whoever is woken reads the event log or the row.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import structlog
from broadcaster import Broadcast, Event
from broadcaster._backends.base import BroadcastBackend

from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.redis_clients import listening_redis
from server.adapters.tasks import end

logger = structlog.get_logger(__name__)

CHANGES = "w:"
OWNERS = "u:"
CANCELS = "c:"
CHANNEL = "wakeups"
LOOK = "look"
DELIVER = "deliver"
BEAT = "beat"
ROW = b"row"
CREDENTIALS = b"credentials"
MAX_BACKOFF_SECONDS = 5.0


class Wakeup(NamedTuple):
    """What changed: `prediction_id` is None after a (re)connection, when anything may have.

    With an `owner` their lists show it; where `prediction_id` is empty then, it is some prediction of theirs, or where
    no `row` changed, their sessions and keys.
    """

    prediction_id: str | None
    row: bool
    owner: str | None = None


EVERYBODY = Wakeup(None, row=True)


def wake_channel(prediction_id: str) -> str:
    """The Redis channel on which a prediction's changes are announced to API nodes."""
    return f"{CHANGES}{prediction_id}"


def owner_channel(owner: str) -> str:
    """The Redis channel on which it is announced to API nodes that an owner's row came, which nobody watches yet."""
    return f"{OWNERS}{owner}"


def cancel_channel(prediction_id: str) -> str:
    """The Redis channel on which workers hear that a prediction is to stop, or that its previews are watched.

    `cancel_channel(LOOK)` tells every worker to look for work, `cancel_channel(DELIVER)` to look for webhooks to send,
    `cancel_channel(BEAT)` to send its heartbeat, by whose answer it learns what administrators want of it.
    """
    return f"{CANCELS}{prediction_id}"


class PatternBackend(BroadcastBackend):  # type: ignore[misc]
    """One connection and one permanent subscription of patterns, renewed with backoff for ever.

    After each (re)connection it publishes a wake-up for everybody, since what was said in between is gone.
    """

    def __init__(self, url: str, kind: str, prefix: str) -> None:
        self._kind, self._prefix = kind, prefix
        # Redis' ACL wants each of them literally: docs/deployment.md names them
        self._patterns = [f"{prefix}{each}*" for each in ((kind, OWNERS) if kind == CHANGES else (kind,))]
        self._client = listening_redis(url, prefix)
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._reader: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Start listening; while Redis is away, it waits."""
        self._reader = asyncio.create_task(self._read_for_ever())

    async def disconnect(self) -> None:
        """Stop listening."""
        if self._reader:
            await end(self._reader)
        await self._client.aclose()

    async def subscribe(self, channel: str) -> None:
        """Nothing to do: the pattern covers all."""

    async def unsubscribe(self, channel: str) -> None:
        """Nothing to do: the pattern stays."""

    async def publish(self, channel: str, message: Any) -> None:
        """Announce a change of prediction `message`."""
        await self._client.publish(f"{self._prefix}{self._kind}{message}", "1")

    async def next_published(self) -> Event:
        """The next wake-up."""
        return await self._events.get()

    async def _read_for_ever(self) -> None:
        backoff = 0.05
        while True:
            try:
                async with self._client.pubsub() as pubsub:
                    await pubsub.psubscribe(*self._patterns)
                    self._events.put_nowait(Event(CHANNEL, EVERYBODY))
                    backoff = 0.05
                    async for message in pubsub.listen():
                        if message["type"] != "pmessage":
                            continue
                        channel = message["channel"].decode().removeprefix(self._prefix)
                        kind, _, owner = message["data"].partition(b" ")
                        if channel.startswith(OWNERS):
                            is_row = message["data"] != CREDENTIALS
                            wakeup = Wakeup("", row=is_row, owner=channel.removeprefix(OWNERS))
                        else:
                            key = channel.removeprefix(self._kind)
                            wakeup = Wakeup(key, row=kind == ROW, owner=owner.decode() or None)
                        self._events.put_nowait(Event(CHANNEL, wakeup))
            except (*REDIS_ERRORS, AttributeError) as error:
                # redis-py raises AttributeError when the connection closes under an unsubscribe
                logger.warning("wakeups.lost", error=str(error), retry_seconds=backoff)
            await asyncio.sleep(backoff)
            backoff = min(MAX_BACKOFF_SECONDS, backoff * 2)


class Wakeups:
    """The wake-ups of one kind (CHANGES or CANCELS) at this node: one subscription, however many watch.

    The channels begin with `prefix`, which those of the functions above leave out.
    """

    def __init__(self, url: str, kind: str, prefix: str = "") -> None:
        self._broadcast = Broadcast(backend=PatternBackend(url, kind, prefix))

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[Wakeup]]:
        """Predictions that changed, their events or their row, or EVERYBODY after a (re)connection."""
        await self._broadcast.connect()
        try:
            async with self._broadcast.subscribe(CHANNEL) as subscriber:
                yield (event.message async for event in subscriber)
        finally:
            with suppress(asyncio.CancelledError):
                await self._broadcast.disconnect()
