"""Files below one folder of this machine."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import anyio

from server.adapters.signing import FileSigner
from server.adapters.storage.store import (
    CHUNK_BYTES,
    KINDS,
    Folder,
    StorageError,
    StorageMissingError,
    check_key,
    check_prefix,
    folder_of,
)

LISTED_AT_ONCE = 200
DIRECTORY_MODE = 0o700


class LocalStorage:
    """Files below one folder; a file appears under its name only when it is whole and on disk."""

    def __init__(self, root: Path, signer: FileSigner) -> None:
        self._root = root
        self._signer = signer

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Write aside, sync, rename, sync the folder."""
        path = self._root / check_key(key)
        try:
            await anyio.to_thread.run_sync(_write, path, data)
        except OSError as error:
            raise _not_stored(error) from error

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], content_type: str) -> None:
        """Write aside as the chunks come, then as `put` does."""
        path = self._root / check_key(key)
        temporary = _aside(path)
        try:
            try:
                await anyio.to_thread.run_sync(_make_folder, path.parent)
                file = await anyio.open_file(temporary, "wb")
            except OSError as error:
                raise _not_stored(error) from error
            async with file:
                async for chunk in chunks:
                    try:
                        await file.write(chunk)
                    except OSError as error:
                        raise _not_stored(error) from error
            try:
                await anyio.to_thread.run_sync(_publish, temporary, path)
            except OSError as error:
                raise _not_stored(error) from error
        finally:
            # Not awaited: whoever is canceled here must clean up all the same
            temporary.unlink(missing_ok=True)

    async def stream(self, key: str, start: int = 0, size: int | None = None) -> AsyncGenerator[bytes, None]:
        """Chunks of 64 kB."""
        path = self._root / check_key(key)
        try:
            async with await anyio.open_file(path, "rb") as file:
                await file.seek(start)
                while chunk := await file.read(CHUNK_BYTES if size is None else min(CHUNK_BYTES, size)):
                    size = None if size is None else size - len(chunk)
                    yield chunk
        except OSError as error:
            raise _missing_or_broken(error) from error

    async def size(self, key: str) -> int:
        """Bytes of a file."""
        try:
            return (await anyio.Path(self._root / check_key(key)).stat()).st_size
        except OSError as error:
            raise _missing_or_broken(error) from error

    async def delete_prefix(self, prefix: str) -> int:
        """Remove a folder."""
        path = self._root / check_prefix(prefix)
        try:
            return await anyio.to_thread.run_sync(_remove, path)
        except OSError as error:
            raise StorageError(f"Files could not be removed: {error.strerror or error}") from error

    async def folders(self) -> AsyncIterator[Folder]:
        """All folders, listed in a thread some at a time; half-written files count too."""
        folders = _folders(self._root)
        try:
            while batch := await anyio.to_thread.run_sync(lambda: list(islice(folders, LISTED_AT_ONCE))):
                for folder in batch:
                    yield folder
        except OSError as error:
            raise StorageError(f"Files could not be listed: {error.strerror or error}") from error

    async def check(self) -> None:
        """Write a byte and remove it."""
        path = _aside(self._root / "check")
        try:
            await anyio.to_thread.run_sync(_try_out, path)
        except OSError as error:
            raise _not_stored(error) from error

    async def url(self, key: str, content_type: str, seconds: int) -> str:
        """A signed path of this server."""
        expires_at = int(time.time()) + seconds
        return f"/files/{quote(check_key(key))}?exp={expires_at}&sig={self._signer.sign(key, expires_at)}"


def _missing_or_broken(error: OSError) -> StorageError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return StorageMissingError("There is no such file.")
    return StorageError(f"The file could not be read: {error.strerror or error}", "The file could not be read.")


def _not_stored(error: OSError) -> StorageError:
    # What the system calls its errors names no path
    message = f"The file could not be stored: {error.strerror or 'the disk has a problem'}."
    return StorageError(f"The file could not be stored: {error.strerror or error}", message)


def _aside(path: Path) -> Path:
    return path.with_name(f".{uuid4().hex}.tmp")


def _make_folder(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True, mode=DIRECTORY_MODE)


def _try_out(path: Path) -> None:
    _make_folder(path.parent)
    try:
        path.write_bytes(b"x")
    finally:
        path.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    _make_folder(path.parent)
    temporary = _aside(path)
    try:
        temporary.write_bytes(data)
        _publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _publish(temporary: Path, path: Path) -> None:
    """Give a whole file its name, once its bytes are on disk."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> int:
    count = sum(1 for item in path.rglob("*") if item.is_file()) if path.exists() else 0
    shutil.rmtree(path, ignore_errors=False) if path.exists() else None
    if path.parent.name not in KINDS:
        with suppress(OSError):
            # The last attempt's folder takes that of the prediction with it; another one is in the way
            path.parent.rmdir()
    return count


def _folders(root: Path) -> Iterator[Folder]:
    for kind in KINDS:
        for owner in _below(root / kind):
            for attempt in _below(owner):
                with suppress(FileNotFoundError):
                    times = [path.stat().st_mtime for path in (attempt, *attempt.iterdir())]
                    folder = folder_of(f"{kind}/{owner.name}/{attempt.name}/", max(times))
                    if folder is not None:
                        yield folder


def _below(path: Path) -> Iterator[Path]:
    """The folders of a folder; none where it is gone meanwhile."""
    with suppress(FileNotFoundError), os.scandir(path) as entries:
        yield from (Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
