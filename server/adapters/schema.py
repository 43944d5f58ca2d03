"""Migrations: one process at a time, beside processes that go on using the tables."""

from __future__ import annotations

import asyncio
import inspect
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
from tortoise.exceptions import OperationalError

from server.adapters.connections import connect, holds, is_pooled
from server.adapters.database import (
    CONNECTION_ERRORS,
    MIGRATIONS_DIR,
    DatabaseUnavailableError,
    open_database,
    pending_migrations,
    unavailable,
)
from server.adapters.tasks import end
from server.tables import tortoise_config

if TYPE_CHECKING:
    from aerich import Command

MIGRATION_LOCK = 0x1FE7_5E7E
# How long a statement waits for a lock: whoever asks for the same table later waits behind it
LOCK_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 15.0
WATCH_SECONDS = 0.2
# What ends a migration that is only in the way of others; whatever it had done in its transaction is undone
BLOCKED = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)

Tell = Callable[[str], None]


class MigrationBlockedError(Exception):
    """Others hold locks on the tables that a migration changes; the message says who."""

    def __init__(self, name: str, seconds: float, blockers: list[str]) -> None:
        who = f": {'; '.join(blockers)}" if blockers else ""
        super().__init__(
            f"Migration {name} could not lock its tables for {seconds:.0f} seconds, since others use them{who}.\n"
            "What it had begun was undone. Wait until they are done, or end them "
            "(SELECT pg_terminate_backend(<pid>)), then run: inference-server migrate"
        )


async def migrate(url: str, patience_seconds: float, tell: Tell) -> list[str]:
    """Apply what is pending, one process at a time; returns the names applied.

    No statement waits for a lock for longer than LOCK_SECONDS, since the traffic of its table waits behind it. It is
    tried again until `patience_seconds` have passed; `tell` gets a line each time, which says who holds the lock.

    Raises:
        DatabaseUnavailableError: PostgreSQL does not answer.
        MigrationBlockedError: it was tried for that long.
    """
    application = f"inference-server migrate {uuid4().hex[:8]}"
    pause, began = FIRST_PAUSE_SECONDS, time.monotonic()
    async with _migration_lock(url, tell) as connection, _aerich(url, application) as command:
        pending = left = await pending_migrations()
        while left:
            blockers: list[str] = []
            watch = asyncio.create_task(_watch_blockers(connection, application, blockers))
            try:
                await command.upgrade(run_in_transaction=True)
            except BLOCKED:
                left = await pending_migrations()
                if time.monotonic() - began + pause > patience_seconds:
                    raise MigrationBlockedError(left[0], time.monotonic() - began, blockers) from None
                who = f" ({'; '.join(blockers)})" if blockers else ""
                tell(f"{left[0]}: others use its tables{who}; trying again in {pause:.0f} s")
            except CONNECTION_ERRORS as error:
                raise unavailable(error) from error
            except OperationalError as error:
                if not isinstance(error.__cause__, asyncpg.InsufficientPrivilegeError):
                    raise
                account = f"The account of DATABASE_URL may not change the schema: {error}"
                raise DatabaseUnavailableError(account) from error
            else:
                left = []
            finally:
                await end(watch)
            if left:
                await asyncio.sleep(pause)
                pause = min(MAX_PAUSE_SECONDS, pause * 2)
        return pending


async def list_pending(url: str) -> list[str]:
    """Names of the migrations that a database lacks, oldest first; nothing is changed.

    Raises:
        DatabaseUnavailableError: PostgreSQL does not answer.
    """
    async with open_database(url, 1):
        return await pending_migrations()


def describe(name: str) -> str:
    """What a migration does: the tables that it makes, changes and indexes, and whether it does so in one step."""
    module = import_module(f"migrations.models.{Path(name).stem}")
    statements = (value for key, value in vars(module).items() if key.isupper() and key != "MODELS_STATE")
    source = "\n".join([inspect.getsource(module.upgrade), *map(str, statements)])
    new_tables = set(_NEW_TABLE.findall(source))
    parts = {
        "makes": new_tables,
        "changes": set(_OLD_TABLE.findall(source)) - new_tables,
        "indexes, beside what runs,": set(_INDEX.findall(source)),
    }
    effects = "; ".join(f"{verb} {', '.join(sorted(tables))}" for verb, tables in parts.items() if tables)
    step = (
        "in one transaction"
        if getattr(module, "RUN_IN_TRANSACTION", True)
        else "step by step, each of which can be run again"
    )
    return f"{effects or 'changes data or functions'} ({step})"


