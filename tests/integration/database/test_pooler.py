"""PgBouncer in transaction mode before PostgreSQL: nothing belongs to a session, and everything works through it."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from tortoise.transactions import in_transaction

from server.adapters.connections import connect
from server.adapters.database import is_pooled, open_database, pending_migrations, rows
from server.embedded.servers import LocalServers
from tests.conftest import running
from tests.integration.database.conftest import finish, start
from tests.support.api import CANCEL, CREATE, Client
from tests.support.pgbouncer import needs_pgbouncer, pooled

pytestmark = needs_pgbouncer
PREDICTIONS = 200


@pytest.fixture
def pooler(fresh_database: str) -> Iterator[str]:
    """An empty database through a pooler with three connections."""
    with pooled(fresh_database, connections=3) as url:
        yield url


@pytest.fixture
async def direct(fresh_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to it that is PostgreSQL's own."""
    connection = await asyncpg.connect(fresh_database)
    yield connection
    await connection.close()


async def work(number: int) -> None:
    """What the server does with a database: statements with values and arrays, and transactions."""
    for step in range(20):
        (row,) = await rows("SELECT $1::int AS n, $2::text[] AS texts, $3::jsonb AS j", number * step, ["a", "b"], "{}")
        assert (row["n"], row["texts"]) == (number * step, ["a", "b"])
        async with in_transaction():
            await rows("SELECT set_config('lock_timeout', $1, true)", "1s")
            (row,) = await rows("INSERT INTO tried (id) VALUES ($1) RETURNING id", 100 * number + step)
            assert row["id"] == 100 * number + step


async def test_many_share_few_connections_and_leave_nothing_behind(pooler: str, direct: asyncpg.Connection) -> None:
    await direct.execute("CREATE TABLE tried (id int PRIMARY KEY)")
    async with open_database(pooler, 10):
        assert is_pooled()
        await asyncio.gather(*(work(number) for number in range(12)))
    assert await direct.fetchval("SELECT count(*) FROM tried") == 12 * 20
    # Whoever gets these connections next has what they would have of new ones
    other = await asyncpg.connect(pooler, statement_cache_size=0)
    try:
        assert await other.fetchval("SELECT current_setting('lock_timeout')") == "0"
        assert await other.fetchval("SELECT count(*) FROM pg_prepared_statements") == 0
    finally:
        await other.close()


async def test_what_is_no_pooler_keeps_its_prepared_statements(fresh_database: str, direct: asyncpg.Connection) -> None:
    async with open_database(fresh_database, 1):
        assert not is_pooled()
        for _ in range(2):
            (row,) = await rows("SELECT count(*)::int AS n FROM pg_prepared_statements")
        assert row["n"] >= 1
    single = await connect(fresh_database)
    await single.close()


async def test_what_the_url_says_of_it_is_believed(fresh_database: str, pooler: str) -> None:
    async with open_database(f"{fresh_database}&pgbouncer=true", 1):
        assert is_pooled()
        await rows("SELECT $1::int AS n", 1)
    async with open_database(f"{pooler}?pgbouncer=false", 1):
        assert not is_pooled()


async def test_migrations_run_through_it_one_at_a_time(
    pooler: str, direct: asyncpg.Connection, environment: dict[str, str], fresh_database: str
) -> None:
    """Two at once, then a look at what they left in the sessions of the pooler."""
    given = {**environment, "DATABASE_URL": pooler}
    processes = [start(given, "migrate"), start(given, "migrate")]
    for code, _, err in [await asyncio.to_thread(finish, process) for process in processes]:
        assert code == 0, err
    async with open_database(fresh_database, 1):
        assert await pending_migrations() == []
    other = await asyncpg.connect(pooler, statement_cache_size=0)
    try:
        for name in ("lock_timeout", "client_connection_check_interval", "idle_in_transaction_session_timeout"):
            assert await other.fetchval("SELECT current_setting($1)", name) == "0"
    finally:
        await other.close()
    assert await direct.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


@pytest.mark.slow
async def test_a_mixed_load_loses_and_doubles_nothing(own_servers: LocalServers, tmp_path: Path) -> None:
    """An API and two workers on five connections; a third of the predictions are cancelled."""
    with (
        pooled(own_servers.database_url, connections=5) as url,
        running(replace(own_servers, database_url=url), tmp_path, workers=2) as live,
    ):
        client = Client(live.url)
        try:
            made = await asyncio.gather(*(create(client, number) for number in range(PREDICTIONS)))
        finally:
            await client.close()
        admin = await asyncpg.connect(own_servers.database_url)
        try:
            async with asyncio.timeout(120):
                while await admin.fetchval(
                    "SELECT count(*) FROM prediction WHERE status IN ('starting', 'processing') AND id = ANY($1)", made
                ):
                    await asyncio.sleep(0.1)
            ends = dict(
                await admin.fetch("SELECT status, count(*) FROM prediction WHERE id = ANY($1) GROUP BY status", made)
            )
            assert sum(ends.values()) == len(set(made)) == PREDICTIONS
            assert set(ends) <= {"succeeded", "canceled"}, ends
            ledger = await admin.fetchval('SELECT count(*) FROM "usage" WHERE prediction_id = ANY($1)', made)
            started = "SELECT count(*) FROM prediction WHERE id = ANY($1) AND started_at IS NOT NULL"
            assert ledger == await admin.fetchval(started, made)
        finally:
            await admin.close()


async def create(client: Client, number: int) -> UUID:
    """Create one, and cancel every third."""
    answer = await client.raw(CREATE, input={"model": "demo/echo", "input": {"text": f"text {number}"}})
    prediction: str = answer["data"]["createPrediction"]["id"]
    if number % 3 == 0:
        await client.raw(CANCEL, input={"id": prediction})
    return UUID(urlsafe_b64decode(f"{prediction}==").decode().partition(":")[2])
