"""Where the cores go: CPU seconds and wake-ups of every process of a server, by its part."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

OWN_PID = psutil.Process().pid


@dataclass(frozen=True)
class Usage:
    """`cpu_seconds` of user and system; `wake_ups`: how often a thread had waited for something and went on."""

    cpu_seconds: float = 0.0
    wake_ups: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.cpu_seconds + other.cpu_seconds, self.wake_ups + other.wake_ups)

    def since(self, earlier: Usage) -> Usage:
        """What came after."""
        return Usage(self.cpu_seconds - earlier.cpu_seconds, self.wake_ups - earlier.wake_ups)


def usage(roots: Mapping[str, int]) -> dict[str, Usage]:
    """What some processes and all below them have used so far, by name; runners are a part of their own.

    Of this process, none below it are counted.
    """
    parts: dict[str, Usage] = {}
    for name, pid in roots.items():
        process = psutil.Process(pid)
        below = [] if pid == OWN_PID else process.children(recursive=True)
        for each in (process, *below):
            with suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                times = each.cpu_times()
                part = "runner" if "workers.runner.main" in each.cmdline() else name
                parts[part] = parts.get(part, Usage()) + Usage(times.user + times.system, _wake_ups(each.pid))
    return parts


def _wake_ups(pid: int) -> int:
    """Linux counts them a thread; of threads that have ended nothing is known."""
    count = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        with suppress(FileNotFoundError, ProcessLookupError):
            _, _, rest = status.read_text().partition("\nvoluntary_ctxt_switches:")
            count += int(rest.split(maxsplit=1)[0])
    return count
