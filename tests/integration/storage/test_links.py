"""Links that expire, and the local ones that were tampered with."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from server.adapters.storage import StorageError, StorageMissingError, open_storage
from server.settings import Settings
from tests.integration.storage.conftest import SIGNER, Bucket, Kept

KEY = f"predictions/{uuid4()}/1/0.png"


@pytest.mark.parametrize("kept", ["local"], indirect=True)
async def test_a_local_link_works_until_it_expires(kept: Kept, monkeypatch: Any) -> None:
    await kept.storage.put(KEY, b"picture", "image/png")
    now = time.time()
    # However long this process is held up
    monkeypatch.setattr(time, "time", lambda: now)
    link = await kept.storage.url(KEY, "image/png", 2)
    assert (await kept.fetch(link)).content == b"picture"
    monkeypatch.setattr(time, "time", lambda: now + 1)
    assert (await kept.fetch(link)).status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 2)
    expired = await kept.fetch(link)
    assert (expired.status_code, expired.json()["error"]["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("kept", ["local"], indirect=True)
async def test_a_local_link_that_was_changed(kept: Kept) -> None:
    await kept.storage.put(KEY, b"picture", "image/png")
    other = KEY.replace("0.png", "1.png")
    await kept.storage.put(other, b"another", "image/png")
    link = await kept.storage.url(KEY, "image/png", 60)
    expires = parse_qs(urlsplit(link).query)["exp"][0]
    changed = [
        link.replace("0.png", "1.png"),
        link.replace(expires, str(int(expires) + 1)),
        link.replace(expires, "9" * 11),
        link.replace("sig=", "sig=x"),
        link.partition("?")[0],
        f"{link.partition('?')[0]}?exp=&sig=",
    ]
    assert [(await kept.fetch(each)).status_code for each in changed] == [403] * 6
    assert (await kept.fetch(link)).status_code == 200


@pytest.mark.parametrize("seconds", [10, 900, 604_800])
async def test_a_presigned_link_names_its_life(bucket: Bucket, seconds: int) -> None:
    settings = bucket.settings(s3_prefix="x", file_url_seconds=seconds)
    async with open_storage(settings, SIGNER) as storage:
        await storage.put(KEY, b"picture", "image/png")
        link = await storage.url(KEY, "image/png", settings.file_url_seconds)
    parts = urlsplit(link)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert f"{parts.scheme}://{parts.netloc}" == bucket.endpoint
    assert parts.path == f"/{bucket.name}/x/{KEY}"
    assert query["X-Amz-Expires"] == str(seconds)
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert query["X-Amz-Credential"].split("/")[0::2] == ["key", "eu-central-1", "aws4_request"]
    assert len(query["X-Amz-Signature"]) == 64
    assert "secret" not in link
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(link)).content == b"picture"


async def test_a_presigned_link_signs_what_it_says(bucket: Bucket) -> None:
    async with open_storage(bucket.settings(), SIGNER) as storage:
        links = [
            await storage.url(KEY, "image/png", 60),
            await storage.url(KEY, "text/html", 60),
            await storage.url(KEY, "image/png", 61),
            await storage.url(KEY.replace("0.png", "1.png"), "image/png", 60),
        ]
    signatures = {parse_qs(urlsplit(link).query)["X-Amz-Signature"][0] for link in links}
    assert len(signatures) == 4


async def test_objects_lie_below_the_prefix_with_their_type(bucket: Bucket) -> None:
    async with open_storage(bucket.settings(s3_prefix="/one/two/"), SIGNER) as storage:
        await storage.put(KEY, b"picture", "image/webp")
    found = bucket.object(f"one/two/{KEY}")
    assert (found.content, found.headers["content-type"]) == (b"picture", "image/webp")
    async with open_storage(bucket.settings(s3_prefix="other"), SIGNER) as storage:
        with pytest.raises(StorageMissingError):
            await storage.size(KEY)
        assert await storage.delete_prefix(KEY.rpartition("1/")[0]) == 0
    assert bucket.object(f"one/two/{KEY}").status_code == 200


async def test_a_bucket_that_does_not_exist(bucket: Bucket) -> None:
    async with open_storage(bucket.settings(s3_bucket="nowhere-at-all"), SIGNER) as storage:
        with pytest.raises(StorageError, match="could not be stored"):
            await storage.put(KEY, b"x", "image/png")
        with pytest.raises(StorageError, match="could not be read") as caught:
            _ = [chunk async for chunk in storage.stream(KEY)]
        assert not isinstance(caught.value, StorageMissingError), "the file may exist, the bucket's name is wrong"
        with pytest.raises(StorageError):
            await storage.size(KEY)
        with pytest.raises(StorageError, match="could not be removed"):
            await storage.delete_prefix(f"predictions/{uuid4()}/")


async def test_more_objects_than_one_listing_holds(bucket: Bucket, monkeypatch: Any) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    owner = str(uuid4())
    async with open_storage(bucket.settings(), SIGNER) as storage:
        for number in range(5):
            await storage.put(f"predictions/{owner}/1/{number}.png", b"x", "image/png")
        assert await storage.delete_prefix(f"predictions/{owner}/") == 5
        assert await storage.delete_prefix(f"predictions/{owner}/") == 0


async def test_no_credentials_at_all(bucket: Bucket, monkeypatch: Any) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    async with open_storage(bucket.settings(), SIGNER) as storage:
        with pytest.raises(StorageError, match="credentials"):
            await storage.put(KEY, b"x", "image/png")
        with pytest.raises(StorageError, match="credentials"):
            await storage.url(KEY, "image/png", 60)


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    async with open_storage(Settings(storage_dir=tmp_path / "file", _env_file=None), SIGNER) as storage:
        with pytest.raises(StorageError, match="could not be stored"):
            await storage.put(KEY, b"x", "image/png")
        with pytest.raises(StorageMissingError):
            await storage.size(KEY)


async def test_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / KEY).mkdir(parents=True)  # even for root, a folder cannot be read as a file
    async with open_storage(Settings(storage_dir=tmp_path, _env_file=None), SIGNER) as storage:
        with pytest.raises(StorageError, match="could not be read") as caught:
            _ = [chunk async for chunk in storage.stream(KEY)]
        assert not isinstance(caught.value, StorageMissingError)
