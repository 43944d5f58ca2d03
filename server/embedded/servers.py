"""A private PostgreSQL and a private Redis as child processes, reached through sockets that only we can open."""

from __future__ import annotations

import asyncio
import hashlib
import os
import pwd
import shutil
import signal
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil
import redis

from server.embedded.binaries import PostgresBinaries, find_postgres, find_redis
from server.embedded.children import Child, rotate
from server.embedded.state import SOCKETS_PREFIX

DATABASE = "inference"
START_SECONDS = 60.0
MAX_SOCKET_PATH = 100
SYSTEM_HOME = Path("/var/lib/inference-server")


class ServerFailedError(Exception):
    """An embedded server did not start; the message ends with its log."""


@dataclass(frozen=True)
class Place:
    """Where the servers of one data directory keep things; `user` runs PostgreSQL when we are root."""

    data_dir: Path
    sockets: Path
    user: int | None

    @property
    def postgres_data(self) -> Path:
        """Folder of the cluster: below /var/lib for root, since `nobody` may not reach a checkout."""
        return (self._system_home() / "data") if self.user is not None else self.data_dir / "postgres"

    def _system_home(self) -> Path:
        return SYSTEM_HOME / hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:16]

    def prepare(self) -> None:
        """Make the folders, each for its user alone."""
        (self.data_dir / "redis").mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.data_dir / "logs").mkdir(exist_ok=True, mode=0o700)
        if self.user is None:
            return
        SYSTEM_HOME.mkdir(mode=0o755, exist_ok=True)
        self._system_home().mkdir(mode=0o755, exist_ok=True)
        self.postgres_data.mkdir(mode=0o700, exist_ok=True)
        for path in (self.postgres_data, self.sockets):
            os.chown(path, self.user, pwd.getpwuid(self.user).pw_gid)

    def reachable(self, binaries: PostgresBinaries) -> PostgresBinaries:
        """Binaries that PostgreSQL's user can run: a copy, where the bundled ones lie behind closed folders."""
        if self.user is None or binaries.home is None or _is_traversable(binaries.home):
            return binaries
        copy = SYSTEM_HOME / binaries.home.name
        if not (copy / ".complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(binaries.home, copy, symlinks=True)
            (copy / ".complete").touch()
        return PostgresBinaries(copy / "bin", copy)


def _is_traversable(path: Path) -> bool:
    """Whether everybody may go through all folders above."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in [path, *path.resolve().parents])


def unprivileged_user() -> int | None:
    """Who runs PostgreSQL: us, or `nobody` where we are root, which PostgreSQL refuses."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


@contextmanager
def socket_folder() -> Iterator[Path]:
    """A short, private folder for sockets; a path over 107 bytes cannot be one."""
    base = tempfile.gettempdir()
    if len(base) + len(SOCKETS_PREFIX) + 40 > MAX_SOCKET_PATH:
        base = "/tmp"  # noqa: S108 - mkdtemp makes the folder, with mode 0700
    path = Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX, dir=base))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@dataclass(frozen=True)
