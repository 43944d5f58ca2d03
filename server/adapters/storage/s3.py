"""Files in S3, or a store that speaks its protocol, through aiobotocore."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from aiohttp import ClientPayloadError
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

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
from server.domain.files import BINARY
from server.domain.media import shown_type
from server.settings import Settings

# Larger files go up in parts, of which S3 takes 10,000 of at least 5 MiB
PART_BYTES = 16 * 1024 * 1024
# Beside the folders of files, which all processes may try out at once: it is always empty
CHECK_KEY = "check"
# Stores are paid by the write
WRITE_CHECK_SECONDS = 900.0


class S3Storage:
    """Files as objects of one bucket."""

    def __init__(self, client: Any, bucket: str, prefix: str, request_seconds: float) -> None:
        self._client = client
        self._request_seconds = request_seconds
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._tries_writing_at = 0.0

    @asynccontextmanager
    async def _storing(self) -> AsyncIterator[None]:
        """A request that stores something; botocore waits for the word to go on (100) without any limit."""
        try:
            async with asyncio.timeout(self._request_seconds):
                yield
        except TimeoutError as error:
            detail = f"The file could not be stored: no answer within {self._request_seconds:g} seconds"
            raise StorageError(detail, _sentence("stored", error)) from error
        except (BotoCoreError, ClientError) as error:
            raise StorageError(f"The file could not be stored: {error}", _sentence("stored", error)) from error

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Put one object, in parts where it is large; S3 shows it only when it is whole."""
        await self.put_stream(key, _blocks(data), content_type)

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], content_type: str) -> None:
        """Put one object as its bytes come; an upload in parts that does not end is aborted."""
        name = self._prefix + check_key(key)
        target = {"Bucket": self._bucket, "Key": name}
        parts = _parts(chunks)
        first = await anext(parts, b"")
        async with self._storing():
            if len(first) < PART_BYTES:
                await self._client.put_object(**target, Body=first, ContentType=content_type)
                return
            upload = await self._client.create_multipart_upload(**target, ContentType=content_type)
        target["UploadId"] = upload["UploadId"]
        try:
            async with self._storing():
                done = [await self._put_part(target, 1, first)]
            async for part in parts:
                async with self._storing():
                    done.append(await self._put_part(target, len(done) + 1, part))
            async with self._storing():
                await self._client.complete_multipart_upload(**target, MultipartUpload={"Parts": done})
        except BaseException:
            with anyio.move_on_after(self._request_seconds, shield=True), suppress(BotoCoreError, ClientError):
                await self._client.abort_multipart_upload(**target)
            raise

    async def _put_part(self, target: dict[str, str], number: int, part: bytes) -> dict[str, Any]:
        answer = await self._client.upload_part(**target, PartNumber=number, Body=part)
        return {"PartNumber": number, "ETag": answer["ETag"]}

    async def stream(self, key: str, start: int = 0, size: int | None = None) -> AsyncGenerator[bytes, None]:
        """Chunks of 64 kB."""
        target = {"Bucket": self._bucket, "Key": self._prefix + check_key(key)}
        if start or size is not None:
            target["Range"] = f"bytes={start}-" + ("" if size is None else str(start + size - 1))
        try:
            answer = await self._client.get_object(**target)
            async with answer["Body"] as body:
                async for chunk in body.iter_chunks(CHUNK_BYTES):
                    yield chunk
        except (BotoCoreError, ClientError, ClientPayloadError) as error:
            raise _missing_or_broken(error) from error

    async def size(self, key: str) -> int:
        """Bytes of an object."""
        try:
            answer = await self._client.head_object(Bucket=self._bucket, Key=self._prefix + check_key(key))
        except (BotoCoreError, ClientError) as error:
            failure = _missing_or_broken(error)
            if isinstance(failure, StorageMissingError):
                await self._check_bucket()
            raise failure from error
        return int(answer["ContentLength"])

    async def _check_bucket(self) -> None:
        """Raise StorageError if the bucket itself is missing, which the answer to HEAD does not say."""
        try:
            await self._client.head_bucket(Bucket=self._bucket)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise StorageError(f"The bucket {self._bucket!r} does not exist.") from error
        except BotoCoreError as error:
            raise _missing_or_broken(error) from error

    async def check(self) -> None:
        """Ask for the bucket, which tells a wrong name, wrong credentials and a store that is away.

        At first, and again WRITE_CHECK_SECONDS after it worked, an empty object is put and removed: credentials that
        may read need not be allowed to write.
        """
        async with self._storing():
            await self._client.head_bucket(Bucket=self._bucket)
            if time.monotonic() >= self._tries_writing_at:
                target = {"Bucket": self._bucket, "Key": f"{self._prefix}{CHECK_KEY}"}
                await self._client.put_object(**target, Body=b"", ContentType=BINARY)
                await self._client.delete_object(**target)
                self._tries_writing_at = time.monotonic() + WRITE_CHECK_SECONDS

    async def delete_prefix(self, prefix: str) -> int:
        """Remove all objects below a prefix."""
        count = 0
        try:
            pages = self._client.get_paginator("list_objects_v2")
            async for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + check_prefix(prefix)):
                keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
                if keys:
                    listing = {"Objects": keys, "Quiet": True}
                    answer = await self._client.delete_objects(Bucket=self._bucket, Delete=listing)
                    # A batch of which some objects stayed is answered with 200
                    if errors := answer.get("Errors"):
                        message = errors[0].get("Message")
                        raise StorageError(f"{len(errors)} files could not be removed: {message}")
                count += len(keys)
        except (BotoCoreError, ClientError) as error:
            raise StorageError(f"Files could not be removed: {error}") from error
        return count

    async def folders(self) -> AsyncIterator[Folder]:
        """All folders; the keys of one follow each other in the listing."""
        changes: dict[str, float] = {}
        try:
            for kind in KINDS:
                pages = self._client.get_paginator("list_objects_v2")
                async for page in pages.paginate(Bucket=self._bucket, Prefix=f"{self._prefix}{kind}/"):
                    for item in page.get("Contents", []):
                        prefix = item["Key"].removeprefix(self._prefix).rpartition("/")[0] + "/"
                        if prefix not in changes:
                            for folder in _folders(changes):
                                yield folder
                            changes = {}
                        changes[prefix] = max(changes.get(prefix, 0.0), item["LastModified"].timestamp())
        except (BotoCoreError, ClientError) as error:
            raise StorageError(f"Files could not be listed: {error}") from error
        for folder in _folders(changes):
            yield folder

    async def url(self, key: str, content_type: str, seconds: int) -> str:
        """A presigned link to the object."""
        shown = shown_type(content_type)
        parameters = {
            "Bucket": self._bucket,
            "Key": self._prefix + check_key(key),
            "ResponseContentType": shown or BINARY,
            "ResponseContentDisposition": "inline" if shown else "attachment",
        }
        try:
            url: str = await self._client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds)
        except BotoCoreError as error:
            raise StorageError(f"The link could not be signed: {error}") from error
        return url


