"""What a runner may do on its machine: the supervisor decides it, `workers.runner.containment` enforces it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import orjson

IMPORTING = "importing predictor: "
"""What a runner writes before it imports a class of the operator's, and without a name when it has imported all."""

MAX_TASKS = max(4096, 64 * (os.cpu_count() or 1))
"""Processes and threads of a runner and all that it starts; libraries start some for each core and model."""

WALLS = ("user", "privileges", "files", "signals", "calls")
"""The walls by name: a user of its own, no new privileges, Landlock, Landlock's scopes, seccomp."""


def walls_of(missing: Mapping[str, str] | None) -> dict[str, str]:
    """Each wall with the reason why it does not stand, empty where it does; None: nobody raised any."""
    if missing is None:
        return dict.fromkeys(WALLS, "CONTAIN_RUNNER is false")
    return {name: missing.get(name, "") for name in WALLS}


@dataclass(frozen=True)
class Policy:
    """The walls of one runner.

    `models` are the roots below which model folders lie: the process may read them, and a thread that runs one model
    that model's folder alone. `inputs` and `readable` may be read by all. `scratch`, which is
    emptied before a runner starts, and `writable` may be written. `hidden` is
    never readable, although it may lie in a folder of Python modules. `user` and `group` are numbers of those that the
    process becomes, or `no_user` says why it stays who it is; where `needs_user`, it ends rather than stay. `network`
    allows sockets. `memory_bytes` bounds the data segment, `file_bytes` one file that is written; None bounds nothing.
    `tasks` bounds processes and threads of a user of its own.
    """

    scratch: str
    models: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    user: int | None = None
    group: int = 0
    no_user: str | None = None
    needs_user: bool = False
    network: bool = False
    memory_bytes: int | None = None
    file_bytes: int | None = None
    tasks: int = MAX_TASKS

    def to_text(self) -> str:
        """As an argument of the runner's command line."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The policy that `to_text` wrote."""
        values: dict[str, Any] = orjson.loads(text)
        values |= {name: tuple(each) for name, each in values.items() if isinstance(each, list)}
        return cls(**values)
