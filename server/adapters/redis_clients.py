"""Clients of Redis, which fail within a second instead of retrying.

Behind Sentinels each connection asks them, as it is opened, which server is the master. redis-py's own
`SentinelConnectionPool` is not taken for that: its callers cannot wait for a connection.
"""

from __future__ import annotations

from typing import Any

import redis
import redis.asyncio
import redis.asyncio.sentinel
import redis.connection
import redis.sentinel

from server.settings.redis_url import RedisUrl, read_redis_url

TIMEOUT_SECONDS = 1.0
POOL_SIZE = 20
HEALTH_SECONDS = 10
DEMOTED = "Redis takes no writes here any more: another server is the master."
_QUICK = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS, "retry": None}
_SHARED = {"max_connections": POOL_SIZE, "timeout": TIMEOUT_SECONDS}


def async_redis(url: str) -> redis.asyncio.Redis:
    """A client of one event loop."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        **_target(url, AsyncMaster, AsyncEncryptedMaster), **_QUICK, **_SHARED
    )
    # from_pool: the client's aclose() closes the pool too
    return redis.asyncio.Redis.from_pool(pool)


def listening_redis(url: str) -> redis.asyncio.Redis:
    """A client for subscriptions: its reads block for as long as nothing happens, which a time limit would end."""
    pool = redis.asyncio.ConnectionPool.from_url(
        **_target(url, AsyncMaster, AsyncEncryptedMaster),
        **{**_QUICK, "socket_timeout": None, "health_check_interval": HEALTH_SECONDS},
    )
    return redis.asyncio.Redis.from_pool(pool)


def sync_redis(url: str, blocking_seconds: float = 0) -> redis.Redis:
    """A client of threads; blocking commands may wait `blocking_seconds`."""
    pool = redis.BlockingConnectionPool.from_url(
        **_target(url, Master, EncryptedMaster),
        **{**_QUICK, "socket_timeout": TIMEOUT_SECONDS + blocking_seconds},
        **_SHARED,
    )
    return redis.Redis(connection_pool=pool)


def _target(url: str, plain: type[Any], encrypted: type[Any]) -> dict[str, Any]:
    """Where a pool connects to, as its `from_url` takes it; `plain` and `encrypted` connect to a master."""
    read = read_redis_url(url)
    if not read.sentinels:
        return {"url": read.url}
    return {"url": read.url, "connection_class": encrypted if read.is_encrypted else plain, "target": read}


def _asking(target: RedisUrl) -> dict[str, Any]:
    """How Sentinels are asked: by TLS where the server is, with the same certificates."""
    options = {**_QUICK, **target.sentinel_options}
    if target.is_encrypted:
        read = redis.connection.parse_url(target.url)
        options |= {"ssl": True, **{name: value for name, value in read.items() if name.startswith("ssl_")}}
    return options


class AsyncMaster(redis.asyncio.Connection):  # type: ignore[misc] # redis-py's are not typed
    """A connection to the server that Sentinels call the master as it is opened."""

    def __init__(self, *, target: RedisUrl, **options: Any) -> None:
        super().__init__(**options)
        self._target = target

    async def connect_check_health(self, *arguments: Any, **options: Any) -> None:
        """Open it, unless it is."""
        if not self.is_connected:
            self.host, self.port = await self._find()
        await super().connect_check_health(*arguments, **options)

    async def _find(self) -> tuple[str, int]:
        asking = _asking(self._target)
        async with redis.asyncio.sentinel.Sentinel(self._target.sentinels, sentinel_kwargs=asking) as sentinel:
            host, port = await sentinel.discover_master(self._target.service)
        return str(host), int(port)

    async def read_response(self, *arguments: Any, **options: Any) -> Any:
        """The answer to a command; what was demoted is asked no more."""
        try:
            return await super().read_response(*arguments, **options)
        except redis.ReadOnlyError:
            await self.disconnect()
            raise redis.ConnectionError(DEMOTED) from None


class AsyncEncryptedMaster(AsyncMaster, redis.asyncio.SSLConnection):  # type: ignore[misc]
    """The same by TLS."""


class Master(redis.Connection):  # type: ignore[misc]
    """As `AsyncMaster`, for threads."""

    def __init__(self, *, target: RedisUrl, **options: Any) -> None:
        super().__init__(**options)
        self._target = target

    def connect_check_health(self, *arguments: Any, **options: Any) -> None:
        """Open it, unless it is."""
        if not self.is_connected:
            self.host, self.port = self._find()
        super().connect_check_health(*arguments, **options)

    def _find(self) -> tuple[str, int]:
        sentinel = redis.sentinel.Sentinel(self._target.sentinels, sentinel_kwargs=_asking(self._target))
        try:
            host, port = sentinel.discover_master(self._target.service)
        finally:
            for each in sentinel.sentinels:
                each.close()
        return str(host), int(port)

    def read_response(self, *arguments: Any, **options: Any) -> Any:
        """The answer to a command; what was demoted is asked no more."""
        try:
            return super().read_response(*arguments, **options)
        except redis.ReadOnlyError:
            self.disconnect()
            raise redis.ConnectionError(DEMOTED) from None


class EncryptedMaster(Master, redis.SSLConnection):  # type: ignore[misc]
    """The same by TLS."""
