"""Doorbells: Dramatiq messages that say "queue X has work". They may be lost or doubled: nothing rests on them."""

from __future__ import annotations

import time
from typing import Any

import anyio
import dramatiq
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer

logger = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 1.0
RING_SECONDS = 0.5
AWAY_SECONDS = 1.0
RINGERS = 10
WAIT_SECONDS = 2
BELL_LENGTH = 64
ACTOR = "wake"


def sync_redis(url: str, blocking_seconds: float = 0) -> redis.Redis:
    """A client that fails within a second instead of retrying; blocking commands may wait `blocking_seconds`."""
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=20,
        timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS + blocking_seconds,
        retry=None,
    )
    return redis.Redis(connection_pool=pool)


class BellConsumer(_RedisConsumer):
    """Dramatiq's consumer, except that an idle one waits for the bell list instead of sleeping."""

    def __next__(self) -> Any:
        """The next message, or None after an idle wait."""
        message = self._next_now()
        if message is not None:
            return message
        try:
            self.broker.client.blpop([bell_key(self.queue_name)], timeout=WAIT_SECONDS)
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
    """A Redis broker without retries, results or delays, whose idle consumers wake at once."""

    def __init__(
        self,
        url: str,
        middleware: list[Any] | None = None,
        heartbeat_timeout: int = 60_000,
        blocking_seconds: float = WAIT_SECONDS,
    ) -> None:
        client = sync_redis(url, blocking_seconds)
        super().__init__(  # type: ignore[no-untyped-call]
            client=client, middleware=middleware or [], heartbeat_timeout=heartbeat_timeout
        )

    @property
    def consumer_class(self) -> type[BellConsumer]:
        """The consumer that waits for the bell."""
        return BellConsumer

    def enqueue(self, message: Any, *, delay: int | None = None) -> Any:
        """Put a message in its queue and ring."""
        queued = super().enqueue(message, delay=delay)
        key = bell_key(message.queue_name)
        with self.client.pipeline(transaction=False) as pipe:
            pipe.lpush(key, "1").ltrim(key, 0, BELL_LENGTH - 1).expire(key, 60).execute()
        return queued


def bell_key(queue: str) -> str:
    """The list that wakes the consumers of a queue."""
    return f"bell:{queue}"


class Bell:
    """Rings workers; a ring that fails is counted and forgotten, since the row will be found anyway.

    Nobody waits for a Redis that is away or silent: a ring that takes long goes on by itself, and after one that failed
    no other is tried for a while.
    """

    def __init__(self, url: str) -> None:
        self._broker = BellBroker(url, blocking_seconds=0)
        self._limiter = anyio.CapacityLimiter(RINGERS)
        self._away_until = 0.0
        self.failures = 0

    async def ring(self, queue: str, hint: str) -> bool:
        """Say that `queue` has work, with an id as a hint; returns whether Redis took it within RING_SECONDS."""
        if time.monotonic() < self._away_until:
            self.failures += 1
            return False
        message: dramatiq.Message[None] = dramatiq.Message(
            queue_name=queue, actor_name=ACTOR, args=(queue, hint), kwargs={}, options={}
        )
        error = "it takes too long"
        with anyio.move_on_after(RING_SECONDS):
            try:
                await anyio.to_thread.run_sync(self._enqueue, message, abandon_on_cancel=True, limiter=self._limiter)
                return True
            except (redis.RedisError, OSError) as raised:
                error = str(raised)
        self.failures += 1
        logger.warning("bell.failed", queue=queue, hint=hint, error=error)
        return False

    def _enqueue(self, message: dramatiq.Message[None]) -> None:
        try:
            self._broker.enqueue(message)
        except (redis.RedisError, OSError):
            self._away_until = time.monotonic() + AWAY_SECONDS
            raise

    def close(self) -> None:
        """Let the connections go."""
        self._broker.client.close()
        self._broker.client.connection_pool.disconnect()