async def make_migration(url: str, name: str, tell: Tell) -> str | None:
    """Write a migration for what has changed in the tables; its file name, or None if nothing has."""
    async with _migration_lock(url, tell), _aerich(url, "inference-server makemigration") as command:
        file_name: str | None = await command.migrate(name, no_input=True)
        return file_name or None


@asynccontextmanager
async def _migration_lock(url: str, tell: Tell) -> AsyncIterator[asyncpg.Connection[Any]]:
    """PostgreSQL's advisory lock, as long as the context lasts, and a connection beside the one that holds it.

    It belongs to the connection, so a killed run frees it; of a pooler, which may give each statement another one, to
    a transaction. That one does nothing more: the build of an index waits for the end of every transaction in which a
    statement runs as it begins. Whoever wants the lock asks again and again, for the same reason.
    """
    holder = await _connect(url)
    try:
        is_transaction, is_first = await is_pooled(holder), True
        while True:
            if is_transaction:
                # Nobody would notice that a limit on idleness had freed the lock
                await holder.execute("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0")
            kind = "xact_lock" if is_transaction else "lock"
            if await holds(holder, f"pg_try_advisory_{kind}({MIGRATION_LOCK})"):
                break
            if is_transaction:
                await holder.execute("ROLLBACK")
            if is_first:
                tell("Another migration runs; waiting for its end.")
            is_first = False
            await asyncio.sleep(WATCH_SECONDS)
        connection = await _connect(url)
        try:
            yield connection
        finally:
            await connection.close()
    finally:
        await holder.close()


async def _connect(url: str) -> asyncpg.Connection[Any]:
    try:
        return await connect(url)
    except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
        raise unavailable(error) from error


@asynccontextmanager
async def _aerich(url: str, application: str) -> AsyncIterator[Command]:
    # It brings numpy, where that is installed: many megabytes for servers, which never migrate
    from aerich import Command

    async def prepare(connection: asyncpg.Connection[Any]) -> None:
        # What is set for a session of a pooler stays with a connection that others use
        if await is_pooled(connection):
            return
        await connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        # A statement of a migration that was killed ends with it; not every system can tell
        with suppress(asyncpg.PostgresError):
            await connection.execute("SET client_connection_check_interval = '1s'")

    # A migration may take its time, where a table is big
    config = tortoise_config(url, command_seconds=None)
    config["connections"]["default"]["credentials"] |= {
        "init": prepare,
        "begin_with": f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'",
        "server_settings": {"application_name": application},
    }
    config["apps"]["models"]["models"].append("aerich.models")
    async with Command(tortoise_config=config, app="models", location=str(MIGRATIONS_DIR)) as command:
        yield command


async def _watch_blockers(connection: asyncpg.Connection[Any], application: str, blockers: list[str]) -> None:
    """Note who holds what an application waits for, as long as it waits."""
    while True:
        if rows := await connection.fetch(_BLOCKERS, application):
            blockers[:] = [
                f"pid {row['pid']}, {row['application_name'] or 'unnamed'} of {row['usename'] or '?'}, "
                f"{row['state'] or 'running'} for {row['seconds'] or 0:.0f} s"
                for row in rows
            ]
        await asyncio.sleep(WATCH_SECONDS)


_NEW_TABLE = re.compile(r'CREATE TABLE (?:IF NOT EXISTS )?"?(\w+)')
_OLD_TABLE = re.compile(r'ALTER TABLE (?:IF EXISTS )?"?(\w+)')
_INDEX = re.compile(r"""create_index\(\s*db,\s*(?:["']\w+["']|\w+),\s*["'](\w+)""")
_BLOCKERS = """
SELECT other.pid, other.application_name, other.usename, other.state,
  extract(epoch FROM now() - other.xact_start)::float8 AS seconds
FROM pg_stat_activity AS ours, unnest(pg_blocking_pids(ours.pid)) AS blocking(pid), pg_stat_activity AS other
WHERE ours.application_name = $1 AND ours.wait_event_type = 'Lock' AND other.pid = blocking.pid
ORDER BY other.xact_start LIMIT 5
"""
