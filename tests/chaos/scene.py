"""Where faults happen, and where they are noted."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.chaos.cluster import Cluster
from tests.chaos.load import Load


@dataclass(frozen=True)
class Injected:
    """A fault that was there from `began` to `ended` (seconds since 1970); `pid` is the worker's it took, if one."""

    name: str
    began: float
    ended: float
    pid: int | None = None
    count: int = 1


@dataclass
class Scene:
    """What a fault gets: the cluster, the clients, its luck, and where it is noted."""

    cluster: Cluster
    load: Load
    rng: random.Random
    injected: list[Injected] = field(default_factory=list)

    def note(self, name: str, began: float, pid: int | None = None, count: int = 1) -> None:
        """Write down that a fault was there until now."""
        self.injected.append(Injected(name, began, time.time(), pid, count))


Fault = Callable[[Scene], Awaitable[None]]
