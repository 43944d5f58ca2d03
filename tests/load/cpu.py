"""Where the cores go: CPU seconds of every process of a server, by its part."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import psutil

Parts = Mapping[str, float]


class CpuSeconds:
    """CPU seconds of some processes and all below them, by name; a process is counted where its nearest name is."""

    def __init__(self, roots: Mapping[str, int]) -> None:
        self._roots = {psutil.Process(pid): name for name, pid in roots.items()}

    def read(self) -> dict[str, float]:
        """Seconds so far."""
        found = dict.fromkeys(self._roots.values(), 0.0)
        for process, name in self._roots.items():
            below = [] if process.pid == psutil.Process().pid else process.children(recursive=True)
            for each in (process, *below):
                with suppress(psutil.NoSuchProcess):
                    times = each.cpu_times()
                    part = "runner" if _is_runner(each) else name
                    found[part] = found.get(part, 0.0) + times.user + times.system
        return found


def _is_runner(process: psutil.Process) -> bool:
    return "workers.runner.main" in process.cmdline()
