"""Input files of a prediction, laid out for its runner as read-only paths and removed when it is done with them."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import structlog

from server.adapters.outbound import Outbound, OutboundError
from server.adapters.storage import StorageError, StorageMissingError
from server.domain.files import (
    BINARY,
    CONTENT_TYPE,
    BadFileError,
    InlineFile,
    Named,
    RemoteFile,
    UploadRef,
    named,
    parse,
    with_texts,
)
from server.domain.media import ending, type_by_name
from server.domain.predictions import Failure, PredictionErrorCode
from server.queue.claim import PredictionLease
from server.runtime import Runtime
from server.services import input_urls, uploads
from server.tables import Upload
from workers.supervisor.runner_user import open_to

logger = structlog.get_logger(__name__)

LOCK = ".lock"
Content = InlineFile | Upload | RemoteFile


class InputFilesError(Exception):
    """A file that a prediction names cannot be given to it."""

    def __init__(self, code: PredictionErrorCode, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(code, message)


class InputFiles:
    """One worker's folder of input files; those of workers that were killed are removed when it is made."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._outbound = Outbound(rt.settings.input_url_allow, rt.settings.input_url_seconds)
        self.folder = rt.settings.data_dir / "inputs" / uuid4().hex
        self.scratch = self.folder / "scratch"
        """Where this worker's runner may write; it goes with the folder."""
        self.group: int | None = None
        """The group by which the runner reads what is laid out for it, where it has another user than we."""
        self._lock_descriptor: int | None = None

    def open(self) -> None:
        """Make the folder, locked for as long as this process lives, and remove those that nobody holds."""
        parent = self.folder.parent
        parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (parent / LOCK).open("w") as one_at_a_time:
            fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
            self.folder.mkdir(mode=0o700)
            if self.group is not None:
                for folder in (self._rt.settings.data_dir, parent, self.folder):
                    open_to(self.group, folder)
            self._lock_descriptor = _lock(self.folder)
            for other in parent.iterdir():
                if other.is_dir() and (descriptor := _lock(other)) is not None:
                    shutil.rmtree(other, ignore_errors=True)
                    os.close(descriptor)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock_descriptor is not None:
            os.close(self._lock_descriptor)
            self._lock_descriptor = None

    @asynccontextmanager
    async def lay_out(
        self, lease: PredictionLease, schema: dict[str, Any], values: dict[str, Any]
    ) -> AsyncIterator[tuple[dict[str, Any], list[str]]]:
        """The input with paths instead of the files it names, and those paths.

        Raises:
            InputFilesError: a file is gone, too large, or not the owner's, or the store cannot be read.
        """
        files = list(named(schema, values))
        if not files:
            yield values, []
            return
        contents = await self._read_contents(lease, files)
        folder = self.folder / f"{lease.id}-{lease.attempt}"
        folder.mkdir(mode=0o700)
        if self.group is not None:
            open_to(self.group, folder, read=True)
        try:
            room = self._rt.settings.max_input_bytes - _total(contents)
            paths = []
            for number, content in enumerate(contents):
                path, size = await self._write(folder, number, content, room)
                if isinstance(content, RemoteFile):
                    room -= size
                paths.append(path)
            yield with_texts(values, files, paths), paths
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _read_contents(self, lease: PredictionLease, files: list[Named]) -> list[Content]:
        """What the input's references stand for, if they are the owner's and not too large together."""
        try:
            references = [parse(file.text) for file in files]
        except BadFileError as error:
            raise InputFilesError(PredictionErrorCode.INPUT_REJECTED, str(error)) from error
        ids = {reference.id for reference in references if isinstance(reference, UploadRef)}
        rows = await uploads.of_owner(lease.owner, ids) if ids else {}
        contents: list[Content] = []
        for reference in references:
            content = rows.get(reference.id) if isinstance(reference, UploadRef) else reference
            if content is None:
                raise _gone(reference)
            contents.append(content)
        if (total := _total(contents)) > self._rt.settings.max_input_bytes:
            limit = self._rt.settings.max_input_bytes
            message = f"The input files have {total} bytes together, more than MAX_INPUT_BYTES ({limit})."
            raise InputFilesError(PredictionErrorCode.INPUT_REJECTED, message)
        return contents

    async def _write(self, folder: Path, number: int, content: Content, room: int) -> tuple[str, int]:
        """Write one file, which nobody may change then; its path and its bytes. A fetched one has at most `room`."""
        seconds = self._rt.settings.storage_seconds
        path = folder / str(number)
        try:
            match content:
                case InlineFile():
                    size, content_type = path.write_bytes(content.data), content.content_type
                case Upload():
                    size, content_type = await self._read(content.key, path, content.size_bytes), content.content_type
                    if size != content.size_bytes:
                        raise StorageError("The store gave another number of bytes than were uploaded.")
                case RemoteFile():
                    size, content_type = await self._fetch(content.url, path, room)
            path = path.rename(path.with_name(f"{number}.{ending(content_type)}"))
        except StorageMissingError as error:
            raise _gone(content) from error
        except TimeoutError as error:
            raise InputFilesError(
                PredictionErrorCode.STORAGE,
                f"An input file could not be read within {seconds:g} seconds: the server's file store does not answer.",
            ) from error
        except StorageError as error:
            logger.warning("storage.read_failed", error=str(error))
            raise InputFilesError(PredictionErrorCode.STORAGE, error.message) from error
        except OSError as error:
            reason = f"An input file could not be written on the worker: {error.strerror or 'its disk has a problem'}."
            raise InputFilesError(PredictionErrorCode.STORAGE, reason) from error
        path.chmod(0o400)
        if self.group is not None:
            open_to(self.group, path, read=True)
        return str(path), size

    async def _read(self, key: str, path: Path, most_bytes: int) -> int:
        """Copy a stored file, and no more than one byte beyond what it may have; its bytes."""
        size = 0
        with path.open("wb") as file:
            async with asyncio.timeout(self._rt.settings.storage_seconds):
                async for chunk in self._rt.storage.stream(key):
                    size += file.write(chunk)
                    if size > most_bytes:
                        break
                    await asyncio.sleep(0)
        return size

    async def _fetch(self, url: str, path: Path, room: int) -> tuple[int, str]:
        """Fetch a file that an input names by its URL; its bytes and its type."""
        if (link := input_urls.own_link(self._rt, url)) is not None:
            size = await self._read(link[0], path, room)
            if size > room:
                raise _not_fetched(url, f"It has more than {room} bytes.")
            return size, type_by_name(link[0])
        try:
            with path.open("wb") as file:
                came = await self._outbound.download(url, room, file.write)
        except OutboundError as error:
            raise _not_fetched(url, str(error)) from error
        is_known = CONTENT_TYPE.fullmatch(came.content_type) and came.content_type != BINARY
        return came.size, came.content_type if is_known else type_by_name(came.path)


def _total(contents: list[Content]) -> int:
    """The bytes of all files whose size is known before they are read."""
    sizes = [
        len(file.data) if isinstance(file, InlineFile) else file.size_bytes
        for file in contents
        if not isinstance(file, RemoteFile)
    ]
    return sum(sizes)


def _not_fetched(url: str, reason: str) -> InputFilesError:
    # Without the query, which may hold what lets others read the file
    parts = urlsplit(url)
    place = f"{parts.scheme}://{parts.netloc}{parts.path}"[:200]
    return InputFilesError(PredictionErrorCode.INPUT_REJECTED, f"The file {place} could not be fetched. {reason}")


def _gone(file: object) -> InputFilesError:
    name = f"upload:{file.id}" if isinstance(file, UploadRef | Upload) else "An input file"
    return InputFilesError(PredictionErrorCode.INPUT_REJECTED, f"{name} does not exist any more.")


def _lock(folder: Path) -> int | None:
    """A descriptor that holds a folder's lock, or None where a living worker has it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
