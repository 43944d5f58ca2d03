"""The downloaded models of a machine, which its workers share: when each was used, and which go to make room."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import anyio
import orjson

from server.adapters.tasks import end
from workers.supervisor import folders

IN_USE_SECONDS = 90.0
"""Since its last use a model may still be needed; who waits for it, loads or runs it says so each MARK_SECONDS."""
MARK_SECONDS = 20.0
REMOVED = ".removed-"
BLOB_CHARACTERS = 64


def marker(path: Path) -> Path:
    """The file that says that a snapshot is whole, and by its time when it was used."""
    return path.parent / f"{path.name}.complete"


def complete(path: Path, rule: int | None) -> None:
    """Note that a snapshot is whole: what the rule of this number chooses is there, or at least what was asked for."""
    known = rules(path) if marker(path).exists() else set()
    marker(path).write_bytes(orjson.dumps(sorted(known | ({rule} if rule is not None else set()))))


def rules(path: Path) -> set[int]:
    """The rules of which a snapshot has all files; the markers of old releases say nothing, and mean the first."""
    try:
        text = marker(path).read_bytes()
    except FileNotFoundError:
        return set()
    return set(orjson.loads(text)) if text else {1}


def use(cache: Path, path: Path) -> bool:
    """Note that a snapshot is used now; False where it is not there, or not whole."""
    if not marker(path).exists():
        return False
    with _locked(cache):
        try:
            os.utime(marker(path))
        except FileNotFoundError:
            return False
        return True


@asynccontextmanager
async def used_meanwhile(cache: Path, path: Path) -> AsyncIterator[None]:
    """Note again and again that a snapshot is used, as long as the block takes."""

    async def mark() -> None:
        while True:
            await anyio.to_thread.run_sync(use, cache, path)
            await asyncio.sleep(MARK_SECONDS)

    task = asyncio.create_task(mark())
    try:
        yield
    finally:
        await end(task)


def make_room(cache: Path, most: int) -> int:
    """Remove repositories that nothing used lately, the one whose use is longest ago first, until `most` bytes remain.

    The bytes that are left, which may be more.
    """
    if (used := folders.size_of(cache)) <= most:
        return used
    with _locked(cache):
        for repository in sorted(cache.glob("models--*"), key=_used_at):
            if used <= most or time.time() - _used_at(repository) < IN_USE_SECONDS:
                break
            used -= folders.size_of(repository)
            repository.rename(cache / f"{REMOVED}{uuid4().hex}")
            used -= _remove_unlinked_blobs(cache)
    # Those of a process that ended in the middle, too
    for folder in cache.glob(f"{REMOVED}*"):
        shutil.rmtree(folder, ignore_errors=True)
    return folders.size_of(cache)


def _remove_unlinked_blobs(cache: Path) -> int:
    """Remove what repositories shared (`blobs/<2 digits>/<hash>`) and none links to any more; their bytes."""
    size = 0
    links = (link for link in cache.glob("models--*/blobs/*") if link.is_symlink())
    targets = {link.parent.joinpath(link.readlink()).resolve() for link in links}
    for blob in (cache / "blobs").glob("*/*"):
        is_blob = len(blob.name) == BLOB_CHARACTERS and blob.resolve() not in targets
        # One that was just downloaded is linked later
        if is_blob and time.time() - blob.stat().st_mtime > IN_USE_SECONDS:
            size += blob.stat().st_size
            blob.unlink()
            blob.with_name(f"{blob.name}.refs").unlink(missing_ok=True)
    return size


def _used_at(repository: Path) -> float:
    """When any of its snapshots was used, or something of it was written."""
    newest = 0.0
    for folder, _, names in os.walk(repository):
        for path in (folder, *(f"{folder}/{name}" for name in names)):
            # A download that goes on renames its files
            with suppress(FileNotFoundError):
                newest = max(newest, os.lstat(path).st_mtime)
    return newest


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    """Nobody removes meanwhile what another just found to be there."""
    descriptor = os.open(cache / ".use.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
