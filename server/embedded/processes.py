"""Processes of `up`: children in sessions of their own, which end when we do, and those that an earlier run left."""

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

TAIL_BYTES = 4_000
POLL_SECONDS = 0.02
HURRY_SECONDS = 3.0
LEFTOVER_SECONDS = 10.0
PR_SET_PDEATHSIG = 1
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
START_TIME_FIELD = 19


class UpError(Exception):
    """`up` cannot start or go on; the message says why, and what to do."""


class ServerFailedError(UpError):
    """An embedded server did not start; the message ends with its log."""


@dataclass(frozen=True)
class Identity:
    """A process that cannot be confused with a later one of the same pid, nor with one of another boot.

    `started` is in clock ticks since the boot on Linux, where the wall clock may be set meanwhile; elsewhere it is in
    seconds since 1970.
    """

    name: str
    pid: int
    started: float
    boot: str

    @classmethod
    def of(cls, name: str, pid: int) -> Identity:
        """The identity of a process that is alive; raises psutil.NoSuchProcess."""
        try:
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
            started = float(after_name.split()[START_TIME_FIELD])
        except (OSError, IndexError):
            started = psutil.Process(pid).create_time()
        try:
            boot = BOOT_ID.read_text().strip()
        except OSError:
            boot = ""
        return cls(name, pid, started, boot)

    def process(self) -> psutil.Process | None:
        """The process, if it is still the same one and alive."""
        try:
            process = psutil.Process(self.pid)
            return process if Identity.of(self.name, self.pid) == self and is_alive(process) else None
        except psutil.Error:
            return None


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
                preexec_fn=_before_exec(self.stop_signal),
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

    def pids(self) -> list[int]:
        """The pids of it and of all below it."""
        if self.process is None:
            return []
        try:
            return [process.pid for process in tree(psutil.Process(self.process.pid))]
        except psutil.NoSuchProcess:
            return []

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

    def wait(self, seconds: float, is_canceled: Callable[[], bool] = lambda: False) -> bool:
        """Whether it ended well within its time, and before somebody canceled it; then nothing of it is left."""
        _wait([self], seconds, is_canceled)
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


def _wait(children: Sequence[Child], seconds: float, is_canceled: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while any(child.is_running for child in children) and time.monotonic() < deadline and not is_canceled():
        time.sleep(POLL_SECONDS)


def as_user(user: int | None) -> dict[str, Any]:
    """Arguments of Popen to run as another user, from a folder that everybody may enter."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwuid(user).pw_gid, "extra_groups": [], "cwd": "/"}


def _before_exec(stop_signal: signal.Signals) -> Callable[[], None]:
    """What a child does before its program runs: heed every signal that ends one, and end when we are gone.

    A shell starts what it runs in the background with SIGINT and SIGQUIT ignored, and a program that sets no handlers
    would stay so. The kernel watches the thread that started a child, so only the main one's children end with us.
    """
    watches = sys.platform == "linux" and threading.current_thread() is threading.main_thread()
    prctl, parent = ctypes.CDLL(None).prctl if watches else None, os.getpid()

    def prepare_child() -> None:
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, stop_signal, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare_child


def rotate(log: Path) -> None:
    """Make way for a new log and keep one older."""
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))


def end_leftovers(identities: Sequence[Identity], seconds: float = LEFTOVER_SECONDS) -> list[str]:
    """End what is left of these processes, with their children; strangers of the same pid are not touched.

    Returns:
        The names of those that were alive.
    """
    leftovers = [(identity, process) for identity in identities if (process := identity.process())]
    with_children = [each for _, process in leftovers for each in tree(process)]
    for identity, process in leftovers:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT if identity.name == "postgres" else signal.SIGTERM)
    for process in still_alive(with_children, seconds):
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    still_alive(with_children, seconds)
    return [identity.name for identity, _ in leftovers]


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that only waits for its parent to take notice does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def still_alive(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that have not ended after so many seconds."""
    deadline = time.monotonic() + seconds
    while (alive := [process for process in processes if is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return alive


def tree(process: psutil.Process) -> list[psutil.Process]:
    """A process and all below it."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
