"""Weights are read from the disk before a load takes its turn, so that the turn costs what memory costs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

BLOCK_BYTES = 8 << 20
PROBE_BYTES = 1 << 20
REPORT_SECONDS = 0.1


def read_ahead(
    files: Iterable[Path],
    most_bytes: int,
    report: Callable[[int, int], None] = lambda done, total: None,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Have the kernel hold the beginning of these files, `most_bytes` at most, in its page cache.

    What is there already is not read again. `report` hears how many bytes of how many are there, when something was
    read; `check` may raise between two blocks. A file that cannot be read is left to whoever needs it.
    """
    sizes = {file: file.stat().st_size for file in files}
    total, done, reported_at = sum(sizes.values()), 0, time.monotonic()
    block = memoryview(bytearray(BLOCK_BYTES))
    for file, size in sizes.items():
        with suppress(OSError), file.open("rb", buffering=0) as stream:
            for start in range(0, size, BLOCK_BYTES):
                check()
                length = min(BLOCK_BYTES, size - start, most_bytes - done)
                if length <= 0:
                    return
                done += length
                if _is_cached(stream.fileno(), start, length):
                    continue
                os.preadv(stream.fileno(), [block[:length]], start)
                if time.monotonic() - reported_at > REPORT_SECONDS:
                    reported_at = time.monotonic()
                    report(done, total)


def _is_cached(descriptor: int, start: int, length: int) -> bool:
    """Whether a part of a file is in the page cache, as far as some of its bytes tell."""
    if not hasattr(os, "RWF_NOWAIT"):
        return False
    byte = bytearray(1)
    try:
        return all(
            os.preadv(descriptor, [byte], place, os.RWF_NOWAIT)
            for place in (*range(start, start + length, PROBE_BYTES), start + length - 1)
        )
    except OSError:
        # It would have to wait, or the file system cannot say
        return False
