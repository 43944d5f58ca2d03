"""A bound of a runner's memory that the kernel keeps for it and all it starts: a control group, where we may make one.

Source: https://docs.kernel.org/admin-guide/cgroup-v2.html.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import structlog

logger = structlog.get_logger(__name__)

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
SUPERVISOR, RUNNER = "supervisor", "runner"


class MemoryBound:
    """The control group of one worker's runner below the worker's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, pid: int) -> None:
        """Bound a process, and what it starts from now on; one that is gone already needs no bound."""
        with suppress(ProcessLookupError):
            (self._folder / "cgroup.procs").write_text(str(pid))


def bound_memory(most_bytes: int, root: Path = ROOT, own: Path = OWN) -> MemoryBound | None:
    """A control group that holds at most so many bytes, swap none; None where this process was given no subtree.

    The group of a process that gives resources on to others may hold none itself: this process, and what it shares its
    group with, move to a group beside the runner's.
    """
    try:
        place = next(line[3:] for line in own.read_text().splitlines() if line.startswith("0::"))
        base = root / place.lstrip("/")
        if base.name == SUPERVISOR:
            # An earlier start of this process moved it
            base = base.parent
        if base == root or "memory" not in (base / "cgroup.controllers").read_text().split():
            return None
        if not os.access(base / "cgroup.subtree_control", os.W_OK):
            return None
        ours, runner = base / SUPERVISOR, base / RUNNER
        for folder in (ours, runner):
            folder.mkdir(exist_ok=True)
        for pid in (base / "cgroup.procs").read_text().split():
            (ours / "cgroup.procs").write_text(pid)
        (base / "cgroup.subtree_control").write_text("+memory")
        (runner / "memory.max").write_text(str(most_bytes))
        # Kernels without swap have no such file
        with suppress(FileNotFoundError):
            (runner / "memory.swap.max").write_text("0")
    except (OSError, StopIteration) as error:
        logger.info("runner.no_control_group", error=str(error))
        return None
    return MemoryBound(runner)
