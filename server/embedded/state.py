"""What a run of `up` writes down, so that the next one can tidy up after a kill -9; and the lock on its data."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from server.embedded.processes import Identity, UpError, end_leftovers

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
SOCKETS_PREFIX = "infsrv-"


class BusyError(UpError):
    """The data directory cannot be used, perhaps because another `up` uses it; the message says why."""


@dataclass
class RunState:
    """The living run: its pid, its URL, its children and its socket folders."""

    pid: int = field(default_factory=os.getpid)
    url: str = ""
    sockets: list[str] = field(default_factory=list)
    children: list[Identity] = field(default_factory=list)


class StateFile:
    """`run.json` in the data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "run.json"
        self.state = RunState()

    def read(self) -> RunState | None:
        """What a run wrote, or None."""
        try:
            record = orjson.loads(self._path.read_bytes())
            children = [Identity(**child) for child in record["children"]]
            return RunState(int(record["pid"]), str(record["url"]), [str(s) for s in record["sockets"]], children)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self) -> None:
        """Write the present state, whole or not at all."""
        write_private(self._path, orjson.dumps(asdict(self.state)))

    def begin(self, url: str, sockets: Path) -> None:
        """Write down where this run can be reached."""
        self.state.url = url
        self.state.sockets = [str(sockets)]
        self.write()

    def add(self, child: Identity) -> None:
        """Remember a child, in place of an earlier one of its name."""
        self.state.children = [c for c in self.state.children if c.name != child.name] + [child]
        self.write()

    def remove(self) -> None:
        """Forget the run, which ended in order."""
        self._path.unlink(missing_ok=True)

    def tidy(self) -> list[str]:
        """End what an earlier run left; the names of the processes that were alive."""
        if earlier := self.read():
            self.state.children, self.state.sockets = earlier.children, earlier.sockets
        self.write()
        ended = end_leftovers(list(reversed(self.state.children)))
        for sockets in map(Path, self.state.sockets):
            # A socket folder that we made, and nothing else
            is_ours = sockets.name.startswith(SOCKETS_PREFIX) and not sockets.is_symlink() and sockets.is_dir()
            if is_ours and sockets.stat().st_uid == os.geteuid():
                shutil.rmtree(sockets, ignore_errors=True)
        self.state.children, self.state.sockets = [], []
        self.write()
        return ended


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def stored_secret(path: Path, make: Callable[[], str]) -> str:
    """A random text, made once and stored for its owner alone."""
    if path.exists() and (secret := path.read_text().strip()):
        path.chmod(PRIVATE_FILE)
        return secret
    secret = make()
    write_private(path, secret.encode())
    return secret


def secret_key(data_dir: Path) -> str:
    """The secret of this data directory, where none is configured."""
    return stored_secret(data_dir / "secret_key", lambda: secrets.token_urlsafe(48))


def demo_password(data_dir: Path) -> str:
    """The password of the demo user."""
    return stored_secret(data_dir / "demo_password", lambda: secrets.token_urlsafe(15))


@contextmanager
def locked(data_dir: Path) -> Iterator[StateFile]:
    """The data directory for this process alone; the kernel frees the lock however the process ends.

    Raises:
        BusyError: it cannot be made or written to, or is held by another run, whose pid and URL are named.
    """
    try:
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        data_dir.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
        lock_file = (data_dir / "up.lock").open("w")
    except OSError as error:
        why = f"{data_dir} cannot hold the data ({error.strerror})"
        raise BusyError(f"{why}. Choose another with --data-dir or DATA_DIR.") from None
    state = StateFile(data_dir)
    with lock_file as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            other = state.read()
            who = f"process {other.pid} at {other.url or 'a URL it has yet to open'}" if other else "another process"
            raise BusyError(f"{data_dir} is in use by {who}. Stop it, or choose another --data-dir.") from None
        try:
            yield state
        finally:
            state.remove()
