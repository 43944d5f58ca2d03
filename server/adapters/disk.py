"""Room on the disks of this machine."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DiskSpace:
    """Bytes that a disk has left, and has in all."""

    free_bytes: int
    total_bytes: int


def disk_space(folder: Path) -> DiskSpace | None:
    """Room on the disk of a folder; of the nearest one above where it is not there yet, None where none is."""
    for path in (folder, *folder.parents):
        try:
            usage = shutil.disk_usage(path)
        except FileNotFoundError:
            continue
        except OSError:
            return None
        return DiskSpace(usage.free, usage.total)
    return None
