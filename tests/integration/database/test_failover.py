"""A primary that dies and a standby that takes its place: DATABASE_URL names both."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import pytest

from server.embedded.folders import ServerFolders, socket_folder
from server.embedded.postgres import DATABASE, PORT, Postgres, find_postgres, plain_environment, readable_binaries
from server.embedded.processes import Child, as_user, stop_all
from server.embedded.servers import LocalServers
from tests.conftest import running
from tests.integration.database.creating import END_SECONDS, load, until_accepted
from tests.support.api import Client, wait_for


@dataclass(frozen=True)
class Standby:
    """A running standby; `url` names the primary and it, in this order."""

    alone: str
    url: str


@pytest.fixture
def standby(own_servers: LocalServers, tmp_path: Path) -> Iterator[Standby]:
    """A streaming standby of our PostgreSQL."""
    primary = list(own_servers.children[0].command)
    sockets_of_primary = Path(primary[primary.index("-k") + 1])
    with socket_folder() as sockets:
        folders = ServerFolders.of(tmp_path / "standby", sockets)
        folders.prepare()
        binaries = readable_binaries(find_postgres(), folders.user)
        command = [str(binaries.bin / "pg_basebackup"), "-D", str(folders.postgres_data), "-R", "-c", "fast"]
        command += ["-h", str(sockets_of_primary), "-p", str(PORT), "-U", "postgres"]
        folders.postgres_data.mkdir(mode=0o700)
        folders.give_to_postgres(folders.postgres_data)
        subprocess.run(command, check=True, env=dict(plain_environment()), timeout=60, **as_user(folders.user))
        postgres = Postgres(folders, binaries, durable=False)
        child: Child = postgres.child()
        child.log.parent.mkdir(parents=True, exist_ok=True)
        child.start()
        try:
            wait_for(postgres.is_up, 30)
            hosts = f"{sockets_of_primary},{folders.postgres_sockets}"
            url = f"postgresql://postgres:@/{DATABASE}?host={hosts}&port={PORT},{PORT}"
            yield Standby(postgres.url(), url)
        finally:
            stop_all([child])


@pytest.mark.slow
async def test_the_promoted_standby_is_used_within_seconds(
    own_servers: LocalServers, standby: Standby, tmp_path: Path
) -> None:
    with running(replace(own_servers, database_url=standby.url), tmp_path) as live:
        client = Client(live.url)
        admin = await asyncpg.connect(standby.alone)
        try:
            for _ in range(3):
                await until_accepted(client)
            async with asyncio.timeout(30):
                while not await admin.fetchval("SELECT count(*) = 3 FROM prediction WHERE status = 'succeeded'"):
                    await asyncio.sleep(0.02)
            async with load(client) as ends:
                stop_all(own_servers.children[:1])
                ends.clear()
                before = time.monotonic()
                while ends["UNAVAILABLE"] < 20:
                    assert time.monotonic() - before < 30, ends
                    await client.http.get(f"{live.url}/health/live")
                health = await client.http.get(f"{live.url}/health/ready")
            assert set(ends) <= {"UNAVAILABLE", "STARTING", "PROCESSING", "SUCCEEDED"}, ends
            assert (health.status_code, health.json()["database"]) == (503, "away")
            await admin.execute("SELECT pg_promote()")
            began = time.monotonic()
            await until_accepted(client)
            assert time.monotonic() - began < END_SECONDS
        finally:
            await admin.close()
            await client.close()
