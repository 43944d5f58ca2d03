"""PostgreSQL through Tortoise ORM: opening, statements, migrations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from aerich import Command
from tortoise import Tortoise, connections
from tortoise.exceptions import DBConnectionError, OperationalError
from tortoise.models import Model

import migrations
from server.tables import tortoise_config

MIGRATIONS_DIR = Path(migrations.__file__).parent
MIGRATION_LOCK = 0x1FE7_5E7E
# Tortoise does not translate what asyncpg raises when a connection breaks
CONNECTION_ERRORS = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # A query on a connection that the server said goodbye on, before the goodbye was read to its end
    asyncpg.InternalClientError,
    asyncpg.exceptions.CannotConnectNowError,
    asyncpg.exceptions.AdminShutdownError,
    asyncpg.exceptions.CrashShutdownError,
    asyncpg.exceptions.TooManyConnectionsError,
    DBConnectionError,
    OSError,
    TimeoutError,
)


class DatabaseUnavailableError(Exception):
    """PostgreSQL does not answer, or refuses us."""


class SchemaBehindError(Exception):
    """The schema lacks migrations of this release."""

    def __init__(self, missing: list[str]) -> None:
        names = ", ".join(missing)
        super().__init__(f"The database schema is behind ({names}). Run: inference-server migrate")


def now() -> datetime:
    """The current time, UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_database(url: str, pool_size: int = 10) -> AsyncIterator[None]:
    """Tortoise for this process, for the time of the context.

    Raises:
        DatabaseUnavailableError: it does not answer.
    """
    # The fallback makes the connection visible to requests and actors, which run in contexts of their own
    await Tortoise.init(config=tortoise_config(url, pool_size), _enable_global_fallback=True)
    try:
        await rows("SELECT 1")
    except (*CONNECTION_ERRORS, asyncpg.PostgresError, OperationalError) as error:
        await Tortoise.close_connections()
        raise DatabaseUnavailableError(f"PostgreSQL does not answer: {error}") from error
    try:
        yield
    finally:
        await Tortoise.close_connections()


async def rows(sql: str, *values: object) -> list[dict[str, Any]]:
    """The rows of one statement, RETURNING included; jsonb columns arrive as text (see `from_json`)."""
    found: list[dict[str, Any]] = await connections.get("default").execute_query_dict(sql, list(values))
    return found


async def insert(row: Model, times: dict[str, float]) -> None:
    """Insert a new row; columns in `times` are set to so many seconds from now by PostgreSQL's clock, which it learns.

    Raises:
        IntegrityError: a constraint forbids it.
    """
    columns, places, values = [], [], []
    for name, column in row._meta.fields_db_projection.items():
        columns.append(f'"{column}"')
        if name in times:
            values.append(times[name])
            places.append(f"now() + make_interval(secs => ${len(values)})")
        else:
            values.append(row._meta.fields_map[name].to_db_value(getattr(row, name), row))
            places.append(f"${len(values)}")
    sql = f'INSERT INTO "{row._meta.db_table}" ({", ".join(columns)}) VALUES ({", ".join(places)})'  # noqa: S608 - names only
    for name, value in (await rows(f"{sql} RETURNING {', '.join(times)}", *values))[0].items():
        setattr(row, name, value)
    row._saved_in_db = True


def to_json(value: object) -> str:
    """A value as the text that a `$n::jsonb` parameter takes."""
    return orjson.dumps(value).decode()


def from_json(value: Any) -> Any:
    """The value of a jsonb column that `rows` returned."""
    return orjson.loads(value) if isinstance(value, str | bytes) else value


async def pending_migrations() -> list[str]:
    """Names of the migrations that this database lacks, oldest first."""
    available = sorted((p.name for p in (MIGRATIONS_DIR / "models").glob("[0-9]*.py")), key=_number)
    try:
        found = await rows("SELECT version FROM aerich WHERE app = 'models'")
    except OperationalError:
        return available
    applied = {row["version"] for row in found}
    return [name for name in available if name not in applied]


def _number(name: str) -> int:
    return int(name.split("_", 1)[0])


async def require_current_schema() -> None:
    """Raise SchemaBehindError unless every migration has run."""
    if missing := await pending_migrations():
        raise SchemaBehindError(missing)


async def migrate(url: str) -> list[str]:
    """Apply what is pending, one process at a time; returns the names applied.

    Raises:
        DatabaseUnavailableError: PostgreSQL does not answer.
    """
    async with _migration_lock(url), _aerich(url) as command:
        applied: list[str] = await command.upgrade(run_in_transaction=True)
        return applied


async def make_migration(url: str, name: str) -> str | None:
    """Write a migration for what the tables have and the migrations have not; its file name, or None."""
    async with _migration_lock(url), _aerich(url) as command:
        made: str | None = await command.migrate(name, no_input=True)
        return made or None


@asynccontextmanager
async def _migration_lock(url: str) -> AsyncIterator[None]:
    """PostgreSQL's advisory lock; it belongs to the connection, so a killed run frees it."""
    try:
        connection = await asyncpg.connect(url)
    except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
        raise DatabaseUnavailableError(f"PostgreSQL does not answer: {error}") from error
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        yield
    finally:
        await connection.close()


@asynccontextmanager
async def _aerich(url: str) -> AsyncIterator[Command]:
    async with Command(tortoise_config=tortoise_config(url), app="models", location=str(MIGRATIONS_DIR)) as command:
        yield command
