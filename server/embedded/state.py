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

from server.embedded.identity import Identity, end

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
SOCKETS_PREFIX = "infsrv-"


class BusyError(Exception):
    """The data directory cannot be used, as by another `up` that uses it; the message says why."""


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
            found = orjson.loads(self._path.read_bytes())
            children = [Identity(**child) for child in found["children"]]
            return RunState(int(found["pid"]), str(found["url"]), [str(s) for s in found["sockets"]], children)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self) -> None:
        """Write the present state, whole or not at all."""
        write_private(self._path, orjson.dumps(asdict(self.state)))

    def begin(self, url: str, sockets: Path) -> None:
        """Say where this run can be found."""
        self.state.url = url
        self.state.sockets = [str(sockets)]
        self.write()

    def add(self, child: Identity) -> None:
        """Remember a child, in place of an earlier one of its name."""
        self.state.children = [c for c in self.state.children if c.name != child.name] + [child]
        self.write()

    def remove(self) -> None:
        """The run ended in order."""
        self._path.unlink(missing_ok=True)

    def tidy(self) -> list[str]:
        """End what an earlier run left; the names of what was ended."""
        if left := self.read():
            self.state.children, self.state.sockets = left.children, left.sockets
        self.write()
        ended = end(list(reversed(self.state.children)))
        for sockets in self.state.sockets:
            _remove_sockets(Path(sockets))
        self.state.children, self.state.sockets = [], []
        self.write()
        return ended


def _remove_sockets(path: Path) -> None:
    """Remove a socket folder that we made, and nothing else."""
    if not path.name.startswith(SOCKETS_PREFIX) or path.is_symlink() or not path.is_dir():
        return
    if path.stat().st_uid == os.geteuid():
        shutil.rmtree(path, ignore_errors=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def kept(path: Path, make: Callable[[], str]) -> str:
    """A random text, made once and kept for its owner alone."""
    if path.exists() and (found := path.read_text().strip()):
        path.chmod(PRIVATE_FILE)
        return found
    made = make()
    write_private(path, made.encode())
    return made


def secret_key(data_dir: Path) -> str:
    """The secret of this data directory, where none is configured."""
    return kept(data_dir / "secret_key", lambda: secrets.token_urlsafe(48))


def demo_password(data_dir: Path) -> str:
    """The password of the demo user."""
    return kept(data_dir / "demo_password", lambda: secrets.token_urlsafe(15))


@contextmanager
def locked(data_dir: Path) -> Iterator[StateFile]:
    """The data directory for this process alone; the kernel frees the lock however the process ends.

    Raises:
        BusyError: it cannot be made or written to, or is held by another run, whose pid and URL are named.
    """
    try:
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        data_dir.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
        opened = (data_dir / "up.lock").open("w")
    except OSError as error:
        why = f"{data_dir} cannot hold the data ({error.strerror})"
        raise BusyError(f"{why}. Choose another with --data-dir or DATA_DIR.") from None
    state = StateFile(data_dir)
    with opened as lock:
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
