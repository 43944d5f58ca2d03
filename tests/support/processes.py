"""The processes of a worker: its master, its supervisor and its runner."""

from __future__ import annotations

import psutil

from tests.conftest import LiveServer


def family(live: LiveServer, name: str = "worker-0") -> list[psutil.Process]:
    """A worker's master and everything below it."""
    master = psutil.Process(live.processes[name].pid)
    return [master, *master.children(recursive=True)]


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def runner_of(live: LiveServer) -> psutil.Process:
    return next(p for p in family(live) if "workers.runner.main" in " ".join(p.cmdline()))
