"""Connections to PostgreSQL: a pool that opens none to a server that takes no writes, and makes do with those it has.

Tortoise takes `client_class` from here (the `engine` of `tortoise_config`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
from asyncpg.exceptions import (
    CannotConnectNowError,
    ReadOnlySQLTransactionError,
    TargetServerAttributeNotMatched,
    TooManyConnectionsError,
)
from asyncpg.pool import Pool
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext, TransactionContextPooled
from tortoise.exceptions import TransactionManagementError

from server.settings.postgres_url import read_postgres_url

# A host that is gone answers nothing: the next of DATABASE_URL is asked after this long, unless it says connect_timeout
CONNECT_SECONDS = 5.0
# How long a statement waits for a connection, where PostgreSQL gives no more and all of ours are in use
WAIT_SECONDS = 5.0
# How long none is asked for after PostgreSQL had none left
FULL_SECONDS = 1.0
READ_ONLY = "PostgreSQL takes no writes: it is a standby, or default_transaction_read_only is on."
READ_ONLY_SESSION = "current_setting('transaction_read_only')::bool"
# Each statement is then parsed and run in one turn, and so on one connection of PostgreSQL. What the pooler says of the
# server at the start of a session it may have learned from another one, long ago
NOTHING_PREPARED = {"statement_cache_size": 0, "target_session_attrs": "any"}


class ReadOnlyDatabaseError(Exception):
    """PostgreSQL takes no writes now."""

    def __init__(self) -> None:
        super().__init__(READ_ONLY)


@dataclass(frozen=True)
class PoolState:
    """How the connections of this process are used: open, of these in use, how many may be open, and who waits."""

    open: int
    in_use: int
    limit: int
    waiting: int


class ConnectionPool(Pool):  # type: ignore[misc] # asyncpg's is not typed
    """asyncpg's pool; where PostgreSQL has no connection left, a statement waits for one that the pool has."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._full_until = 0.0
        self._waiting = 0
        self._released = asyncio.Event()

    @property
    def state(self) -> PoolState:
        """How it is used."""
        size = self.get_size()
        return PoolState(size, size - self.get_idle_size(), self.get_max_size(), self._waiting)

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109 - as asyncpg has it
        # Both ways to acquire come through here
        now = asyncio.get_running_loop().time
        deadline = now() + WAIT_SECONDS
        self._waiting += 1
        try:
            while True:
                self._released.clear()
                if now() >= min(self._full_until, deadline) or self.get_idle_size():
                    try:
                        return await super()._acquire(timeout)
                    except TooManyConnectionsError:
                        self._full_until = now() + FULL_SECONDS
                        if now() >= deadline:
                            raise
                try:
                    async with asyncio.timeout_at(min(self._full_until, deadline)):
                        await self._released.wait()
                except TimeoutError:
                    continue
        finally:
            self._waiting -= 1

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        """Give a connection back."""
        try:
            await super().release(connection, timeout=timeout)
        finally:
            self._released.set()


class Connector:
    """Opens connections to a server that takes writes: the first such of the hosts of a URL.

    Each host may take `connect_timeout` of the URL, or CONNECT_SECONDS; the one that was chosen last is asked first.
    Whether a pooler stands between, which gives each transaction another connection of PostgreSQL, is found out at the
    first connection, unless the URL says it.
    """

    def __init__(self, url: str) -> None:
        self._url = read_postgres_url(url)
        self._first = 0
        self.is_pooled = self._url.is_pooled

    async def connect(self, *_: None, **options: Any) -> asyncpg.Connection[Any]:
        """A connection; `options` are further ones of asyncpg's.

        Raises:
            ReadOnlyDatabaseError: none takes writes.
        """
        if self.is_pooled is None:
            connection = await self._connect_to_first({**options, "target_session_attrs": "any"})
            self.is_pooled = await is_pooled(connection)
            if not self.is_pooled:
                return connection
            await connection.close()
        return await self._connect_to_first({**options, **NOTHING_PREPARED} if self.is_pooled else options)

    async def _connect_to_first(self, options: dict[str, Any]) -> asyncpg.Connection[Any]:
        hosts = self._url.hosts
        options = {"timeout": self._url.connect_seconds or CONNECT_SECONDS, **options}
        failure: Exception = ReadOnlyDatabaseError()
        for number in range(len(hosts)):
            index = (self._first + number) % len(hosts)
            arguments = {**self._url.arguments(hosts[index]), **options}
            arguments["server_settings"] = self._url.session | options.get("server_settings", {})
            try:
                connection: asyncpg.Connection[Any] = await asyncpg.connect(**arguments)
                if arguments["target_session_attrs"] == "any" and await holds(connection, READ_ONLY_SESSION):
                    connection.terminate()
                    continue
            except TargetServerAttributeNotMatched:
                continue
            except (OSError, TimeoutError, CannotConnectNowError) as error:
                failure = error
            else:
                self._first = index
                return connection
        raise failure


