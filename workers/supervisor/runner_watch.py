"""A runner is ended before it takes memory, processes or disk from everything else on its machine.

The kernel's own killer may choose the database, and no limit of a process bounds what it starts. So the machine is
looked at ten times a second, which costs next to nothing, and a runner that brings it to its end is ended with all that
it started. Where the kernel bounds a runner (`memory_bound`, RUNNER_MEMORY_BYTES) this is the second wall.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil

from server.domain.predictions import Failure, PredictionErrorCode
from workers.contract.containers import CGROUP, container_memory
from workers.contract.policy import MAX_TASKS

PERIOD_SECONDS = 0.1
SLOW_PERIODS = 10
"""How many looks at memory come to one at processes and disk."""
MIN_MEMORY_SHARE = 0.04
RUNNER_SHARE = 0.2
MIN_DISK_BYTES, MIN_DISK_SHARE, DISK_DROP_BYTES = 1_000_000_000, 0.02, 500_000_000
_SHM = Path("/dev/shm")  # noqa: S108 - looked at, not written


@dataclass(frozen=True)
class Load:
    """What a machine has, and what a runner with all that it started has of it; bytes, and processes with threads."""

    memory: int
    memory_total: int
    runner_memory: int
    tasks: int = 0
    disk: int | None = None
    disk_total: int = 0
    disk_at_start: int = 0


def judge(load: Load) -> Failure | None:
    """Why the runner has to end, as what a prediction ends with that was alone in it; None: it has not."""
    if load.memory < load.memory_total * MIN_MEMORY_SHARE and load.runner_memory > load.memory_total * RUNNER_SHARE:
        return Failure(
            PredictionErrorCode.OUT_OF_MEMORY,
            f"The model's process used {load.runner_memory} bytes of memory, and almost none was left on its machine "
            f"({load.memory} of {load.memory_total} bytes), so it was ended.",
        )
    if load.tasks > MAX_TASKS:
        return Failure(
            PredictionErrorCode.INTERNAL,
            f"The model's process started {load.tasks} processes and threads, more than {MAX_TASKS}, so it was ended.",
        )
    if (
        load.disk is not None
        and load.disk < min(MIN_DISK_BYTES, load.disk_total * MIN_DISK_SHARE)
        and load.disk_at_start - load.disk > DISK_DROP_BYTES
    ):
        return Failure(
            PredictionErrorCode.STORAGE,
            f"The model's process left {load.disk} bytes of its machine's disk, so it was ended.",
        )
    return None


@dataclass
class RunnerWatch:
    """Watches one runner in a thread of its own, since the event loop may be busy when it matters."""

    pid: int
    scratch: Path | None
    end: Callable[[Failure], None]
    """Called once, in the thread, with the reason."""
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> Self:
        """Begin to watch."""
        threading.Thread(target=self._run, name=f"watch of runner {self.pid}", daemon=True).start()
        return self

    def stop(self) -> None:
        """Look no more; the runner is gone."""
        self._stop.set()

    def _run(self) -> None:
        disk_at_start = self._disk()[0] or 0
        tasks_at_start = all_tasks()
        count = 0
        while not self._stop.wait(PERIOD_SECONDS):
            count += 1
            memory, total = free_memory()
            is_short = memory < total * MIN_MEMORY_SHARE
            disk, disk_total, tasks = None, 0, 0
            if count % SLOW_PERIODS == 0:
                disk, disk_total = self._disk()
                if all_tasks() > tasks_at_start + MAX_TASKS // 2:
                    tasks = group_tasks(self.pid)
            runner_memory = group_memory(self.pid) if is_short else 0
            reason = judge(Load(memory, total, runner_memory, tasks, disk, disk_total, disk_at_start))
            if reason:
                self.end(reason)
                return

    def _disk(self) -> tuple[int | None, int]:
        if self.scratch is not None:
            with suppress(OSError):
                usage = shutil.disk_usage(self.scratch)
                return usage.free, usage.total
        return None, 0


def free_memory(root: Path = CGROUP) -> tuple[int, int]:
    """Bytes that can be had, and bytes in all, of this machine, or of this container if that has less."""
    machine, swap = psutil.virtual_memory(), psutil.swap_memory()
    free, total = int(machine.available + swap.free), int(machine.total + swap.total)
    container = container_memory(root)
    if container is None or container[0] >= total:
        return free, total
    limit, used = container
    try:
        details = dict(line.split() for line in (root / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return free, total
    # Pages of files are given up where memory is needed
    used -= int(details.get("active_file", 0)) + int(details.get("inactive_file", 0))
    return min(free, max(0, limit - used)), limit


def all_tasks() -> int:
    """Processes and threads of this machine, or of what this process sees of it; 0 where the system does not say."""
    try:
        return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])
    except (OSError, ValueError, IndexError):
        return 0


def _group(leader: int) -> list[psutil.Process]:
    """The processes of a process group."""
    members = []
    for pid in psutil.pids():
        with suppress(OSError):
            if os.getpgid(pid) == leader:
                members.append(pid)
    processes = []
    for pid in members:
        with suppress(psutil.Error):
            processes.append(psutil.Process(pid))
    return processes


def group_tasks(leader: int) -> int:
    """Processes and threads of a process group; counting ends above MAX_TASKS."""
    count = 0
    for process in _group(leader):
        with suppress(psutil.Error):
            count += process.num_threads()
        if count > MAX_TASKS:
            break
    return count


def group_memory(leader: int, most_seconds: float = 1.0) -> int:
    """Bytes in memory of a process group, what it shares counted once, with what lies in memory as files."""
    count, until = 0, time.monotonic() + most_seconds
    for process in _group(leader):
        with suppress(psutil.Error):
            details = process.memory_info()
            count += details.rss - getattr(details, "shared", 0)
        if time.monotonic() > until:
            break
    return count + int(getattr(psutil.virtual_memory(), "shared", 0))


def remove_shared_memory(user: int, folder: Path = _SHM) -> None:
    """Remove what a user left in memory as files, which stays there when its processes are gone."""
    with suppress(OSError):
        for entry in list(os.scandir(folder)):
            with suppress(OSError):
                if entry.stat(follow_symlinks=False).st_uid == user:
                    path = Path(entry.path)
                    shutil.rmtree(path) if entry.is_dir(follow_symlinks=False) else path.unlink()
