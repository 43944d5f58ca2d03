"""The workers as the database knows them."""

from __future__ import annotations

import asyncio

import asyncpg

from server.embedded.children import Child
from server.embedded.identity import pids_below

CONNECT_SECONDS = 5
TROUBLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError)


def forget_workers(url: str) -> None:
    """Workers of an earlier run on a private database are gone, however it ended: nobody is to wait for them."""
    asyncio.run(_fetch(url, "DELETE FROM worker"))


def device(url: str, worker: Child) -> str | None:
    """The device that a worker of this machine announced, or None."""
    pids = pids_below(worker.process.pid) if worker.process else []
    found = asyncio.run(_fetch(url, "SELECT device FROM worker WHERE pid = ANY($1) ORDER BY last_seen DESC", pids))
    return str(found[0]["device"]) if found else None


async def _fetch(url: str, sql: str, *values: object) -> list[asyncpg.Record]:
    """Rows, or none where the database does not know the workers; only what is shown depends on it."""
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except TROUBLE:
        return []
    try:
        return list(await connection.fetch(sql, *values))
    except TROUBLE:
        return []
    finally:
        await connection.close()
