"""What every store of files promises.

Keys are `predictions/<uuid>/<attempt>/<n>.<extension>` or `uploads/<uuid>/<n>/0.<extension>`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import NamedTuple, Protocol
from uuid import UUID

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY = re.compile(rf"(?:predictions|uploads)/{_UUID}/[0-9]{{1,9}}/[0-9]{{1,6}}\.[a-z0-9]{{1,8}}", re.ASCII)
_PREFIX = re.compile(rf"(?:predictions|uploads)/{_UUID}/(?:[0-9]{{1,9}}/)?", re.ASCII)
_FOLDER = re.compile(rf"(?P<kind>predictions|uploads)/(?P<id>{_UUID})/(?P<attempt>[0-9]{{1,9}})/", re.ASCII)
KINDS = ("predictions", "uploads")
CHUNK_BYTES = 65_536


class StorageError(Exception):
    """The store could not keep, read or remove a file.

    Its text is for the log: it may name endpoints, buckets and credentials. `message` is for users.
    """

    def __init__(self, detail: str, message: str = "The server's file store has a problem; try again later.") -> None:
        super().__init__(detail)
        self.message = message


async def begun(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The same bytes, of which the first are here: an answer that tells of them has not begun where there are none.

    Raises:
        StorageError: the store does not give them.
    """
    first = await anext(chunks, b"")

    async def all_of_them() -> AsyncGenerator[bytes, None]:
        async with aclosing(chunks):
            yield first
            async for chunk in chunks:
                yield chunk

    return all_of_them()


class StorageMissingError(StorageError):
    """There is no file of this key."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, detail)


class Folder(NamedTuple):
    """The files of one attempt, or of one upload; `changed_at` is the newest one's Unix time."""

    prefix: str
    kind: str
    id: UUID
    attempt: int
    changed_at: float


def folder_of(prefix: str, changed_at: float) -> Folder | None:
    """The folder of a prefix such as predictions/<id>/1/; None for what is none of ours."""
    if (match := _FOLDER.fullmatch(prefix)) is None:
        return None
    return Folder(prefix, match["kind"], UUID(match["id"]), int(match["attempt"]), changed_at)


class Storage(Protocol):
    """A store of output and input files."""

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Keep a file, whole or not at all; raises StorageError."""

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], content_type: str) -> None:
        """Keep a file as it comes, whole or not at all: what `chunks` raises leaves nothing; raises StorageError."""

    def stream(self, key: str, start: int = 0, size: int | None = None) -> AsyncGenerator[bytes, None]:
        """A file, or `size` (at least 1) bytes from `start` on; raises StorageMissingError at the first chunk."""

    async def size(self, key: str) -> int:
        """Bytes of a file; raises StorageMissingError."""

    async def delete_prefix(self, prefix: str) -> int:
        """Remove all files of a prediction, an attempt or an upload; returns how many there were."""

    def folders(self) -> AsyncIterator[Folder]:
        """All folders that hold files, in no order; raises StorageError."""

    async def check(self) -> None:
        """Raise StorageError where files cannot be kept now, as far as can be told without much work."""

    async def url(self, key: str, content_type: str, seconds: int) -> str:
        """A link that works for `seconds`: absolute, or a path of this server."""


def check_key(key: str) -> str:
    """The key itself; raises StorageMissingError for what cannot be one."""
    if not _KEY.fullmatch(key):
        raise StorageMissingError("There is no such file.")
    return key


def check_prefix(prefix: str) -> str:
    """The prefix itself; raises StorageError for what cannot be one."""
    if not _PREFIX.fullmatch(prefix):
        raise StorageError(f"not a prefix of files: {prefix[:100]!r}")
    return prefix
