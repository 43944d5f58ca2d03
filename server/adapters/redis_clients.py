"""Clients of Redis, which fail within a second instead of retrying.

Behind Sentinels each connection asks them, as it is opened, which server is the master. redis-py's own
`SentinelConnectionPool` is not taken for that: its callers cannot wait for a connection. Of a cluster each asks which
node has the keys that begin with `prefix`: all are in one slot (docs/adr/0009-one-node-of-a-cluster.md), so redis-py's
`RedisCluster`, whose pools do not wait either, is not needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import redis
import redis.asyncio
import redis.asyncio.sentinel
import redis.connection
import redis.exceptions
import redis.sentinel
from redis.crc import key_slot

from server.settings.redis_url import RedisUrl, read_redis_url

TIMEOUT_SECONDS = 1.0
POOL_SIZE = 20
HEALTH_SECONDS = 10
DEMOTED = "Redis has our keys here no more: another server is the master."
# Of a server that is the master no more, and of a cluster that moves the keys or has none for them now
DEMOTIONS = (
    redis.ReadOnlyError,
    redis.exceptions.AskError,
    redis.exceptions.ClusterDownError,
    redis.exceptions.TryAgainError,
)
_QUICK = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS, "retry": None}
_SHARED = {"max_connections": POOL_SIZE, "timeout": TIMEOUT_SECONDS}


def async_redis(url: str, prefix: str = "") -> redis.asyncio.Redis:
    """A client of one event loop."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        **_target(url, prefix, AsyncMaster, AsyncEncryptedMaster), **_QUICK, **_SHARED
    )
    # from_pool: the client's aclose() closes the pool too
    return redis.asyncio.Redis.from_pool(pool)


def listening_redis(url: str, prefix: str = "") -> redis.asyncio.Redis:
    """A client for subscriptions: its reads block for as long as nothing happens, which a time limit would end."""
    pool = redis.asyncio.ConnectionPool.from_url(
        **_target(url, prefix, AsyncMaster, AsyncEncryptedMaster),
        **{**_QUICK, "socket_timeout": None, "health_check_interval": HEALTH_SECONDS},
    )
    return redis.asyncio.Redis.from_pool(pool)


def sync_redis(url: str, blocking_seconds: float = 0, prefix: str = "") -> redis.Redis:
    """A client of threads; blocking commands may wait `blocking_seconds`."""
    pool = redis.BlockingConnectionPool.from_url(
        **_target(url, prefix, Master, EncryptedMaster),
        **{**_QUICK, "socket_timeout": TIMEOUT_SECONDS + blocking_seconds},
        **_SHARED,
    )
    return redis.Redis(connection_pool=pool)


@dataclass(frozen=True)
class Target:
    """Whom a connection looks for: the master of Sentinels, or the node of a cluster that has the keys of a prefix."""

    url: RedisUrl
    prefix: str

    def options(self) -> dict[str, Any]:
        """How nodes or Sentinels are asked: by TLS where the server is, with the same certificates."""
        own = redis.connection.parse_url(self.url.url)
        tls = {name: value for name, value in own.items() if name.startswith("ssl_")}
        tls |= {"ssl": True} if self.url.is_encrypted else {}
        if not self.url.nodes:
            return {**_QUICK, **self.url.sentinel_options, **tls}
        return {**_QUICK, **{name: own[name] for name in ("username", "password") if name in own}, **tls}

    def node(self, source: str, info: bytes, slots: Sequence[Any]) -> tuple[str, int]:
        """The node that has the keys, as the one at `source` says.

        Raises:
            ConnectionError: that is cut off from the others, or no node has them.
        """
        if b"cluster_state:ok" not in info:
            raise redis.ConnectionError(f"{source} says that the cluster takes no commands: see CLUSTER INFO there.")
        slot = key_slot(self.prefix.encode())
        for first, last, (host, port, *_), *_ in slots:
            if first <= slot <= last:
                return (host or source.encode()).decode(), int(port)
        raise redis.ConnectionError(f"No node of the cluster has slot {slot}, where the keys of {self.prefix}* belong.")


