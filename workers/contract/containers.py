"""What the control group of this container allows and uses; needs nothing but the standard library."""

from __future__ import annotations

from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def container_memory(root: Path) -> tuple[int, int] | None:
    """Bytes that the container of a control group may use, and those that it uses; None where nothing bounds it."""
    try:
        limit = (root / "memory.max").read_text().strip()
        return None if limit == "max" else (int(limit), int((root / "memory.current").read_text()))
    except (OSError, ValueError):
        return None
