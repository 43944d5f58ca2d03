"""Clusters that are made once for all processes of a test run; every PostgreSQL of the tests begins as a copy of one.

A copy takes a tenth of a second. To migrate takes one, and to add the demo models and have a worker inspect them ten.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from server.embedded.folders import ServerFolders
from server.embedded.servers import LocalServers

# A database of each cluster that has the schema and no rows: what CREATE DATABASE copies
EMPTY = "empty"


@dataclass(frozen=True)
class PreparedServers(LocalServers):
    """Servers whose database has the schema, and the demo models with versions that are READY."""


StartServers = Callable[[], AbstractContextManager[LocalServers]]


def other_database(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def copy_cluster(cluster: Path, data_dir: Path) -> None:
    """Give servers that have not started yet a copy of a cluster."""
    folders = ServerFolders.of(data_dir.absolute(), data_dir)
    folders.postgres_home.mkdir(parents=True, exist_ok=True)
    _copy(cluster, folders.postgres_data)


@contextmanager
def new_cluster(cluster: Path, base: Path | None = None) -> Iterator[LocalServers]:
    """Servers, over a copy of `base`; what is in PostgreSQL at the end becomes the cluster, whole or not at all."""
    data_dir = cluster.with_name(f"{cluster.name}-servers")
    data_dir.mkdir()
    if base:
        copy_cluster(base, data_dir)
    with LocalServers.start(data_dir, durable=False, keep=True) as servers:
        yield servers
        # Who prepared it is gone, and must not count as a worker that is alive
        asyncio.run(execute(servers.database_url, "DELETE FROM worker"))
    folders = ServerFolders.of(data_dir.absolute(), data_dir)
    part = cluster.with_name(f"{cluster.name}-part")
    _copy(folders.postgres_data, part)
    if folders.user is not None:
        shutil.rmtree(folders.postgres_home)
    part.rename(cluster)


def _copy(source: Path, target: Path) -> None:
    # It keeps the owner, who is not us where root runs the tests
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True)


async def execute(url: str, statement: str) -> None:
    """Run a statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
