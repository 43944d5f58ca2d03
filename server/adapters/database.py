"""PostgreSQL through Tortoise ORM: opening, statements, whether its schema is current."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import orjson
from tortoise import Tortoise, connections
from tortoise.context import get_current_context
from tortoise.exceptions import BaseORMException, ConfigurationError, DBConnectionError, OperationalError
from tortoise.models import Model

import migrations
from server.adapters.connections import ConnectionPool, PoolState, PostgresClient, ReadOnlyDatabaseError
from server.tables import tortoise_config

T = TypeVar("T", bound=Model)
MIGRATIONS_DIR = Path(migrations.__file__).parent
# Leases and lifetimes are counted by PostgreSQL's clock, tokens and links by those of the processes
CLOCK_SECONDS = 5.0
POOLED = (
    "A pooler stands before PostgreSQL, so that no statement is kept prepared. Where it is in session mode, or keeps "
    "prepared statements itself (PgBouncer 1.21, max_prepared_statements), pgbouncer=false in DATABASE_URL is faster."
)
# Outages, after which the same may be asked again. Tortoise does not translate these of asyncpg's, which stand for
# PostgreSQL's classes 08, 28 and 3D (it lets nobody in), 40 (a deadlock), 53 (no connection, memory or disk left),
# 55P03, 57 (stopped, starting, canceled) and 58 (its disk fails)
CONNECTION_ERRORS = (
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.InterfaceError,
    # A query on a connection that the server said goodbye on, before the goodbye was read to its end
    asyncpg.InternalClientError,
    ReadOnlyDatabaseError,
    DBConnectionError,
    OSError,
    TimeoutError,
)
# What a statement may raise; the connection errors among them pass, the others may come again
DATABASE_ERRORS = (*CONNECTION_ERRORS, BaseORMException)


class DatabaseUnavailableError(Exception):
    """PostgreSQL does not answer, refuses the connection, or takes no writes."""


def unavailable(error: Exception) -> DatabaseUnavailableError:
    """What kept us from PostgreSQL, in a sentence for operators."""
    if isinstance(error, ReadOnlyDatabaseError):
        return DatabaseUnavailableError(str(error))
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        return DatabaseUnavailableError(f"PostgreSQL refuses the account of DATABASE_URL: {error}")
    return DatabaseUnavailableError(f"PostgreSQL does not answer: {error or type(error).__name__}")


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
    """Connect Tortoise in this process, as long as the context lasts.

    Raises:
        DatabaseUnavailableError: it does not answer.
    """
    # The fallback makes the connection visible to requests and actors, which run in contexts of their own
    await Tortoise.init(config=tortoise_config(url, pool_size), _enable_global_fallback=True)
    try:
        await rows("SELECT 1")
    except (*CONNECTION_ERRORS, asyncpg.PostgresError, OperationalError) as error:
        await Tortoise.close_connections()
        raise unavailable(error) from error
    try:
        yield
    finally:
        await Tortoise.close_connections()


def pool_state() -> PoolState | None:
    """How this process's connections are used; None while it has no pool."""
    # A process that never opened the database has no context, and one that closed it has no connections
    if get_current_context() is None:
        return None
    try:
        pool = getattr(connections.get("default"), "_pool", None)
    except ConfigurationError:
        return None
    return pool.state if isinstance(pool, ConnectionPool) else None


def is_pooled() -> bool:
    """Whether this process is connected through a pooler in transaction mode."""
    client = connections.get("default")
    return isinstance(client, PostgresClient) and client.is_pooled


async def rows(sql: str, *values: object) -> list[dict[str, Any]]:
    """The rows of one statement, RETURNING included; jsonb columns arrive as text (see `from_json`)."""
    result: list[dict[str, Any]] = await connections.get("default").execute_query_dict(sql, list(values))
    return result


def columns(table: type[T], alias: str = "", prefix: str = "") -> str:
    """All columns of a table for a SELECT, those of `alias`, each named with a prefix (see `from_row`)."""
    of = f"{alias}." if alias else ""
    return ", ".join(f'{of}"{name}" AS {prefix}{name}' for name in table._meta.fields_db_projection.values())


def from_row(table: type[T], row: dict[str, Any], prefix: str = "") -> T:
    """A model instance from a row that was selected by `columns`."""
    return table._init_from_db(**{name: row[prefix + name] for name in table._meta.fields_db_projection.values()})


@dataclass(frozen=True)
class LookUp:
    """What an insert reads for its rows in the same statement, so that they cost no round trip more.

    `sql`, of so many `parameters`, selects what is joined to the rows as `f` where `on` holds. `numbers` are further
    values of each row, which is `r`; `columns` are expressions over both, by their columns. The rows learn these
    columns and what `results` returns, by their attributes.
    """

    sql: str
    parameters: int
    on: str
    numbers: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    results: tuple[tuple[str, str], ...]


NO_LOOK_UP = LookUp("", 0, "", (), (), ())


