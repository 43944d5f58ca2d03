"""Child processes in sessions of their own, which end when we do."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from server.embedded.identity import Identity

TAIL_BYTES = 4_000
POLL_SECONDS = 0.02
HURRY_SECONDS = 3.0
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One child and how to start and stop it.

    `stop_signal` asks it to end in order within `stop_seconds`, `hurry_signal` to end at once; `prepare` runs before
    each start.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    hurry_signal: signal.Signals = signal.SIGKILL
    stop_seconds: float = 15.0
    user: int | None = None
    prepare: Callable[[], None] | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> Identity:
        """Start it, its output going to its log."""
        if self.prepare:
            self.prepare()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - commands of ours
                list(self.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent(self.stop_signal),
                **as_user(self.user),
            )
        return Identity.of(self.name, self.process.pid)

    @property
    def is_running(self) -> bool:
        """Whether it runs; its pid is not given back to the system before `end`."""
        if self.process is None or self.process.returncode is not None:
            return False
        try:
            return psutil.Process(self.process.pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it runs."""
        if self.process and self.is_running:
            os.kill(self.process.pid, number)

    def end(self) -> str:
        """Kill what is left of its session; how it ended."""
        if self.process is None:
            return "not started"
        if self.process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        return f"exit code {code}" if code >= 0 else signal.Signals(-code).name

    def stop(self) -> None:
        """Ask it to end and wait; it can be started again."""
        stop_all([self])

    def wait(self, seconds: float, is_over: Callable[[], bool] = lambda: False) -> bool:
        """Wait until it has done its work, or is no longer wanted; whether it did it."""
        _wait([self], seconds, is_over)
        return self.end() == "exit code 0"

    def tail(self) -> str:
        """The last lines of its log."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - TAIL_BYTES))
            return log.read().decode(errors="replace").strip()


def stop_all(children: Sequence[Child], hurry: threading.Event | None = None) -> None:
    """Ask all of them to end and wait, each for its time, or until `hurry` is set; then end them anyhow."""
    for child in children:
        child.send(child.stop_signal)
    patience = max((child.stop_seconds for child in children), default=0)
    _wait(children, patience, lambda: bool(hurry and hurry.is_set()))
    for child in children:
        child.send(child.hurry_signal)
    _wait(children, HURRY_SECONDS, lambda: False)
    for child in children:
        child.end()


def _wait(children: Sequence[Child], seconds: float, is_over: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while any(child.is_running for child in children) and time.monotonic() < deadline and not is_over():
        time.sleep(POLL_SECONDS)


def as_user(user: int | None) -> dict[str, Any]:
    """Arguments of Popen to run as another user, from a folder that everybody may enter."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwuid(user).pw_gid, "extra_groups": [], "cwd": "/"}


def _end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """What makes the kernel send a signal when we are gone; it watches the starting thread, so only the main one."""
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def before_exec() -> None:
        prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def rotate(log: Path) -> None:
    """Make way for a new log and keep one older."""
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
