"""Child processes: started in sessions of their own, written down, and never mistaken for strangers."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

TAIL_BYTES = 4_000
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Identity:
    """A process that cannot be confused with a later one of the same pid; `started` is seconds since 1970."""

    name: str
    pid: int
    started: float

    def process(self) -> psutil.Process | None:
        """The process, if it is still the same one and alive."""
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.started) < 0.05 and found.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return None
        return found if same else None


@dataclass
class Child:
    """One child and how to start and stop it; `stop_signal` asks it to end in order."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15.0
    user: int | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> Identity:
        """Start it, its output going to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - commands of ours
                list(self.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as_user(),
            )
        return Identity(self.name, self.process.pid, psutil.Process(self.process.pid).create_time())

    def _as_user(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        import pwd

        return {"user": self.user, "group": pwd.getpwuid(self.user).pw_gid, "extra_groups": [], "cwd": "/"}

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self, hurry: threading.Event | None = None) -> None:
        """Ask it to end; kill it after its time, or at once when `hurry` is set."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            waited = 0.0
            while self.process.poll() is None and waited < self.stop_seconds and not (hurry and hurry.is_set()):
                threading.Event().wait(POLL_SECONDS)
                waited += POLL_SECONDS
        end_group(self.process.pid)
        self.process.wait()

    def tail(self) -> str:
        """The last lines of its log."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - TAIL_BYTES))
            return log.read().decode(errors="replace").strip()


def end_group(pid: int) -> None:
    """Kill what is left of a session of ours."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def end(identity: Identity, seconds: float = 10.0) -> bool:
    """End a process that an earlier run left, with its children; a stranger of the same pid is not touched."""
    found = identity.process()
    if found is None:
        return False
    family = [found, *found.children(recursive=True)]
    found.send_signal(signal.SIGINT if identity.name == "postgres" else signal.SIGTERM)
    _, alive = psutil.wait_procs(family, seconds)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, seconds)
    return True


def rotate(log: Path) -> None:
    """Keep one older log."""
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
