"""A backup under load, the loss of everything, and the same installation again: nothing that had ended is missing."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.integration.database.conftest import finish, start
from tests.support.api import Client
from tests.support.operations import ended, unique
from tests.support.prepared import StartServers, other_database

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
TEXTS, PICTURES = 30, 6
PASSWORD = "correct horse battery"


async def made(client: Client) -> dict[str, dict[str, Any]]:
    """Texts and pictures that have ended."""
    texts = [client.create("demo/echo", {"text": f"number {n}"}, wait=55) for n in range(TEXTS)]
    pictures = [client.create("demo/shapes", {"prompt": "a red circle", "steps": 1}, wait=55) for _ in range(PICTURES)]
    rows = await asyncio.gather(*texts, *pictures)
    return {row["id"]: await ended(client, row["id"]) for row in rows}


async def sums(rows: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """What the links of predictions lead to."""
    async with httpx.AsyncClient(trust_env=False) as http:
        return {
            each: [hashlib.sha256((await http.get(file["url"])).content).hexdigest() for file in row["files"]]
            for each, row in rows.items()
        }


@asynccontextmanager
async def load(client: Client) -> AsyncIterator[list[str]]:
    """Predictions, one after the other, as long as this lasts; the ids of those that were accepted."""
    accepted: list[str] = []

    async def go_on() -> None:
        while True:
            row = await client.create("demo/echo", {"text": "under way", "repeat": 3, "delay_seconds": 0.1})
            accepted.append(row["id"])

    task = asyncio.create_task(go_on())
    try:
        yield accepted
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@dataclass
class Held:
    """What an installation had when its backup began."""

    rows: dict[str, dict[str, Any]]
    sums: dict[str, list[str]]
    under_way: list[str]


async def use_and_back_up(live: LiveServer, handle: str, target: Path) -> Held:
    """Predictions that have ended and others that are under way, and a backup meanwhile."""
    client = Client(live.url)
    await client.sign_up(handle, PASSWORD)
    rows = await made(client)
    held = Held(rows, await sums(rows), [])
    async with load(client) as accepted:
        while len(accepted) < 5:
            await asyncio.sleep(0.05)
        held.under_way += accepted
        code, out, err = await asyncio.to_thread(finish, start(live.environment, "backup", str(target)))
    await client.close()
    assert (code, err) == (0, ""), err
    assert out.startswith("Backed up the database")
    return held


def without_links(row: dict[str, Any]) -> dict[str, Any]:
    """A prediction but for links, which name the address at which they were asked for, and when they end."""
    links = {"files": len(row["files"]), "output": len(row["output"])} if row["files"] else {}
    return {**row, **links}


async def look_again(live: LiveServer, handle: str, held: Held) -> None:
    """What ended before the backup is there as it was; what was under way ends once; and all goes on."""
    client = Client(live.url)
    query = "mutation ($input: LoginInput!) { login(input: $input) { ... on Session { accessToken } } }"
    login = await client.run(query, input={"email": f"{handle}@example.com", "password": PASSWORD})
    client.token = login["login"]["accessToken"]
    again = {each: await client.get(each) for each in held.rows}
    restored = {each: row for each, row in again.items() if row is not None}
    assert {each: without_links(row) for each, row in restored.items()} == {
        each: without_links(row) for each, row in held.rows.items()
    }
    assert await sums(restored) == held.sums
    for each in held.under_way:
        row = await ended(client, each)
        assert row["status"] == "SUCCEEDED", row
        assert row["text"].count("under way") == 3
    new = await client.create("demo/shapes", {"prompt": "a blue square", "steps": 1}, wait=55)
    assert (await ended(client, new["id"]))["status"] == "SUCCEEDED"
    await client.close()


def test_everything_is_lost_and_comes_back(start_servers: StartServers, tmp_path: Path) -> None:
    handle, settings = unique(), {"STORAGE_DIR": str(tmp_path / "files"), "SECRET_KEY": secrets.token_urlsafe(48)}
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    with start_servers() as servers, running(servers, tmp_path / "first", **settings) as live:
        held = asyncio.run(use_and_back_up(live, handle, tmp_path / "backup"))
    # The servers, PostgreSQL and Redis are gone with all that was in them, and the files too
    shutil.rmtree(tmp_path / "files")
    with LocalServers.start(tmp_path / "new", durable=False) as servers:
        asyncio.run(add_database(servers.database_url))
        url = other_database(servers.database_url, "again")
        own = {**live.environment, "DATABASE_URL": url, "REDIS_URL": servers.redis_url}
        code, out, err = finish(start(own, "restore", str(tmp_path / "backup")))
        assert (code, err) == (0, ""), err
        assert out.startswith("Restored the database")
        again = LocalServers(url, servers.redis_url, servers.children)
        with running(again, tmp_path / "second", **settings) as live:
            asyncio.run(look_again(live, handle, held))


async def add_database(url: str) -> None:
    admin = await asyncpg.connect(url)
    await admin.execute("CREATE DATABASE again")
    await admin.close()