class Postgres:
    """The embedded PostgreSQL."""

    place: Place
    binaries: PostgresBinaries
    durable: bool = True

    def url(self, database: str = DATABASE) -> str:
        """Its URL; the port is part of the socket's name."""
        return f"postgresql://postgres:@/{database}?host={self.place.sockets}&port=5432"

    def child(self) -> Child:
        """The server process; SIGINT is its fast shutdown."""
        data = self.place.postgres_data
        options = ["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "max_connections=200"]
        if not self.durable:
            options += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        command = [str(self.binaries.bin / "postgres"), "-D", str(data), "-k", str(self.place.sockets), *options]
        log = self.place.data_dir / "logs" / "postgres.log"
        return Child("postgres", command, _plain_environment(), log, signal.SIGINT, user=self.place.user)

    def initialise(self) -> None:
        """Make the cluster once, and end or forget what a killed run left."""
        data = self.place.postgres_data
        if not (data / "PG_VERSION").exists():
            command = [str(self.binaries.bin / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"]
            maker = Child("initdb", [*command, "-E", "UTF8", "--locale=C", "--no-instructions"], _plain_environment(),
                          self.place.data_dir / "logs" / "initdb.log", user=self.place.user)  # fmt: skip
            maker.start()
            if maker.process is None or maker.process.wait(START_SECONDS * 3) != 0:
                raise ServerFailedError(f"PostgreSQL's initdb failed:\n{maker.tail()}")
        end_left_postgres(data)

    def wait(self, child: Child) -> None:
        """Wait until it answers, and make our database once."""
        _wait_for(child, lambda: asyncio.run(_answers(self.url("postgres"))))
        asyncio.run(_create_database(self.url("postgres")))


def end_left_postgres(data: Path) -> None:
    """End a postmaster that runs on this cluster; a pid file that names a stranger is only removed."""
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    try:
        process = psutil.Process(pid)
        is_ours = str(data) in process.cmdline()
    except psutil.Error:
        is_ours = False
    if is_ours:
        process.send_signal(signal.SIGINT)
        psutil.wait_procs([process], 20)
    else:
        pid_file.unlink(missing_ok=True)


@dataclass(frozen=True)
class Redis:
    """The embedded Redis."""

    place: Place
    binary: Path
    durable: bool = True

    @property
    def url(self) -> str:
        """Its URL."""
        return f"unix://{self.place.sockets}/redis.sock?db=0"

    def child(self) -> Child:
        """The server process."""
        socket = str(self.place.sockets / "redis.sock")
        options = ["--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--save", "", "--daemonize", "no"]
        options += ["--dir", str(self.place.data_dir / "redis"), "--maxmemory-policy", "noeviction"]
        options += ["--appendonly", "yes" if self.durable else "no", "--appendfsync", "everysec"]
        return Child("redis", [str(self.binary), *options], _plain_environment(),
                     self.place.data_dir / "logs" / "redis.log")  # fmt: skip

    def wait(self, child: Child) -> None:
        """Wait until it answers."""
        with redis.Redis.from_url(self.url, socket_timeout=1, retry=None) as client:
            _wait_for(child, lambda: _pings(client))


def _pings(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


async def _answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=2)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await connection.close()
    return True


async def _create_database(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        await connection.close()


async def forget_workers(url: str) -> None:
    """Workers of an earlier run of `up` are gone, however it ended: nobody is to wait for their silence."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DELETE FROM worker")
    finally:
        await connection.close()


def _wait_for(child: Child, is_up: object) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_up():  # type: ignore[operator]
        if not child.is_running or time.monotonic() > deadline:
            raise ServerFailedError(f"{child.name} did not start:\n{child.tail()}")
        threading.Event().wait(0.03)


def _plain_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


@dataclass
class LocalServers:
    """Both servers, running."""

    database_url: str
    redis_url: str
    children: list[Child]

    @classmethod
    @contextmanager
    def start(cls, data_dir: Path, *, durable: bool = True, keep: bool = False) -> Iterator[LocalServers]:
        """Both servers for the time of the context, as tests use them; `keep` leaves the data of a root's cluster."""
        with ExitStack() as stack:
            place = Place(data_dir.absolute(), stack.enter_context(socket_folder()), unprivileged_user())
            postgres, cache = make_postgres(place, durable), make_redis(place, durable)
            children = [postgres.child(), cache.child()]
            for child in children:
                rotate(child.log)
                child.start()
                stack.callback(child.stop)
            postgres.wait(children[0])
            cache.wait(children[1])
            yield cls(postgres.url(), cache.url, children)
        if place.user is not None and not keep:
            shutil.rmtree(place.postgres_data.parent, ignore_errors=True)


def make_postgres(place: Place, durable: bool = True) -> Postgres:
    """An initialised PostgreSQL, not yet started; raises BinaryMissingError, ServerFailedError."""
    place.prepare()
    postgres = Postgres(place, place.reachable(find_postgres()), durable)
    postgres.initialise()
    return postgres


def make_redis(place: Place, durable: bool = True) -> Redis:
    """A Redis, not yet started; raises BinaryMissingError."""
    place.prepare()
    return Redis(place, find_redis(), durable)
