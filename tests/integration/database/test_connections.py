"""Where PostgreSQL has no connection left, a process makes do with those that it has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from server.adapters import connections
from server.adapters.connections import ConnectionPool, PostgresClient
from server.adapters.database import DatabaseUnavailableError, open_database
from server.embedded.servers import LocalServers


@pytest.fixture
async def limited_url(schema_servers: LocalServers) -> AsyncIterator[str]:
    """The URL of an account that may have two connections."""
    name = f"limited_{uuid4().hex}"
    admin = await asyncpg.connect(schema_servers.database_url)
    try:
        await admin.execute(f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 2")
        yield schema_servers.database_url.replace("postgres:@", f"{name}@")
        await admin.execute(f"DROP ROLE {name}")
    finally:
        await admin.close()


async def pool_at(url: str) -> ConnectionPool:
    """The pool that Tortoise would make, of ten connections."""
    client = PostgresClient(dsn=url, minsize=0, maxsize=10, connection_name="default")
    await client.create_connection(with_db=True)
    assert isinstance(client._pool, ConnectionPool)
    return client._pool


async def test_with_all_others_taken_one_connection_serves_everybody(limited_url: str) -> None:
    taken = await asyncpg.connect(limited_url)
    pool = await pool_at(limited_url)
    try:
        results = await asyncio.gather(*(pool.fetchval("SELECT 1 FROM pg_sleep(0.02)") for _ in range(20)))
        assert results == [1] * 20
        assert (pool.state.open, pool.state.in_use, pool.state.limit, pool.state.waiting) == (1, 0, 10, 0)
        async with pool.acquire():
            waiting = asyncio.create_task(pool.fetchval("SELECT 2"))
            async with asyncio.timeout(5):
                while pool.state.waiting != 1 or pool.state.in_use != 1:
                    await asyncio.sleep(0.01)
            # Others let go of theirs
            await taken.close()
            assert await waiting == 2
    finally:
        await taken.close()
        await pool.close()


async def test_with_every_connection_taken_it_waits_and_then_says_so(
    limited_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.3)
    monkeypatch.setattr(connections, "FULL_SECONDS", 0.1)
    taken = [await asyncpg.connect(limited_url) for _ in range(2)]
    pool = await pool_at(limited_url)
    try:
        with pytest.raises(asyncpg.TooManyConnectionsError):
            await pool.fetchval("SELECT 1")
        await taken.pop().close()
        assert await pool.fetchval("SELECT 1") == 1
    finally:
        for connection in taken:
            await connection.close()
        await pool.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "postgresql://stranger:x@/inference",
            'PostgreSQL refuses the account of DATABASE_URL: role "stranger" does not',
        ),
        ("postgresql://postgres:@/nothing", 'PostgreSQL does not answer: database "nothing" does not exist'),
    ],
)
async def test_why_nobody_gets_in_is_said(schema_servers: LocalServers, url: str, words: str) -> None:
    options = schema_servers.database_url.partition("?")[2]
    with pytest.raises(DatabaseUnavailableError, match=words):
        async with open_database(f"{url}?{options}"):
            pass
