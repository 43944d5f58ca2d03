"""What is wrong with the folders of `up`, in sentences: a disk that is full, rights that are missing."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from server.embedded.processes import UpError

MEGABYTE = 1_000_000
# What an empty PostgreSQL with its write-ahead log takes, and some logs
NEW_BYTES = 120 * MEGABYTE
# Below it, PostgreSQL cannot write its next log file of 16 MB
KEPT_BYTES = 20 * MEGABYTE
FULL = ("No space left on device", "Disk quota exceeded", "File too large")
FULL_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CLOSED_ERRORS = (errno.EACCES, errno.EPERM, errno.EROFS)


class FullDiskError(UpError):
    """A folder's disk has too little room."""

    def __init__(self, folder: Path, free: int, needed: int) -> None:
        super().__init__(
            f"The disk of {folder} is full: {free // MEGABYTE} MB are free, and {needed // MEGABYTE} MB are needed. "
            "Make room, or choose another folder with --data-dir or DATA_DIR."
        )


def check_room(*folders: Path, needed: int = KEPT_BYTES) -> None:
    """Raise FullDiskError where the disk of a folder has too little room; a folder that is not there yet counts too."""
    for folder in folders:
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        usage = shutil.disk_usage(there)
        # A file system without a size, such as /proc, is none for data
        if usage.total and usage.free < needed:
            raise FullDiskError(folder, usage.free, needed)


def sentence(error: Exception, folders: Sequence[Path]) -> str:
    """What went wrong: of a disk that was full the folder, of what else the system refused the file and what to do."""
    is_full = isinstance(error, OSError) and error.errno in FULL_ERRORS
    if is_full or any(words in str(error) for words in FULL):
        try:
            check_room(*folders, Path(tempfile.gettempdir()), needed=NEW_BYTES)
        except FullDiskError as full:
            return str(full)
        return f"A file could not be written, since a disk or a quota is full: {error}"
    if not isinstance(error, OSError):
        return str(error)
    name = error.filename or folders[0]
    if error.errno in CLOSED_ERRORS:
        return (
            f"{name} cannot be used ({error.strerror}). Make it yours, or choose another folder with --data-dir or "
            "DATA_DIR."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{name} is not a folder. Choose another with --data-dir or DATA_DIR."
    return f"The system refused {name}: {error.strerror or error}"