async def is_pooled(connection: asyncpg.Connection[Any]) -> bool:
    """Whether a pooler stands before PostgreSQL: what it calls the session is not what PostgreSQL calls it."""
    return not await holds(connection, f"pg_backend_pid() = {connection.get_server_pid()}")


async def holds(connection: asyncpg.Connection[Any], condition: str) -> bool:
    """Whether a condition, in SQL of ours, holds; nothing is prepared for it, which a pooler would mix up."""
    try:
        return bool(await connection.execute(f"SELECT 1 WHERE {condition}") == "SELECT 1")
    except BaseException:
        connection.terminate()
        raise


async def connect(url: str, **options: Any) -> asyncpg.Connection[Any]:
    """A connection as `Connector` opens it."""
    return await Connector(url).connect(**options)


class PostgresClient(AsyncpgDBClient):
    """Tortoise's client, over a `ConnectionPool`.

    `begin_with`, of its credentials, is SQL such as SET LOCAL for the beginning of each transaction and script.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._begin_with: str = self.extra.pop("begin_with", "")
        self._connector: Connector | None = None

    @property
    def is_pooled(self) -> bool:
        """Whether it is connected through a pooler in transaction mode."""
        return self._connector is not None and bool(self._connector.is_pooled)

    async def create_pool(self, **options: Any) -> ConnectionPool:
        """The pool of this process; `dsn` says where to, in every form that PostgreSQL's own clients know."""
        for name in ("host", "port", "user", "password", "database"):
            options.pop(name)
        self._connector = Connector(options.pop("dsn"))
        defaults = {"max_queries": 50_000, "max_inactive_connection_lifetime": 300.0}
        options |= {"connect": self._connector.connect, "record_class": asyncpg.Record, **defaults}
        pool: ConnectionPool = await ConnectionPool(None, **options)
        return pool

    async def _translate_exceptions(self, func: Callable[..., Awaitable[Any]], *args: Any, **options: Any) -> Any:
        return await _renewing(self, super()._translate_exceptions(func, *args, **options))

    def _in_transaction(self) -> TransactionContext:
        return TransactionContextPooled(_Transaction(self), self._pool_init_lock)

    async def execute_script(self, query: str) -> None:
        """Run a script; PostgreSQL takes several statements at once for one transaction."""
        await super().execute_script(f"{self._begin_with};{query}" if self._begin_with else query)


class _Transaction(TransactionWrapper):
    _parent: PostgresClient

    async def begin(self) -> None:
        """Begin, and set what holds in the transaction."""
        await super().begin()
        if self._parent._begin_with:
            await self._connection.execute(self._parent._begin_with)

    async def _translate_exceptions(self, func: Callable[..., Awaitable[Any]], *args: Any, **options: Any) -> Any:
        return await _renewing(self._parent, super()._translate_exceptions(func, *args, **options))


async def _renewing(client: AsyncpgDBClient, statement: Awaitable[Any]) -> Any:
    """The result of a statement; all connections are renewed after one that was refused since it writes.

    What they were opened to is no primary any more, and some of them may only have read since.
    """
    try:
        return await statement
    except TransactionManagementError as error:
        if not isinstance(error.__cause__, ReadOnlySQLTransactionError):
            raise
        await client._expire_connections()
        raise ReadOnlyDatabaseError from error


client_class = PostgresClient
