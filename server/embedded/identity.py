"""Which process a pid meant when it was written down."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
START_TIME_FIELD = 19
POLL_SECONDS = 0.02


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
        return cls(name, pid, _started(pid), _boot())

    def process(self) -> psutil.Process | None:
        """The process, if it is still the same one and alive."""
        try:
            found = psutil.Process(self.pid)
            is_same = self.boot == _boot() and self.started == _started(self.pid)
            return found if is_same and is_alive(found) else None
        except psutil.Error:
            return None


def _started(pid: int) -> float:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
        return float(after_name.split()[START_TIME_FIELD])
    except (OSError, IndexError):
        return psutil.Process(pid).create_time()


def _boot() -> str:
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""


def end(left: Sequence[Identity], seconds: float = 10.0) -> list[str]:
    """End what is left of these processes, with their children; strangers of the same pid are not touched.

    Returns:
        The names of those that were alive.
    """
    found = [(identity, process) for identity in left if (process := identity.process())]
    family = [relative for _, process in found for relative in with_children(process)]
    for identity, process in found:
        _signal(process, signal.SIGINT if identity.name == "postgres" else signal.SIGTERM)
    for process in still_alive(family, seconds):
        _signal(process, signal.SIGKILL)
    still_alive(family, seconds)
    return [identity.name for identity, _ in found]


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


def with_children(process: psutil.Process) -> list[psutil.Process]:
    """A process and all below it."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def pids_below(pid: int) -> list[int]:
    """The pids of a process and of all below it."""
    try:
        return [process.pid for process in with_children(psutil.Process(pid))]
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
