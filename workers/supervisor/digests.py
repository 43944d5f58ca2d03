"""The digests of folders, remembered on this machine as long as nothing touches their files.

To read a model of 50 GB takes minutes, to look at its files milliseconds: what the file system says of each (size,
inode, times of its last write and change) is the fingerprint under which a digest is remembered.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from uuid import uuid4

import orjson

READ_BYTES = 1 << 20
FOLDER = ".digests"
MOST_DIGESTS = 10_000


def fingerprint(folder: Path, names: Iterable[str]) -> str:
    """What the file system says of these files of a folder; another one when any is written, replaced or added.

    The folders that they lie in count too, whose times change with the names in them.
    """
    marks = hashlib.sha256()
    names = set(names)
    for name in sorted(names | {str(PurePosixPath(name).parent) for name in names}):
        try:
            status = (folder / name).stat()
        except OSError:
            marks.update(f"{name}\0-\n".encode())
            continue
        marks.update(
            f"{name}\0{status.st_size}\0{status.st_ino}\0{status.st_mtime_ns}\0{status.st_ctime_ns}\n".encode()
        )
    return marks.hexdigest()


def digest(folder: Path, names: Iterable[str], memory: Path | None = None) -> tuple[str, str]:
    """`sha256:` over names, sizes and contents of these files, in the order of their paths, and their fingerprint.

    Under `memory`, a folder that only the worker writes, it is remembered for the next time, of any process.
    """
    names = sorted(names, key=lambda name: Path(name).parts)
    mark = fingerprint(folder, names)
    key = hashlib.sha256("\0".join([str(folder.resolve()), *names]).encode()).hexdigest()
    note = memory / FOLDER / key if memory else None
    if note is not None and (known := _recall(note, mark)):
        return known, mark
    whole = hashlib.sha256()
    for name in names:
        content = hashlib.sha256()
        with (folder / name).open("rb") as stream:
            while block := stream.read(READ_BYTES):
                content.update(block)
        whole.update(f"{name}\0{(folder / name).stat().st_size}\0{content.hexdigest()}\n".encode())
    result = f"sha256:{whole.hexdigest()}"
    # What was written while it was read has another digest than either
    if note is not None and fingerprint(folder, names) == mark:
        _note(note, mark, result)
    return result, mark


def _recall(note: Path, mark: str) -> str | None:
    try:
        value = orjson.loads(note.read_bytes())
        known = value["digest"] if value["fingerprint"] == mark else None
        if known is not None:
            os.utime(note)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return str(known) if known is not None else None


def _note(note: Path, mark: str, result: str) -> None:
    """Remember a digest; that a disk is full or read-only costs no more than reading the folder again."""
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        notes = sorted(note.parent.iterdir(), key=lambda path: path.stat().st_mtime)
        for old in notes[: max(0, len(notes) - MOST_DIGESTS)]:
            old.unlink(missing_ok=True)
        draft = note.with_name(f"{note.name}.{uuid4().hex}")
        draft.write_bytes(orjson.dumps({"fingerprint": mark, "digest": result}))
        draft.replace(note)
