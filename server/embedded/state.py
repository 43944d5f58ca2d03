"""What a run of `up` writes down, so that the next one can tidy up after a kill -9; and the lock on its data."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from server.embedded.children import Identity, end

PRIVATE = 0o600


class BusyError(Exception):
    """Another `up` uses this data directory."""


@dataclass
class RunState:
    """The living run: its pid, its URL, its children and its socket folder."""

    pid: int = field(default_factory=os.getpid)
    url: str = ""
    sockets: str = ""
    children: list[Identity] = field(default_factory=list)


class StateFile:
    """`run.json` in the data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "run.json"
        self.state = RunState()

    def read(self) -> RunState | None:
        """What an earlier run wrote, or None."""
        try:
            found = orjson.loads(self._path.read_bytes())
            children = [Identity(**child) for child in found["children"]]
            return RunState(int(found["pid"]), str(found["url"]), str(found["sockets"]), children)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self) -> None:
        """Write the present state, whole or not at all."""
        write_private(self._path, orjson.dumps(asdict(self.state)))

    def add(self, child: Identity) -> None:
        """Remember a child, in place of an earlier one of its name."""
        self.state.children = [c for c in self.state.children if c.name != child.name] + [child]
        self.write()

    def remove(self) -> None:
        """The run ended in order."""
        self._path.unlink(missing_ok=True)

    def tidy(self) -> list[str]:
        """End what an earlier run left; the names of what was ended."""
        left = self.read()
        if left is None:
            return []
        ended = [child.name for child in reversed(left.children) if end(child)]
        sockets = Path(left.sockets)
        if left.sockets and sockets.name.startswith(SOCKETS_PREFIX) and sockets.is_dir():
            shutil.rmtree(sockets, ignore_errors=True)
        self.remove()
        return ended


SOCKETS_PREFIX = "infsrv-"


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def kept_secret(path: Path) -> str:
    """A random secret, made once and kept for its owner alone."""
    if path.exists() and (found := path.read_text().strip()):
        return found
    made = secrets.token_urlsafe(48)
    write_private(path, made.encode())
    return made


@contextmanager
def locked(data_dir: Path) -> Iterator[StateFile]:
    """The data directory for this process alone; the kernel frees the lock however the process ends.

    Raises:
        BusyError: naming the pid and URL of the run that holds it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    state = StateFile(data_dir)
    with (data_dir / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            other = state.read()
            who = f"process {other.pid} at {other.url or 'a starting URL'}" if other else "another process"
            raise BusyError(f"{data_dir} is in use by {who}. Stop it, or choose another --data-dir.") from None
        yield state