def _folders(changes: dict[str, float]) -> list[Folder]:
    return [folder for prefix, at in changes.items() if (folder := folder_of(prefix, at)) is not None]


async def _blocks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), PART_BYTES):
        yield data[start : start + PART_BYTES]


async def _parts(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The bytes of the chunks in parts of PART_BYTES, the last one shorter."""
    buffer = bytearray()
    async for chunk in chunks:
        buffer += chunk
        while len(buffer) >= PART_BYTES:
            yield bytes(buffer[:PART_BYTES])
            del buffer[:PART_BYTES]
    if buffer:
        yield bytes(buffer)


def _missing_or_broken(error: Exception) -> StorageError:
    if isinstance(error, ClientError):
        status, code = error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"].get("Code")
        if status == 404 and code != "NoSuchBucket":
            return StorageMissingError("There is no such file.")
    return StorageError(f"The file could not be read: {error}", _sentence("read", error))


def _sentence(done: str, error: Exception) -> str:
    """What users read, who know neither the endpoint nor whose credentials these are."""
    if isinstance(error, HTTPClientError | ClientPayloadError | TimeoutError):
        return f"The file could not be {done}: the server's file store does not answer. Try again later."
    return f"The file could not be {done}: the server's file store refused it."


@asynccontextmanager
async def open_s3(settings: Settings) -> AsyncIterator[S3Storage]:
    """The configured bucket; botocore finds the credentials in the environment."""
    # What stores has half of the time that it may take in all: there is time for a second one
    config = AioConfig(
        connect_timeout=min(3.0, settings.storage_seconds / 4),
        read_timeout=settings.storage_seconds / 4,
        retries={"mode": "standard", "max_attempts": 3},
        signature_version="s3v4",
        # Older S3-compatible stores refuse the checksums that newer clients send by default
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    options = {"region_name": settings.s3_region, "endpoint_url": settings.s3_endpoint_url, "config": config}
    async with get_session().create_client("s3", **options) as client:
        yield S3Storage(client, str(settings.s3_bucket), settings.s3_prefix, settings.storage_seconds / 2)
