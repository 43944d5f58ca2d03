"""A PostgreSQL that takes no writes for a while is an outage, and over as soon as it takes them again."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import asyncpg

from server.embedded.servers import LocalServers
from tests.conftest import running
from tests.integration.database.creating import END_SECONDS, load, until_accepted
from tests.support.api import Client


async def test_a_read_only_database_is_an_outage_that_ends_with_it(own_servers: LocalServers, tmp_path: Path) -> None:
    admin = await asyncpg.connect(own_servers.database_url, server_settings={"default_transaction_read_only": "off"})
    with running(own_servers, tmp_path) as live:
        client = Client(live.url)
        try:
            await until_accepted(client)
            # Sessions that are open now end, and the next ones may only read
            await admin.execute("ALTER DATABASE inference SET default_transaction_read_only = on")
            others = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
            )
            await admin.execute(f"{others} 'inference'")
            async with load(client) as ends:
                async with asyncio.timeout(30):
                    while ends.total() < 50:
                        await asyncio.sleep(0.02)
                health = await client.http.get(f"{live.url}/health/ready")
            assert set(ends) == {"UNAVAILABLE"}, ends
            assert (health.status_code, health.json()["database"]) == (503, "read-only")
            await admin.execute("ALTER DATABASE inference RESET default_transaction_read_only")
            began = time.monotonic()
            await until_accepted(client)
            assert time.monotonic() - began < END_SECONDS
            health = await client.http.get(f"{live.url}/health/ready")
            assert (health.status_code, health.json()["database"]) == (200, "ok")
            # Sessions stay, and may only read from now on
            await admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            await admin.execute("SELECT pg_reload_conf()")
            async with load(client) as ends, asyncio.timeout(30):
                while ends["UNAVAILABLE"] < 50:
                    await asyncio.sleep(0.02)
            assert set(ends) <= {"UNAVAILABLE", "STARTING", "PROCESSING", "SUCCEEDED"}, ends
            await admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
            await admin.execute("SELECT pg_reload_conf()")
            began = time.monotonic()
            await until_accepted(client)
            assert time.monotonic() - began < END_SECONDS
        finally:
            await client.close()
            await admin.close()
    logs = [line for log in live.data_dir.glob("*.log") for line in log.read_text().splitlines()]
    assert [line for line in logs if "Traceback" in line] == []
