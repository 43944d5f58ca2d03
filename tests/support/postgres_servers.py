"""PostgreSQL servers that listen on a port of 127.0.0.1: the bundled one, and those that this machine has."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from server.embedded.folders import ServerFolders, socket_folder
from server.embedded.postgres import DEBIAN, PORT, Postgres, PostgresBinaries, find_postgres, readable_binaries
from server.embedded.processes import Child, as_user, stop_all
from tests.conftest import free_port
from tests.support.api import wait_for


@dataclass(frozen=True)
class PostgresServer:
    """A running server; `url` is of its superuser, over its socket."""

    port: int
    url: str
    folders: ServerFolders
    child: Child
    binaries: PostgresBinaries


def installed_postgres() -> list[PostgresBinaries]:
    """The bundled PostgreSQL, and each of the system."""
    versions = [PostgresBinaries(path.parent) for path in sorted(DEBIAN.glob("*/bin/initdb"))]
    return [find_postgres(), *(version for version in versions if version.bin != find_postgres().bin)]


def version_of(binaries: PostgresBinaries) -> str:
    """Its name in a test."""
    return binaries.bin.parent.name.removeprefix("pginstall")


@contextmanager
def postgres_server(
    folder: Path, binaries: PostgresBinaries | None = None, files: Sequence[Path] = ()
) -> Iterator[PostgresServer]:
    """A server with an empty database `inference`; `files` are copied into its folder, readable for it alone."""
    with ExitStack() as stack:
        folders = ServerFolders.of(folder, stack.enter_context(socket_folder()))
        if folders.user is not None:
            stack.callback(shutil.rmtree, folders.postgres_home, ignore_errors=True)
        folders.prepare()
        programs = readable_binaries(binaries or find_postgres(), folders.user)
        postgres, port, data = Postgres(folders, programs, durable=False), free_port(), folders.postgres_data
        folders.log("initdb").parent.mkdir(parents=True, exist_ok=True)
        postgres._initialise()
        (data / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        for file in files:
            copied = data / file.name
            copied.write_bytes(file.read_bytes())
            copied.chmod(0o600)
            folders.give_to_postgres(copied)
        settings = ["listen_addresses=127.0.0.1", f"port={port}"]
        child = postgres.child()
        child = replace(child, command=[*child.command, *(part for each in settings for part in ("-c", each))])
        child.start()
        stack.callback(stop_all, [child])
        url = postgres.url().replace(f"port={PORT}", f"port={port}")
        server = PostgresServer(port, url, folders, child, programs)
        ready = [str(programs.bin / "pg_isready"), "-q", "-h", str(folders.postgres_sockets), "-p", str(port)]
        wait_for(lambda: subprocess.run(ready, check=False, timeout=10, **as_user(folders.user)).returncode == 0, 30)
        psql(server, 'CREATE DATABASE "inference"', "postgres")
        yield server


def psql(server: PostgresServer, sql: str, database: str = "inference") -> str:
    """Run SQL as the superuser; what it printed."""
    command = [str(server.binaries.bin / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
    command += ["-h", str(server.folders.postgres_sockets), "-p", str(server.port), "-U", "postgres", "-d", database]
    done = subprocess.run(
        [*command, "-c", sql], check=True, timeout=60, capture_output=True, text=True, **as_user(server.folders.user)
    )
    return done.stdout.strip()
