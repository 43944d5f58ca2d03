"""What both stores promise."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from uuid import uuid4

import pytest

from server.adapters.storage import StorageError, StorageMissingError
from tests.integration.storage.conftest import Kept
from tests.integration.storage.keys import HOSTILE, new_key


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 1000])
async def test_bytes_come_back(kept: Kept, data: bytes) -> None:
    key = new_key()
    await kept.storage.put(key, data, "image/png")
    assert await kept.read(key) == data
    assert await kept.storage.size(key) == len(data)


async def test_a_large_file_comes_back_in_chunks(kept: Kept) -> None:
    key, data = new_key(extension="bin"), random.Random(1).randbytes(9_000_001)
    await kept.storage.put(key, data, "application/octet-stream")
    seen, count, largest = hashlib.sha256(), 0, 0
    async for chunk in kept.storage.stream(key):
        seen.update(chunk)
        count += 1
        largest = max(largest, len(chunk))
    assert seen.digest() == hashlib.sha256(data).digest()
    assert largest <= 65_536
    assert count >= 138
    assert await kept.storage.size(key) == 9_000_001
    assert (await kept.fetch(await kept.storage.url(key, "application/octet-stream", 60))).content == data


async def test_the_last_write_counts(kept: Kept) -> None:
    key = new_key()
    await kept.storage.put(key, b"a longer first one", "image/png")
    await kept.storage.put(key, b"second", "image/png")
    assert await kept.read(key) == b"second"


async def test_many_at_once(kept: Kept) -> None:
    owner = str(uuid4())
    files = {new_key(number=n, owner=owner): bytes([n]) * 1000 for n in range(30)}
    await asyncio.gather(*(kept.storage.put(key, data, "image/png") for key, data in files.items()))
    assert await asyncio.gather(*(kept.read(key) for key in files)) == list(files.values())
    assert await kept.storage.delete_prefix(f"predictions/{owner}/") == 30


async def test_a_missing_file(kept: Kept) -> None:
    key = new_key()
    with pytest.raises(StorageMissingError, match=r"^There is no such file\.$"):
        await kept.storage.size(key)
    with pytest.raises(StorageMissingError, match=r"^There is no such file\.$"):
        await kept.read(key)
    # S3 hides what is missing from whoever may not list the bucket
    assert (await kept.fetch(await kept.storage.url(key, "image/png", 60))).status_code in {403, 404}


@pytest.mark.parametrize("key", HOSTILE)
async def test_names_that_are_none(kept: Kept, key: str) -> None:
    with pytest.raises(StorageError):
        await kept.storage.put(key, b"x", "image/png")
    with pytest.raises(StorageMissingError):
        await kept.storage.size(key)
    with pytest.raises(StorageMissingError):
        await kept.read(key)
    with pytest.raises(StorageMissingError):
        await kept.storage.url(key, "image/png", 60)
    with pytest.raises(StorageError):
        await kept.storage.delete_prefix(key)


async def test_attempts_and_predictions_are_removed(kept: Kept) -> None:
    owner, other = str(uuid4()), new_key()
    keys = [new_key(attempt, n, owner=owner) for attempt in (1, 2, 11) for n in range(3)]
    for key in [*keys, other]:
        await kept.storage.put(key, b"x", "image/png")
    assert await kept.storage.delete_prefix(f"predictions/{owner}/1/") == 3
    with pytest.raises(StorageMissingError):
        await kept.storage.size(keys[0])
    assert await kept.storage.size(keys[-1]) == 1, "attempt 11 is not attempt 1"
    assert await kept.storage.delete_prefix(f"predictions/{owner}/1/") == 0
    assert await kept.storage.delete_prefix(f"predictions/{owner}/") == 6
    assert await kept.read(other) == b"x"


@pytest.mark.parametrize(
    ("extension", "content_type", "given", "disposition"),
    [
        ("png", "image/png", "image/png", "inline"),
        ("jpg", "image/jpeg", "image/jpeg", "inline"),
        ("webp", "image/webp", "image/webp", "inline"),
        ("svg", "image/svg+xml", "application/octet-stream", "attachment"),
        ("html", "text/html", "application/octet-stream", "attachment"),
        ("bin", "application/octet-stream", "application/octet-stream", "attachment"),
    ],
)
async def test_links_keep_the_type_and_run_nothing(
    kept: Kept, extension: str, content_type: str, given: str, disposition: str
) -> None:
    key = new_key(extension=extension)
    await kept.storage.put(key, b"<script>alert(1)</script>", content_type)
    answer = await kept.fetch(await kept.storage.url(key, content_type, 60))
    assert answer.status_code == 200
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["content-type"] == given
    assert answer.headers["content-disposition"] == disposition


async def test_a_link_is_for_one_file(kept: Kept) -> None:
    owner = str(uuid4())
    first, second = (new_key(number=n, owner=owner) for n in (1, 2))
    await kept.storage.put(first, b"first", "image/png")
    await kept.storage.put(second, b"second", "image/png")
    links = [await kept.storage.url(key, "image/png", 60) for key in (first, second)]
    assert [(await kept.fetch(link)).content for link in links] == [b"first", b"second"]
    assert len({link.rpartition("=")[2] for link in links}) == 2, "both links have one signature"


async def test_reading_may_stop_early(kept: Kept) -> None:
    key = new_key()
    await kept.storage.put(key, b"x" * 1_000_000, "image/png")
    for _ in range(15):  # more often than an S3 client has connections
        stream = kept.storage.stream(key)
        assert len(await anext(stream)) <= 65_536
        await stream.aclose()  # type: ignore[attr-defined]
    began = time.monotonic()
    assert len(await kept.read(key)) == 1_000_000
    assert time.monotonic() - began < 5


async def test_all_folders_are_listed_with_the_time_of_their_newest_file(kept: Kept) -> None:
    began = time.time()
    made = {new_key(attempt=n % 3, number=n).rpartition("/")[0] + "/" for n in range(1050)}
    keys = [f"{prefix}0.png" for prefix in made] + [f"{prefix}1.png" for prefix in list(made)[:20]]
    uploads = {f"uploads/{uuid4()}/7/" for _ in range(3)}
    keys += [f"{prefix}0.bin" for prefix in uploads]
    for start in range(0, len(keys), 100):
        puts = (kept.storage.put(key, b"x", "image/png") for key in keys[start : start + 100])
        await asyncio.gather(*puts)
    found = [folder async for folder in kept.storage.folders()]
    assert len(found) == len(made) + 3
    assert {folder.prefix for folder in found} == made | uploads
    for folder in found:
        assert folder.prefix == f"{folder.kind}/{folder.id}/{folder.attempt}/"
        assert began - 2 <= folder.changed_at <= time.time() + 2


async def test_a_store_that_holds_nothing_has_no_folders(kept: Kept) -> None:
    assert [folder async for folder in kept.storage.folders()] == []
    key = new_key()
    await kept.storage.put(key, b"x", "image/png")
    await kept.storage.delete_prefix(key.rpartition("/")[0] + "/")
    assert [folder async for folder in kept.storage.folders()] == []
