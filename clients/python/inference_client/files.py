"""Files that models made, and files of yours as inputs."""

from __future__ import annotations

import base64
import io
import mimetypes
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from inference_client.blocking import complete

if TYPE_CHECKING:
    from PIL.Image import Image

BINARY = "application/octet-stream"
# The server takes 256 kB within one field, and 1 MB in all
INLINE_BYTES = 190_000
INLINE_TOTAL_BYTES = 500_000


class FileServer(Protocol):
    """What sends and fetches files."""

    is_blocking: bool

    async def upload(self, content: Content) -> str:
        """Send a file; returns what names it in an input."""

    async def download(self, file: File) -> bytes:
        """The bytes of a file that a model made."""

    async def link(self, file: File) -> str | None:
        """A link by which the server takes a file as an input; None where it has to be sent."""


@dataclass(frozen=True)
class File:
    """A file that a model made. Its link expires; it is fetched again by itself where that has happened.

    `read`, `save` and `image` are for files of a `Client`; with an `AsyncClient`, await `aread`, `asave` and `aimage`.
    """

    _server: FileServer = field(repr=False, compare=False)
    prediction_id: str
    index: int
    url: str
    content_type: str
    size_bytes: int
    width: int | None
    height: int | None

    @property
    def name(self) -> str:
        """A name for it, unique among all predictions."""
        suffix = PurePosixPath(urlsplit(self.url).path).suffix or mimetypes.guess_extension(self.content_type) or ""
        return f"{self.prediction_id[-8:]}-{self.index}{suffix}"

    def read(self) -> bytes:
        """Its bytes."""
        self._check(blocking=True)
        return complete(self.aread())

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a path, or below one that is a folder or ends with a slash; returns where it is."""
        self._check(blocking=True)
        return complete(self.asave(path))

    def image(self) -> Image:
        """The picture, opened by Pillow (`pip install pillow`)."""
        self._check(blocking=True)
        return complete(self.aimage())

    async def aread(self) -> bytes:
        """Its bytes."""
        return await self._server.download(self)

    async def asave(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a path, or below one that is a folder or ends with a slash; returns where it is."""
        return _write(os.fspath(path), self.name, await self.aread())

    async def aimage(self) -> Image:
        """The picture, opened by Pillow (`pip install pillow`)."""
        try:
            from PIL import Image
        except ImportError:
            raise ImportError("Pillow opens pictures, and is not installed: pip install pillow") from None
        return Image.open(io.BytesIO(await self.aread()))

    def _check(self, *, blocking: bool) -> None:
        if blocking and not self._server.is_blocking:
            raise RuntimeError("This file is of an AsyncClient: await file.aread(), file.asave(path) or file.aimage().")


def _write(path: str, name: str, content: bytes) -> Path:
    """Write a file, whole or not at all."""
    target = Path(path) / name if path.endswith(("/", os.sep)) or Path(path).is_dir() else Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(content)
    part.replace(target)
    return target


@dataclass(frozen=True)
class Content:
    """A file to send."""

    data: bytes = field(repr=False)
    content_type: str

    @property
    def uri(self) -> str:
        """The file as a data URI."""
        return f"data:{self.content_type};base64,{base64.b64encode(self.data).decode()}"


async def encode(values: Mapping[str, Any], server: FileServer, *, by_link: bool = True) -> dict[str, Any]:
    """An input with each file as the server takes it: small ones as data URIs, larger ones uploaded.

    A file is a `pathlib.Path`, bytes, an object that reads bytes, a Pillow image, or a `File` that a model made, which
    is named by its link where the server has it. Links change: without `by_link` equal files are equal values.
    """
    room = INLINE_TOTAL_BYTES

    async def walk(value: Any) -> Any:
        nonlocal room
        if isinstance(value, Mapping):
            return {str(name): await walk(item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [await walk(item) for item in value]
        if isinstance(value, File) and by_link and (link := await server.link(value)) is not None:
            return link
        content = await _content_of(value)
        if content is None:
            return value
        if len(content.data) <= min(INLINE_BYTES, room):
            room -= len(content.data)
            return content.uri
        return await server.upload(content)

    return {str(name): await walk(value) for name, value in values.items()}


async def _content_of(value: Any) -> Content | None:
    """The file that a value is, or None for one that is none."""
    if isinstance(value, File):
        return Content(await value.aread(), value.content_type)
    if isinstance(value, Path):
        return Content(value.read_bytes(), _type_of(value.name))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return Content(bytes(value), BINARY)
    if hasattr(value, "save") and hasattr(value, "tobytes") and hasattr(value, "mode"):
        # A Pillow image, without importing Pillow for those who have none
        buffer = io.BytesIO()
        value.save(buffer, format="PNG")
        return Content(buffer.getvalue(), "image/png")
    if hasattr(value, "read"):
        data = value.read()
        if isinstance(data, str):
            raise TypeError("Open the file in binary mode: open(path, 'rb').")
        return Content(bytes(data), _type_of(str(getattr(value, "name", ""))))
    return None


def _type_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or BINARY
