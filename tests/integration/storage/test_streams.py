"""Files that come in pieces: whole or not at all, in both stores."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.adapters.storage import StorageError
from server.adapters.storage.s3 import PART_BYTES
from tests.integration.storage.conftest import Bucket, Kept
from tests.integration.storage.keys import HOSTILE, new_key

CHUNK = 1_000_003


class Broke(Exception):
    """What ends a stream in these tests."""


async def pieces(data: bytes, *, breaks: bool = False) -> AsyncIterator[bytes]:
    for start in range(0, len(data), CHUNK):
        await asyncio.sleep(0)
        yield data[start : start + CHUNK]
    if breaks:
        raise Broke


def left(kept: Kept, request: pytest.FixtureRequest) -> list[str]:
    """What the store holds besides whole files: temporary ones, and uploads in parts that did not end."""
    if request.node.callspec.params["kept"] == "local":
        return [str(path) for path in Path(request.getfixturevalue("tmp_path")).rglob("*.tmp")]
    bucket: Bucket = request.getfixturevalue("bucket")
    answer = bucket.object("?uploads").text
    assert "ListMultipartUploadsResult" in answer
    return ["an upload"] if "<UploadId>" in answer else []


@pytest.mark.parametrize("size", [0, 1, CHUNK, PART_BYTES - 1, PART_BYTES, 2 * PART_BYTES + 5_000_000])
async def test_what_came_in_pieces_comes_back(kept: Kept, size: int, request: pytest.FixtureRequest) -> None:
    key, data = new_key(extension="bin"), random.Random(size).randbytes(size)
    await kept.storage.put_stream(key, pieces(data), "application/octet-stream")
    assert await kept.read(key) == data
    assert await kept.storage.size(key) == size
    assert left(kept, request) == []


@pytest.mark.parametrize(("start", "size"), [(0, 1), (7, None), (70_000, 200_000), (CHUNK - 1, 1), (0, CHUNK)])
async def test_a_part_of_a_file(kept: Kept, start: int, size: int | None) -> None:
    key, data = new_key(extension="wav"), random.Random(5).randbytes(CHUNK)
    await kept.storage.put(key, data, "audio/wav")
    part = b"".join([chunk async for chunk in kept.storage.stream(key, start, size)])
    assert part == (data[start:] if size is None else data[start : start + size])


async def test_a_link_serves_parts_of_sound(kept: Kept) -> None:
    key, data = new_key(extension="wav"), random.Random(6).randbytes(1000)
    await kept.storage.put(key, data, "audio/wav")
    link = await kept.storage.url(key, "audio/wav", 60)
    whole = await kept.fetch(link)
    assert (whole.status_code, whole.headers["content-type"], whole.content) == (200, "audio/wav", data)
    assert whole.headers["content-disposition"] == "inline"
    part = await kept.http.get(link, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, data[10:20])
    assert part.headers["content-range"] == "bytes 10-19/1000"
    assert (await kept.http.get(link, headers={"range": "bytes=5000-"})).status_code == 416


@pytest.mark.parametrize("kept", ["local"], indirect=True)
async def test_a_head_says_how_long_a_file_is(kept: Kept) -> None:
    key = new_key(extension="mp4")
    await kept.storage.put(key, b"x" * 1000, "video/mp4")
    head = await kept.http.head(await kept.storage.url(key, "video/mp4", 60))
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "1000", b"")
    assert head.headers["accept-ranges"] == "bytes"


async def test_a_large_output_goes_up_in_parts(kept: Kept) -> None:
    key, data = new_key(extension="bin"), random.Random(2).randbytes(PART_BYTES + 77)
    await kept.storage.put(key, data, "application/octet-stream")
    assert await kept.read(key) == data


@pytest.mark.parametrize("size", [0, 10, PART_BYTES + 3 * CHUNK])
async def test_a_stream_that_breaks_leaves_nothing(kept: Kept, size: int, request: pytest.FixtureRequest) -> None:
    key = new_key(extension="bin")
    with pytest.raises(Broke):
        await kept.storage.put_stream(key, pieces(bytes(size), breaks=True), "application/octet-stream")
    with pytest.raises(StorageError):
        await kept.storage.size(key)
    assert left(kept, request) == []


async def test_a_canceled_stream_leaves_nothing(kept: Kept, request: pytest.FixtureRequest) -> None:
    key, stuck = new_key(extension="bin"), asyncio.Event()

    async def stops() -> AsyncIterator[bytes]:
        yield bytes(PART_BYTES + 1)
        stuck.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(kept.storage.put_stream(key, stops(), "application/octet-stream"))
    await stuck.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(StorageError):
        await kept.storage.size(key)
    assert left(kept, request) == []


async def test_what_is_there_stays_when_its_successor_breaks(kept: Kept) -> None:
    key = new_key(extension="bin")
    await kept.storage.put(key, b"first", "application/octet-stream")
    with pytest.raises(Broke):
        await kept.storage.put_stream(key, pieces(bytes(100), breaks=True), "application/octet-stream")
    assert await kept.read(key) == b"first"


@pytest.mark.parametrize("key", HOSTILE)
async def test_streams_have_names_as_well(kept: Kept, key: str) -> None:
    with pytest.raises(StorageError):
        await kept.storage.put_stream(key, pieces(b"x"), "application/octet-stream")
