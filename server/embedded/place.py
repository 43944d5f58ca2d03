"""Where the servers of one data directory keep their data, sockets and programs."""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.embedded.binaries import PostgresBinaries
from server.embedded.children import as_user
from server.embedded.state import PRIVATE_FOLDER, SOCKETS_PREFIX, kept

SYSTEM_HOME = Path("/var/lib/inference-server")
POSTGRES_SOCKETS, REDIS_SOCKET = "postgres", "redis.sock"
OPEN_FOLDER, PASSABLE_FOLDER = 0o755, 0o711
# What sockaddr_un holds, its closing zero left out; PostgreSQL's socket has the longest name of ours
MAX_SOCKET_PATH = 107
LONGEST_SOCKET = "/postgres/.s.PGSQL.5432.lock"
RANDOM_PART = 8


class PlaceError(Exception):
    """This machine has no place for the servers; the message says why."""


@dataclass(frozen=True)
class Place:
    """The folders of one data directory's servers.

    `user` runs PostgreSQL where we are root; `postgres_home` is then below /var/lib, since `nobody` may not reach the
    data directory.
    """

    data_dir: Path
    sockets: Path
    user: int | None
    postgres_home: Path

    @classmethod
    def of(cls, data_dir: Path, sockets: Path) -> Place:
        """The place of a data directory; raises PlaceError."""
        user = unprivileged_user()
        data_dir.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        home = data_dir if user is None else SYSTEM_HOME / kept(data_dir / "id", lambda: secrets.token_hex(8))
        return cls(data_dir, sockets, user, home)

    @property
    def postgres_data(self) -> Path:
        """Folder of the cluster."""
        return self.postgres_home / "postgres"

    @property
    def postgres_sockets(self) -> Path:
        """Folder of PostgreSQL's socket."""
        return self.sockets / POSTGRES_SOCKETS

    @property
    def redis_data(self) -> Path:
        """Folder of Redis' append-only file."""
        return self.data_dir / "redis"

    @property
    def redis_socket(self) -> Path:
        """Redis' socket."""
        return self.sockets / REDIS_SOCKET

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.data_dir / "logs" / f"{name}.log"

    def prepare(self) -> None:
        """Make the folders, each for its user alone; rights of folders that others made are left as they are."""
        self.redis_data.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
        self.postgres_sockets.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
        if self.user is None:
            return
        self.sockets.chmod(PASSABLE_FOLDER)
        self.give_away(self.postgres_sockets)
        for folder in (SYSTEM_HOME, self.postgres_home):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(OPEN_FOLDER)

    def give_away(self, path: Path) -> None:
        """Make PostgreSQL's user the owner."""
        if self.user is not None:
            os.chown(path, self.user, pwd.getpwuid(self.user).pw_gid)

    def reachable(self, binaries: PostgresBinaries) -> PostgresBinaries:
        """Programs that PostgreSQL's user can run: a copy, where the bundled ones lie behind closed folders."""
        if self.user is None or binaries.home is None or _runs(binaries, self.user):
            return binaries
        program = (binaries.bin / "postgres").stat()
        key = f"{binaries.home}:{program.st_size}:{program.st_mtime_ns}"
        copy = SYSTEM_HOME / f"postgres-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
        if not copy.exists():
            _copy_for_all(binaries.home, copy)
        return PostgresBinaries(copy / "bin", copy)


def _runs(binaries: PostgresBinaries, user: int) -> bool:
    command = [str(binaries.bin / "postgres"), "--version"]
    try:
        done = subprocess.run(command, capture_output=True, **as_user(user))  # noqa: S603 - a program of ours
    except OSError:
        return False
    return done.returncode == 0


def _copy_for_all(source: Path, target: Path) -> None:
    """Copy a folder so that everybody can read it, whole or not at all."""
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    shutil.copytree(source, part, symlinks=True, dirs_exist_ok=True)
    for path in (part, *part.rglob("*")):
        if not path.is_symlink():
            is_program = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(OPEN_FOLDER if is_program else 0o644)
    try:
        part.rename(target)
    except OSError:
        shutil.rmtree(part)
        if not target.exists():
            raise


def unprivileged_user() -> int | None:
    """Who runs PostgreSQL: us, or `nobody` where we are root, which PostgreSQL refuses.

    Raises:
        PlaceError: there is no `nobody`.
    """
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        raise PlaceError("PostgreSQL does not run as root, and there is no user `nobody`. Start as another user, "
                         "or set DATABASE_URL.") from None  # fmt: skip


@contextmanager
def socket_folder() -> Iterator[Path]:
    """A short, private folder for sockets, made with a random name and removed at the end."""
    path = Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX, dir=_short_folder()))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _short_folder() -> str:
    """The folder of temporary files, or /tmp where its path leaves a socket too few bytes."""
    found = tempfile.gettempdir()
    needed = len(os.fsencode(found)) + 1 + len(SOCKETS_PREFIX) + RANDOM_PART + len(LONGEST_SOCKET)
    return found if needed <= MAX_SOCKET_PATH else "/tmp"  # noqa: S108 - mkdtemp makes the folder, with mode 0700
