"""A private PostgreSQL, reached through a socket that only we can open."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from server.embedded.binaries import PostgresBinaries, find_postgres
from server.embedded.children import Child, rotate
from server.embedded.identity import still_alive
from server.embedded.place import POSTGRES_SOCKETS, Place
from server.embedded.state import PRIVATE_FOLDER

DATABASE = "inference"
PORT = 5432
STOP_SECONDS = 20.0
ORPHAN_SECONDS = 3.0
CONNECT_SECONDS = 2
INITDB_SECONDS = 180.0
UNSAFE_BUT_FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class ServerFailedError(Exception):
    """An embedded server did not start; the message ends with its log."""


@dataclass(frozen=True)
class Postgres:
    """The embedded PostgreSQL of one place; not `durable`, it forgives no crash, for tests."""

    place: Place
    binaries: PostgresBinaries
    durable: bool = True

    @classmethod
    def at(cls, place: Place, *, durable: bool = True) -> Postgres:
        """One whose cluster exists, not yet started; raises BinaryMissingError, ServerFailedError."""
        place.prepare()
        postgres = cls(place, place.reachable(find_postgres()), durable)
        postgres._initialise()
        return postgres

    def url(self, database: str = DATABASE) -> str:
        """Its URL."""
        return url_at(self.place.sockets, database)

    def child(self) -> Child:
        """The server process; SIGINT is its fast shutdown, SIGQUIT the immediate one."""
        data, sockets = str(self.place.postgres_data), str(self.place.postgres_sockets)
        options = ["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "max_connections=200"]
        options += ["-p", str(PORT), *(() if self.durable else UNSAFE_BUT_FAST)]
        return Child(
            "postgres",
            [str(self.binaries.bin / "postgres"), "-D", data, "-k", sockets, *options],
            plain_environment(),
            self.place.log("postgres"),
            stop_signal=signal.SIGINT,
            hurry_signal=signal.SIGQUIT,
            stop_seconds=STOP_SECONDS,
            user=self.place.user,
            prepare=lambda: end_left(self.place.postgres_data),
        )

    def is_up(self) -> bool:
        """Whether it answers, our database being made where it is missing."""
        if not (self.place.postgres_sockets / f".s.PGSQL.{PORT}").exists():
            return False
        return asyncio.run(_has_database(self.url("postgres")))

    def _initialise(self) -> None:
        """Make the cluster once, whole or not at all."""
        home, data = self.place.postgres_home, self.place.postgres_data
        for unfinished in home.glob(".postgres-*"):
            shutil.rmtree(unfinished)
        if (data / "PG_VERSION").exists():
            return
        part = home / f".postgres-{secrets.token_hex(4)}"
        part.mkdir(mode=PRIVATE_FOLDER)
        self.place.give_away(part)
        self._initdb(part)
        part.rename(data)

    def _initdb(self, data: Path) -> None:
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"]
        options += [] if self.durable else ["--no-sync"]
        log, program = self.place.log("initdb"), str(self.binaries.bin / "initdb")
        maker = Child("initdb", [program, "-D", str(data), *options], plain_environment(), log, user=self.place.user)
        rotate(log)
        maker.start()
        if not maker.wait(INITDB_SECONDS):
            raise ServerFailedError(f"PostgreSQL's initdb failed:\n{maker.tail()}")


def url_at(sockets: Path, database: str = DATABASE) -> str:
    """The URL of the PostgreSQL of a socket folder; the port is part of the socket's name."""
    return f"postgresql://postgres:@/{database}?host={sockets / POSTGRES_SOCKETS}&port={PORT}"


def end_left(data: Path) -> None:
    """End what still runs on this cluster, then remove its pid file, which may name a stranger by now.

    The file is PostgreSQL's own guard against orphans that still write, so it stays while there is one.
    """
    pid_file = data / "postmaster.pid"
    try:
        postmaster = int(pid_file.read_text().split("\n", 1)[0])
    except FileNotFoundError:
        return
    except ValueError:
        postmaster = 0
    left = [process for process in psutil.process_iter() if _runs_on(process, data)]
    asked = [process for process in left if process.pid == postmaster]
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        for process in asked:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        left = still_alive(left, STOP_SECONDS if asked else ORPHAN_SECONDS)
        asked = left
    if not left:
        pid_file.unlink(missing_ok=True)


def _runs_on(process: psutil.Process, data: Path) -> bool:
    """Whether it is a PostgreSQL process of this cluster: all of them work in its folder."""
    try:
        return process.name() == "postgres" and Path(process.cwd()) == data.resolve()
    except (psutil.Error, OSError):
        return False


async def _has_database(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        return False
    return True


def plain_environment() -> Mapping[str, str]:
    """An environment in which servers behave the same everywhere."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
