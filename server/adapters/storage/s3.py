"""Files in S3, or a store that speaks its protocol, through aiobotocore."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import anyio
import structlog
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

logger = structlog.get_logger(__name__)

# Larger files go up in parts, of which S3 takes 10,000 of at least 5 MiB
PART_BYTES = 16 * 1024 * 1024
# Beside the folders of files, which all processes may try out at once: it is always empty
CHECK_KEY = "check"
# Stores are paid by the write
WRITE_CHECK_SECONDS = 900.0
# Stores refuse what was signed longer ago
SKEW_SECONDS = 900
SINGLE_DELETES = 10
# How stores answer that know no removal of several objects, or none as it is asked for here
NOT_TOGETHER = {HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
# Directory buckets of AWS, which know no MD5
EXPRESS_SUFFIX = "--x-s3"
WRONG_REGION = {"AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException"}


class S3Storage:
    """Files as objects of one bucket.

    `client` is asked, and `signer` signs the links, which browsers may reach at another address.
    """

    def __init__(self, client: Any, signer: Any, settings: Settings) -> None:
        self._client = client
        self._signer = signer
        self._bucket = str(settings.s3_bucket)
        prefix = settings.s3_prefix.strip("/")
        self._prefix = f"{prefix}/" if prefix else ""
        # What stores has half of the time that it may take in all: there is time for a second one
        self._request_seconds = settings.storage_seconds / 2
        # Other stores than AWS name any region, and heed none
        self._is_regional = settings.s3_endpoint_url is None
        self._deletes_together = True
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
            detail = f"The file could not be stored: {explain(error)}"
            raise StorageError(detail, _sentence("stored", error)) from error

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
        may read need not be allowed to write. Of a bucket in another region requests are led there, but no link is.
        """
        async with self._storing():
            answer = await self._client.head_bucket(Bucket=self._bucket)
            region, signed = answer.get("BucketRegion"), self._signer.meta.region_name
            if self._is_regional and region and signed and region != signed:
                raise StorageError(
                    f"The bucket {self._bucket!r} is in {region}, and links to files are signed for {signed}, "
                    f"so that none of them works; set S3_REGION={region}"
                )
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
                keys = [item["Key"] for item in page.get("Contents", [])]
                if keys:
                    await self._delete(keys)
                count += len(keys)
        except (BotoCoreError, ClientError) as error:
            raise StorageError(f"Files could not be removed: {explain(error)}") from error
        return count

    async def _delete(self, keys: Sequence[str]) -> None:
        """Remove up to 1000 objects in one request, or each by its own where the store does not take that one."""
        if self._deletes_together:
            listing = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
            try:
                answer = await self._client.delete_objects(Bucket=self._bucket, Delete=listing)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] not in NOT_TOGETHER:
                    raise
                logger.info("storage.deletes_singly", reason=str(error))
                self._deletes_together = False
            else:
                # A batch of which some objects stayed is answered with 200
                if errors := answer.get("Errors"):
                    message = errors[0].get("Message")
                    raise StorageError(f"{len(errors)} files could not be removed: {message}")
                return
        for start in range(0, len(keys), SINGLE_DELETES):
            some = keys[start : start + SINGLE_DELETES]
            await asyncio.gather(*(self._client.delete_object(Bucket=self._bucket, Key=key) for key in some))

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
            raise StorageError(f"Files could not be listed: {explain(error)}") from error
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
            url: str = await self._signer.generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds)
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
    return StorageError(f"The file could not be read: {explain(error)}", _sentence("read", error))


def explain(error: Exception) -> str:
    """What the store said, and what is behind it where that can be told: answers to HEAD have no words at all."""
    if not isinstance(error, ClientError):
        return str(error)
    says, answer = str(error), error.response["ResponseMetadata"]
    code, headers = error.response["Error"].get("Code", ""), answer.get("HTTPHeaders", {})
    skew = _clock_skew(headers.get("date", ""))
    if answer["HTTPStatusCode"] == HTTPStatus.FORBIDDEN and abs(skew) > SKEW_SECONDS:
        side = "ahead of" if skew > 0 else "behind"
        return f"{says}. The clock of this machine is {abs(skew):.0f} seconds {side} that of the store; set it by NTP"
    region = headers.get("x-amz-bucket-region") or error.response["Error"].get("Region")
    if region and (code in WRONG_REGION or answer["HTTPStatusCode"] in {HTTPStatus.MOVED_PERMANENTLY, 400}):
        return f"{says}. The bucket is in {region}; set S3_REGION={region}"
    return says


def _clock_skew(date: str) -> float:
    """Seconds by which this machine is ahead of who wrote this Date header; 0 where it is none."""
    try:
        return (datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds()
    except (TypeError, ValueError):
        return 0.0


def _sentence(done: str, error: Exception) -> str:
    """What users read, who know neither the endpoint nor whose credentials these are."""
    if isinstance(error, HTTPClientError | ClientPayloadError | TimeoutError):
        return f"The file could not be {done}: the server's file store does not answer. Try again later."
    return f"The file could not be {done}: the server's file store refused it."


def sum_by_md5(params: dict[str, Any], **_: Any) -> None:
    """Give a removal of several objects the checksum that every store knows.

    S3 wants a sum of that body. botocore sends a CRC, which stores of before 2025 (MinIO, Ceph, OVH) take for none and
    refuse; all of them, AWS included, take Content-MD5.
    """
    if EXPRESS_SUFFIX in params["url"].partition("?")[0]:
        return
    digest = hashlib.md5(params["body"], usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = base64.b64encode(digest).decode()
    params["context"].pop("checksum", None)


@asynccontextmanager
async def open_s3(settings: Settings) -> AsyncIterator[S3Storage]:
    """The configured bucket; botocore finds the credentials in the environment."""
    config = AioConfig(
        connect_timeout=min(3.0, settings.storage_seconds / 4),
        read_timeout=settings.storage_seconds / 4,
        retries={"mode": "standard", "max_attempts": 3},
        signature_version="s3v4",
        s3={"addressing_style": settings.s3_addressing.value},
        # Older S3-compatible stores refuse the checksums that newer clients send by default
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    # AWS' own tools read either name, botocore only the second
    region = settings.s3_region or os.environ.get("AWS_REGION") or None
    options = {"region_name": region, "endpoint_url": settings.s3_endpoint_url, "config": config}
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(get_session().create_client("s3", **options))
        client.meta.events.register("before-call.s3.DeleteObjects", sum_by_md5)
        signer = client
        if settings.s3_public_endpoint_url:
            options["endpoint_url"] = settings.s3_public_endpoint_url
            signer = await stack.enter_async_context(get_session().create_client("s3", **options))
        yield S3Storage(client, signer, settings)
