"""One cluster with the schema and the demo models, made once for all processes of a test run.

Every PostgreSQL of the tests begins as a copy of it: to migrate, to add the models and to have a worker inspect them
takes ten seconds, a copy a tenth of one.
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

# A database of the cluster that has the schema and no rows: what CREATE DATABASE copies
EMPTY = "empty"


@dataclass(frozen=True)
class PreparedServers(LocalServers):
    """Servers whose database has the schema, and the demo models with versions that are READY."""


StartServers = Callable[[], AbstractContextManager[PreparedServers]]


def other_database(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def prepared_servers(cluster: Path, data_dir: Path) -> Iterator[PreparedServers]:
    """A PostgreSQL over a copy of a cluster, and an empty Redis."""
    folders = ServerFolders.of(data_dir.absolute(), data_dir)
    folders.postgres_home.mkdir(parents=True, exist_ok=True)
    # It keeps the owner, who is not us where root runs the tests
    subprocess.run(["cp", "-a", "--reflink=auto", str(cluster), str(folders.postgres_data)], check=True)
    with PreparedServers.start(data_dir, durable=False) as servers:
        yield servers


@contextmanager
def new_cluster(cluster: Path) -> Iterator[LocalServers]:
    """Servers for the time of the context; what it leaves in PostgreSQL becomes the cluster, whole or not at all."""
    data_dir = cluster.with_name(f"{cluster.name}-servers")
    data_dir.mkdir()
    with LocalServers.start(data_dir, durable=False, keep=True) as servers:
        yield servers
        # Who prepared it is gone, and must not count as a worker that is alive
        asyncio.run(execute(servers.database_url, "DELETE FROM worker"))
    folders = ServerFolders.of(data_dir.absolute(), data_dir)
    part = cluster.with_name(f"{cluster.name}-part")
    subprocess.run(["cp", "-a", "--reflink=auto", str(folders.postgres_data), str(part)], check=True)
    if folders.user is not None:
        shutil.rmtree(folders.postgres_home)
    part.rename(cluster)


async def execute(url: str, statement: str) -> None:
    """Run a statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
