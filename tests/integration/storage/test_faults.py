"""S3 servers that are away, refuse, or break off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from botocore.retries.standard import ExponentialBackoff

from server.adapters.storage import StorageError, StorageMissingError, open_storage, s3
from server.adapters.store_watch import StoreWatch
from tests.conftest import free_port
from tests.integration.storage.conftest import SIGNER, Bucket

OWNER = str(uuid4())
PREFIX = f"predictions/{OWNER}/"
KEY = f"{PREFIX}1/0.png"
Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.01)


@asynccontextmanager
async def server_that(answer: Answer) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that answers every request with the same; its URL, and the requests it saw."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            await answer(seen[-1], writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}", seen


async def fails(url: str, bucket: Bucket, *operations: str) -> list[StorageError]:
    """The errors of these operations, each of which has to fail with one of ours."""
    async with open_storage(bucket.settings(s3_endpoint_url=url), SIGNER) as storage:

        async def read() -> None:
            async for _ in storage.stream(KEY):
                pass

        calls: dict[str, Callable[[], Awaitable[Any]]] = {
            "put": lambda: storage.put(KEY, b"x", "image/png"),
            "size": lambda: storage.size(KEY),
            "read": read,
            "delete": lambda: storage.delete_prefix(PREFIX),
        }
        found = await asyncio.gather(*(calls[name]() for name in operations), return_exceptions=True)
    errors = [error for error in found if isinstance(error, StorageError)]
    assert errors == found
    assert not [error for error in errors if isinstance(error, StorageMissingError)]
    return errors


async def test_a_server_that_is_away(bucket: Bucket) -> None:
    began = time.monotonic()
    errors = await fails(f"http://127.0.0.1:{free_port()}", bucket, "put", "size", "read", "delete")
    assert ["Could not connect" in str(error) for error in errors] == [True] * 4
    assert time.monotonic() - began < 20


async def test_a_server_that_is_broken_is_asked_again(bucket: Bucket) -> None:
    async def broken(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

    async with server_that(broken) as (url, seen):
        await fails(url, bucket, "put")
        assert len(seen) > 2


@pytest.mark.parametrize("body", [b"<html>a login page<br></html>", b""])
async def test_a_server_that_does_not_speak_s3(bucket: Bucket, body: bytes) -> None:
    async def refuses(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 403 No\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body) + body)

    async with server_that(refuses) as (url, _):
        await fails(url, bucket, "put", "size", "read", "delete")


@pytest.mark.parametrize("sent", [0, 10, 300_000])
async def test_a_file_that_breaks_off(bucket: Bucket, sent: int) -> None:
    async def breaks_off(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n" + b"x" * sent)

    async with server_that(breaks_off) as (url, _):
        await fails(url, bucket, "read")


async def test_files_that_may_not_be_removed(bucket: Bucket) -> None:
    async with open_storage(bucket.settings(), SIGNER) as storage:
        await storage.put(KEY, b"x", "image/png")
        bucket.deny("s3:DeleteObject")
        with pytest.raises(StorageError, match=r"^1 files could not be removed: "):
            await storage.delete_prefix(PREFIX)
        assert await storage.size(KEY) == 1


async def test_a_bucket_that_does_not_exist_is_no_missing_file(bucket: Bucket) -> None:
    async with open_storage(bucket.settings(s3_bucket="nowhere-at-all"), SIGNER) as storage:
        for call in (storage.size(KEY), storage.put(KEY, b"x", "image/png")):
            with pytest.raises(StorageError, match="does not exist") as caught:
                await call
            assert not isinstance(caught.value, StorageMissingError)


INTERNAL = ("http", "127.0.0.1", "credential", "endpoint", "bucket", "files-", "nowhere")


async def test_users_read_nothing_of_the_store_itself(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Endpoints, buckets and credentials are for the log."""
    operations = ("put", "size", "read", "delete")
    errors = await fails(f"http://127.0.0.1:{free_port()}", bucket, *operations)
    async with open_storage(bucket.settings(s3_bucket="nowhere-at-all"), SIGNER) as storage:
        with pytest.raises(StorageError) as caught:
            await storage.put(KEY, b"x", "image/png")
        errors.append(caught.value)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    errors += await fails(bucket.endpoint, bucket, *operations)
    for error in errors:
        assert not [word for word in INTERNAL if word in error.message.casefold()], error.message
        assert error.message.endswith((".", "later.")), error.message


async def test_a_server_that_says_nothing_is_not_waited_for_long(bucket: Bucket) -> None:
    over = asyncio.Event()

    async def says_nothing(_: bytes, writer: asyncio.StreamWriter) -> None:
        await over.wait()

    async with server_that(says_nothing) as (url, _):
        began = time.monotonic()
        async with open_storage(bucket.settings(s3_endpoint_url=url, storage_seconds=1), SIGNER) as storage:
            with pytest.raises(StorageError) as caught:
                await storage.put(KEY, b"x", "image/png")
            assert "does not answer" in caught.value.message
            with pytest.raises(StorageError):
                await storage.check()
        over.set()
        assert time.monotonic() - began < 5


async def test_what_a_look_at_the_store_tells(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(**settings: str) -> str:
        async with open_storage(bucket.settings(**settings), SIGNER) as storage:
            watch = StoreWatch(None, storage)  # type: ignore[arg-type]
            await watch.look_at_files()
            assert (watch.files.note == "") == (watch.files.word == "ok")
            assert not [word for word in INTERNAL if word in watch.files.note]
            return watch.files.word

    assert await look() == "ok"
    assert await look(s3_bucket="nowhere-at-all") == "away"
    assert await look(s3_endpoint_url=f"http://127.0.0.1:{free_port()}") == "away"
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert await look() == "away"


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:DeleteObject"])
async def test_a_look_at_the_store_tells_of_credentials_that_may_only_read(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    clock = 1000.0
    monkeypatch.setattr(s3, "time", SimpleNamespace(monotonic=lambda: clock))
    async with open_storage(bucket.settings(s3_prefix="ours"), SIGNER) as storage:
        watch = StoreWatch(None, storage)  # type: ignore[arg-type]

        async def look() -> str:
            await watch.look_at_files()
            return watch.files.word

        assert await look() == "ok"
        assert bucket.object("ours/check").status_code == 404
        bucket.deny(action)
        # Writing costs: it is tried seldom while it works, and at every look while it does not
        assert await look() == "ok"
        clock += s3.WRITE_CHECK_SECONDS
        assert [await look(), await look()] == ["away", "away"]
        assert not [word for word in INTERNAL if word in watch.files.note]
        bucket.deny("s3:GetObject")
        assert await look() == "ok"