def _unreachable(errors: Sequence[Exception]) -> redis.ConnectionError:
    return redis.ConnectionError("No node of the cluster says where our keys are: " + "; ".join(map(str, errors)))


def _target(url: str, prefix: str, plain: type[Any], encrypted: type[Any]) -> dict[str, Any]:
    """Where a pool connects to, as its `from_url` takes it; `plain` and `encrypted` connect to a master."""
    read = read_redis_url(url)
    if not (read.sentinels or read.nodes):
        return {"url": read.url}
    connection_class = encrypted if read.is_encrypted else plain
    return {"url": read.url, "connection_class": connection_class, "target": Target(read, prefix)}


class AsyncMaster(redis.asyncio.Connection):  # type: ignore[misc] # redis-py's are not typed
    """A connection to the server that Sentinels, or the nodes of a cluster, call the master as it is opened."""

    def __init__(self, *, target: Target, **options: Any) -> None:
        super().__init__(**options)
        self._target = target

    async def connect_check_health(self, *arguments: Any, **options: Any) -> None:
        """Open it, unless it is."""
        if not self.is_connected:
            self.host, self.port = await (self._find_node() if self._target.url.nodes else self._find_master())
        await super().connect_check_health(*arguments, **options)

    async def _find_master(self) -> tuple[str, int]:
        url, asking = self._target.url, self._target.options()
        async with redis.asyncio.sentinel.Sentinel(url.sentinels, sentinel_kwargs=asking) as sentinel:
            host, port = await sentinel.discover_master(url.service)
        return str(host), int(port)

    async def _find_node(self) -> tuple[str, int]:
        errors: list[Exception] = []
        for host, port in self._target.url.nodes:
            try:
                async with redis.asyncio.Redis(host=host, port=port, **self._target.options()) as node:
                    info = await node.execute_command("CLUSTER", "INFO")
                    return self._target.node(host, info, await node.execute_command("CLUSTER", "SLOTS"))
            except (redis.RedisError, OSError) as error:
                errors.append(error)
        raise _unreachable(errors)

    async def read_response(self, *arguments: Any, **options: Any) -> Any:
        """The answer to a command; what was demoted is asked no more."""
        try:
            return await super().read_response(*arguments, **options)
        except DEMOTIONS:
            await self.disconnect()
            raise redis.ConnectionError(DEMOTED) from None


class AsyncEncryptedMaster(AsyncMaster, redis.asyncio.SSLConnection):  # type: ignore[misc]
    """The same by TLS."""


class Master(redis.Connection):  # type: ignore[misc]
    """As `AsyncMaster`, for threads."""

    def __init__(self, *, target: Target, **options: Any) -> None:
        super().__init__(**options)
        self._target = target

    def connect_check_health(self, *arguments: Any, **options: Any) -> None:
        """Open it, unless it is."""
        if not self.is_connected:
            self.host, self.port = self._find_node() if self._target.url.nodes else self._find_master()
        super().connect_check_health(*arguments, **options)

    def _find_master(self) -> tuple[str, int]:
        url = self._target.url
        sentinel = redis.sentinel.Sentinel(url.sentinels, sentinel_kwargs=self._target.options())
        try:
            host, port = sentinel.discover_master(url.service)
        finally:
            for each in sentinel.sentinels:
                each.close()
        return str(host), int(port)

    def _find_node(self) -> tuple[str, int]:
        errors: list[Exception] = []
        for host, port in self._target.url.nodes:
            try:
                with redis.Redis(host=host, port=port, **self._target.options()) as node:
                    info = node.execute_command("CLUSTER", "INFO")
                    return self._target.node(host, info, node.execute_command("CLUSTER", "SLOTS"))
            except (redis.RedisError, OSError) as error:
                errors.append(error)
        raise _unreachable(errors)

    def read_response(self, *arguments: Any, **options: Any) -> Any:
        """The answer to a command; what was demoted is asked no more."""
        try:
            return super().read_response(*arguments, **options)
        except DEMOTIONS:
            self.disconnect()
            raise redis.ConnectionError(DEMOTED) from None


class EncryptedMaster(Master, redis.SSLConnection):  # type: ignore[misc]
    """The same by TLS."""
