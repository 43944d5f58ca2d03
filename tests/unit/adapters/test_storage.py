from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from server.adapters.signing import FileSigner
from server.adapters.storage import LocalStorage, StorageError, StorageMissingError

SIGNER = FileSigner("s" * 40)
ID = "0b0e4a52-6b3c-4d2e-9f00-00000000000a"
KEY = f"predictions/{ID}/1/0.png"
HOSTILE = [
    "",
    "/",
    ".",
    "..",
    "../secret",
    "/etc/passwd",
    f"/{KEY}",
    f"{KEY}/",
    f"{KEY}\n",
    f"{KEY}\0",
    f" {KEY}",
    f"predictions/{ID}/1/../../../secret.png",
    f"predictions/{ID}/../{ID}/1/0.png",
    f"predictions/{ID}/1/0.png/../../0.png",
    f"predictions/{ID}/1/.x.tmp",
    f"predictions/{ID}/1/0",
    f"predictions/{ID}/1/0.PNG",
    f"predictions/{ID}/1/-1.png",
    f"predictions/{ID}/1/0.png?x",
    f"predictions/{ID}/1\\0.png",
    f"predictions/{ID.upper() if ID.upper() != ID else 'X'}/1/0.png",
    f"predictions/{'.' * 36}/1/0.png",
    f"predictions//{ID}/1/0.png",
    f"other/{ID}/1/0.png",
    f"predictions/{ID}/\u0661/0.png",
    f"predictions/{ID}/1/\ud800.png",
    f"predictions/{ID}/1/{'0' * 300}.png",
]


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    (tmp_path / "secret").write_text("secret")
    return LocalStorage(tmp_path / "files", SIGNER)


async def read(storage: LocalStorage, key: str) -> bytes:
    return b"".join([chunk async for chunk in storage.stream(key)])


def everything(tmp_path: Path) -> list[str]:
    return sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file())


@pytest.mark.parametrize("data", [b"", b"x", os.urandom(200_000)])
async def test_a_file_comes_back_whole(storage: LocalStorage, data: bytes) -> None:
    await storage.put(KEY, data, "image/png")
    assert await read(storage, KEY) == data
    assert await storage.size(KEY) == len(data)


async def test_a_large_file_comes_in_chunks(storage: LocalStorage) -> None:
    await storage.put(KEY, b"x" * 150_000, "image/png")
    assert [len(chunk) async for chunk in storage.stream(KEY)] == [65_536, 65_536, 18_928]


async def test_a_second_write_replaces_the_first(storage: LocalStorage, tmp_path: Path) -> None:
    await storage.put(KEY, b"first", "image/png")
    await storage.put(KEY, b"2", "image/png")
    assert await read(storage, KEY) == b"2"
    assert everything(tmp_path) == [f"files/{KEY}", "secret"]


async def test_other_users_of_the_machine_cannot_look_into_the_folder(storage: LocalStorage, tmp_path: Path) -> None:
    await storage.put(KEY, b"x", "image/png")
    assert stat.S_IMODE((tmp_path / "files" / KEY).parent.stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize("key", HOSTILE)
async def test_hostile_keys_touch_nothing(storage: LocalStorage, tmp_path: Path, key: str) -> None:
    with pytest.raises(StorageError):
        await storage.put(key, b"x", "image/png")
    with pytest.raises(StorageMissingError):
        await storage.size(key)
    with pytest.raises(StorageMissingError):
        await read(storage, key)
    with pytest.raises(StorageError):
        await storage.url(key, "image/png", 10)
    assert everything(tmp_path) == ["secret"]


@pytest.mark.parametrize("prefix", [*HOSTILE, "predictions/", "predictions", f"predictions/{ID}", KEY])
async def test_hostile_prefixes_remove_nothing(storage: LocalStorage, tmp_path: Path, prefix: str) -> None:
    await storage.put(KEY, b"x", "image/png")
    with pytest.raises(StorageError):
        await storage.delete_prefix(prefix)
    assert everything(tmp_path) == [f"files/{KEY}", "secret"]


@pytest.mark.parametrize("fault", ["fsync", "rename"])
async def test_a_failing_write_leaves_no_file(
    storage: LocalStorage, tmp_path: Path, monkeypatch: Any, fault: str
) -> None:
    await storage.put(KEY, b"old", "image/png")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os if fault == "fsync" else Path, fault, full)
        with pytest.raises(StorageError, match="No space left"):
            await storage.put(KEY, b"new", "image/png")
        with pytest.raises(StorageError):
            await storage.put(KEY.replace("0.png", "1.png"), b"new", "image/png")
    assert everything(tmp_path) == [f"files/{KEY}", "secret"]
    assert await read(storage, KEY) == b"old"


async def test_a_missing_file(storage: LocalStorage) -> None:
    with pytest.raises(StorageMissingError):
        await storage.size(KEY)
    with pytest.raises(StorageMissingError):
        await read(storage, KEY)


async def test_files_of_an_attempt_or_of_a_prediction_are_removed(storage: LocalStorage) -> None:
    keys = [f"predictions/{ID}/{attempt}/{n}.png" for attempt in (1, 2) for n in range(3)]
    other = f"predictions/{uuid4()}/1/0.png"
    for key in [*keys, other]:
        await storage.put(key, b"x", "image/png")
    assert await storage.delete_prefix(f"predictions/{ID}/1/") == 3
    assert await storage.delete_prefix(f"predictions/{ID}/1/") == 0
    assert await storage.size(keys[3]) == 1
    assert await storage.delete_prefix(f"predictions/{ID}/") == 3
    assert await storage.size(other) == 1
    assert await storage.delete_prefix(f"predictions/{uuid4()}/") == 0


async def test_a_url_is_a_signed_path_that_expires(storage: LocalStorage) -> None:
    url = urlsplit(await storage.url(KEY, "image/png", 60))
    query = parse_qs(url.query)
    expires_at = int(query["exp"][0])
    assert (url.scheme, url.netloc, url.path) == ("", "", f"/files/{KEY}")
    assert 58 <= expires_at - time.time() <= 60
    assert SIGNER.verify(KEY, expires_at, query["sig"][0], time.time())