async def insert_all(
    new: Sequence[Model],
    times: Sequence[dict[str, float]],
    unless: str = "",
    look_up: LookUp = NO_LOOK_UP,
    arguments: Sequence[object] = (),
    numbers: Sequence[Sequence[float | None]] = (),
) -> list[bool]:
    """Insert rows of one table in one statement; for each, whether it was inserted: False if it exists already.

    Columns in `times` are set to so many seconds from now by PostgreSQL's clock, which the rows learn. `unless` names
    the columns by which there is one already. `arguments` are those of `look_up`, and `numbers` its numbers of each
    row.

    Raises:
        IntegrityError: another constraint forbids one of them; none is inserted.
    """
    meta = new[0]._meta
    clocks = tuple(sorted({name for each in times for name in each}))
    is_one = len(new) == 1
    values: list[Sequence[object]] = []
    for name in _given(type(new[0]), look_up):
        field = meta.fields_map[name]
        if name in clocks:
            values.append([each.get(name) for each in times])
        else:
            values.append([field.to_db_value(getattr(row, name), row) for row in new])
    values += numbers
    sql = _insert_sql(type(new[0]), clocks, unless, look_up, is_one)
    given = [column[0] for column in values] if is_one else values
    inserted = {row.pop("id"): row for row in await rows(sql, *arguments, *given)}
    for row in new:
        for name, value in inserted.get(row.pk, {}).items():
            setattr(row, name, value)
        row._saved_in_db = row.pk in inserted
    return [row.pk in inserted for row in new]


def _given(table: type[Model], look_up: LookUp) -> list[str]:
    computed = dict(look_up.columns)
    return [name for name in table._meta.fields_db_projection if name not in computed]


@cache
def _insert_sql(table: type[Model], clocks: tuple[str, ...], unless: str, look_up: LookUp, is_one: bool) -> str:
    meta = table._meta
    given, types = {}, []
    for name in _given(table, look_up):
        column = meta.fields_db_projection[name]
        is_clock = name in clocks
        given[f'"{column}"'] = f'now() + make_interval(secs => r."{column}")' if is_clock else f'r."{column}"'
        sql_type = meta.fields_map[name].get_for_dialect("postgres", "SQL_TYPE").partition("(")[0]
        types.append("float8" if is_clock else sql_type)
    targets = {**given, **dict(look_up.columns)}
    names = [*given, *look_up.numbers]
    types += ["float8"] * len(look_up.numbers)
    parameters = [(f"${number}", kind) for number, kind in enumerate(types, look_up.parameters + 1)]
    # Of one row without arrays, each of which PostgreSQL would unfold by itself
    source = f"""unnest({", ".join(f"{each}::{kind}[]" for each, kind in parameters)}) AS r({", ".join(names)})"""
    if is_one:
        columns_of_one = (f"{each}::{kind} AS {name}" for (each, kind), name in zip(parameters, names, strict=True))
        source = f"""(SELECT {", ".join(columns_of_one)}) AS r"""
    learned = ["id", *clocks, *dict(look_up.columns), *(f"{sql} AS {name}" for name, sql in look_up.results)]
    before, join = (f"WITH f AS ({look_up.sql}) ", f", f WHERE {look_up.on}") if look_up.sql else ("", "")
    conflict = f"ON CONFLICT ({unless}) DO NOTHING" if unless else ""
    return f"""{before}INSERT INTO "{meta.db_table}" ({", ".join(targets)})
      SELECT {", ".join(targets.values())} FROM {source}{join}
      {conflict} RETURNING {", ".join(learned)}"""  # noqa: S608 - names only


def to_json(value: object) -> str:
    """A value as the text that a `$n::jsonb` parameter takes."""
    return orjson.dumps(value).decode()


def from_json(value: Any) -> Any:
    """The value of a jsonb column that `rows` returned."""
    return orjson.loads(value) if isinstance(value, str | bytes) else value


async def pending_migrations() -> list[str]:
    """Names of the migrations that this database lacks, oldest first."""
    names = (path.name for path in (MIGRATIONS_DIR / "models").glob("[0-9]*.py"))
    available = sorted(names, key=lambda name: int(name.split("_", 1)[0]))
    try:
        versions = await rows("SELECT version FROM aerich WHERE app = 'models'")
    except OperationalError:
        return available
    applied = {row["version"] for row in versions}
    return [name for name in available if name not in applied]


async def database_identity() -> str:
    """What tells this database from every other, also after a failover; "" where the server does not say."""
    try:
        (row,) = await rows(
            "SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) AS id "
            "FROM pg_control_system()"
        )
    except OperationalError:
        # Some providers let nobody ask
        return ""
    return str(row["id"])


async def require_writes() -> float:
    """How many seconds this process's clock is ahead of PostgreSQL's, of a server that takes writes.

    Raises:
        ReadOnlyDatabaseError: it takes none; this process's connections are renewed.
    """
    began = now()
    (row,) = await rows(
        "SELECT current_setting('transaction_read_only')::bool AS is_read_only, clock_timestamp() AS time"
    )
    if row["is_read_only"]:
        await connections.get("default")._expire_connections()
        raise ReadOnlyDatabaseError
    ended, time = now(), row["time"]
    # It was read at some moment in between, which is no difference
    return float(max((began - time).total_seconds(), 0.0) + min((ended - time).total_seconds(), 0.0))


def clock_note(ahead: float) -> str:
    """A sentence about a clock that is so many seconds ahead of PostgreSQL's, or behind it."""
    side = "ahead of" if ahead > 0 else "behind"
    return f"The clock of this machine is {abs(ahead):.1f} s {side} PostgreSQL's; let NTP set both."


async def require_current_schema() -> None:
    """Raise SchemaBehindError unless every migration has run."""
    if missing := await pending_migrations():
        raise SchemaBehindError(missing)
