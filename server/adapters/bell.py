"""Doorbells: Dramatiq messages that say "queue X has work". They may be lost or doubled: nothing rests on them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import dramatiq
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer, _scripts

from server.adapters.batches import Batches
from server.adapters.redis_calls import REDIS_ERRORS, Command, RedisCalls, Script
from server.adapters.redis_clients import sync_redis

logger = structlog.get_logger(__name__)

RING_SECONDS = 0.5
AWAY_SECONDS = 1.0
WAIT_SECONDS = 2
# A message goes to one worker, and may be lost with it
HINTS = 4
BELL_LENGTH = 64
ACTOR = "wake"
NAMESPACE = "dramatiq"
HEARTBEAT_MILLISECONDS = 60_000
# Long enough that what a dead consumer held is put back first
HEARTBEATS_SECONDS = 86_400
EXPIRE_EVERY_SECONDS = 600.0
UNPACKED = 1000
_DISPATCH = Script(_scripts["dispatch"].decode())


class BellConsumer(_RedisConsumer):
    """Dramatiq's consumer, except that an idle one waits for the bell list instead of sleeping."""

    expire_at = 0.0

    def __next__(self) -> Any:
        """The next message, or None after an idle wait."""
        message = self._next_now()
        if message is not None:
            return message
        try:
            if time.monotonic() >= self.expire_at:
                # Behind a fetch, which makes the key
                self.broker.client.expire(heartbeats_key(self.broker.prefix), HEARTBEATS_SECONDS)
                self.expire_at = time.monotonic() + EXPIRE_EVERY_SECONDS
            self.broker.client.blpop([bell_key(self.queue_name, self.broker.prefix)], timeout=WAIT_SECONDS)
        except redis.RedisError as error:
            raise dramatiq.ConnectionClosed(error) from None
        return self._next_now()

    def _next_now(self) -> Any:
        timeout, self.timeout = self.timeout, 1
        self.misses = 0
        try:
            return super().__next__()  # type: ignore[no-untyped-call]
        except redis.RedisError as error:
            # a stalled Redis raises TimeoutError, which dramatiq would not take for a lost connection
            raise dramatiq.ConnectionClosed(error) from None
        finally:
            self.timeout = timeout


class BellBroker(RedisBroker):
    """A Redis broker without retries, results or delays, whose idle consumers wake immediately."""

    def __init__(
        self,
        url: str,
        middleware: list[Any] | None = None,
        heartbeat_timeout: int = HEARTBEAT_MILLISECONDS,
        blocking_seconds: float = WAIT_SECONDS,
        prefix: str = "",
    ) -> None:
        self.prefix = prefix
        client = sync_redis(url, blocking_seconds, prefix)
        super().__init__(  # type: ignore[no-untyped-call]
            client=client,
            middleware=middleware or [],
            heartbeat_timeout=heartbeat_timeout,
            namespace=f"{prefix}{NAMESPACE}",
        )

    @property
    def consumer_class(self) -> type[BellConsumer]:
        """The consumer that waits for the bell."""
        return BellConsumer


def bell_key(queue: str, prefix: str = "") -> str:
    """The list that wakes the consumers of a queue."""
    return f"{prefix}bell:{queue}"


def heartbeats_key(prefix: str) -> str:
    """Where Dramatiq keeps which of its consumers live, for ever unless it is told otherwise."""
    return f"{prefix}{NAMESPACE}:__heartbeats__"


class Bell:
    """Rings workers; a ring that fails is counted and forgotten, since workers also look by themselves.

    No one waits for a Redis that is down or silent: a slow ring goes on in the background, and after a failed one
    none is tried for AWAY_SECONDS. Rings of one moment share messages, a few hints in each.
    """

    def __init__(self, calls: RedisCalls, prefix: str = "") -> None:
        self._calls = calls
        self._prefix = prefix
        self._broker_id = str(uuid4())
        self._rings: Batches[tuple[str, str], None] = Batches(self._send)
        self._away_until = 0.0
        self.failures = 0

    async def ring(self, queue: str, hint: str) -> bool:
        """Say that `queue` has work, with an id as a hint; returns whether Redis took it within RING_SECONDS."""
        if time.monotonic() < self._away_until:
            self.failures += 1
            return False
        error = "it takes too long"
        try:
            async with asyncio.timeout(RING_SECONDS):
                await self._rings.ask((queue, hint))
            return True
        except TimeoutError:
            pass
        except REDIS_ERRORS as raised:
            error = str(raised)
        self.failures += 1
        logger.warning("bell.failed", queue=queue, hint=hint, error=error)
        return False

    async def _send(self, rings: Sequence[tuple[str, str]]) -> list[None]:
        hints: dict[str, list[str]] = {}
        for queue, hint in rings:
            hints.setdefault(queue, []).append(hint)
        try:
            parts = [(queue, some[n : n + HINTS]) for queue, some in hints.items() for n in range(0, len(some), HINTS)]
            await self._calls.run(*(command for each in parts for command in self._commands(*each)))
        except REDIS_ERRORS:
            self._away_until = time.monotonic() + AWAY_SECONDS
            raise
        return [None] * len(rings)

    def _commands(self, queue: str, hints: list[str]) -> Iterator[Command]:
        """Dramatiq's own script puts a message into its queue, as its broker calls it; behind it, the bell."""
        key, number = bell_key(queue, self._prefix), str(uuid4())
        message: dramatiq.Message[None] = dramatiq.Message(
            queue_name=queue, actor_name=ACTOR, args=(queue, *hints), kwargs={}, options={"redis_message_id": number}
        )
        head = ("enqueue", int(time.time() * 1000), queue, self._broker_id, HEARTBEAT_MILLISECONDS, 0, 0, UNPACKED)
        yield _DISPATCH.on([f"{self._prefix}{NAMESPACE}"], *head, number, message.encode())
        # One for each, as if they were rung apart: a frozen worker takes one of them and says nothing
        yield "LPUSH", key, *("1" for _ in hints)
        yield "LTRIM", key, 0, BELL_LENGTH - 1
        yield "EXPIRE", key, 60
        yield "EXPIRE", heartbeats_key(self._prefix), HEARTBEATS_SECONDS
