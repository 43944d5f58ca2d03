"""A user is deleted while their files lie at an S3 server that fails in the middle of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from botocore.retries.standard import ExponentialBackoff

from server.adapters.database import now
from server.adapters.storage import StorageError
from server.domain.accounts import USER_OWNER
from server.embedded.servers import LocalServers
from server.maintenance import erasure, run_counts
from server.tables import Deletion, Model, Prediction, User, Version
from tests.integration.queue import store
from tests.integration.storage.conftest import Bucket

COUNT = 5


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.01)


@dataclass
class Gateway:
    """Stands before an S3 server; behind so many removals it answers each with 503."""

    url: str = ""
    removals_left: int | None = None

    def refuses(self, head: bytes) -> bool:
        if self.removals_left is None or b"delete" not in head.partition(b"\r\n")[0].lower():
            return False
        self.removals_left -= 1
        return self.removals_left < 0


@asynccontextmanager
async def gateway(upstream: str) -> AsyncIterator[Gateway]:
    """A gateway before an S3 server, which passes on what it does not refuse."""
    made, client = Gateway(), httpx.AsyncClient(base_url=upstream, trust_env=False)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            line, *lines = head.decode("latin-1").strip().split("\r\n")
            headers = dict(each.split(": ", 1) for each in lines)
            names = {name.lower(): name for name in headers}
            length = int(headers.get(names.get("content-length", ""), 0))
            if headers.pop(names.get("expect", ""), None) is not None:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await reader.readexactly(length)
            method, target, _ = line.split(" ")
            if made.refuses(head):
                writer.write(b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            else:
                answer = await client.request(method, target, headers=headers, content=body)
                content = b"" if method == "HEAD" else answer.content
                kind = answer.headers.get("content-type", "application/xml")
                writer.write(
                    f"HTTP/1.1 {answer.status_code} OK\r\ncontent-type: {kind}\r\ncontent-length: {len(content)}\r\n"
                    "connection: close\r\n\r\n".encode()
                    + content
                )
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, client:
        host, port = server.sockets[0].getsockname()
        made.url = f"http://{host}:{port}"
        yield made


@pytest.fixture(scope="module")
async def database(schema_servers: LocalServers) -> AsyncIterator[str]:
    async with store.opened(schema_servers) as url:
        yield url


async def deleted_user(version: Version) -> tuple[User, list[UUID]]:
    """A user who is being deleted, with predictions of a model of somebody else."""
    mark = uuid4().hex[:12]
    at = now()
    user = await User.create(handle=f"u{mark}", email=f"{mark}@example.com", deactivated_at=at, deleting_at=at)
    files = [{"key": "", "content_type": "text/plain", "bytes": 5}]
    made = [
        await store.add(
            version, status="succeeded", owner=f"{USER_OWNER}{user.id}", user_id=user.id, attempt=1, files=files
        )
        for _ in range(COUNT)
    ]
    return user, [row.id for row in made]


async def test_a_deletion_is_gone_on_with_when_the_store_is_back(
    database: str, schema_servers: LocalServers, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "ROWS_AT_ONCE", 2)
    await run_counts.count()
    version = await store.add_version()
    user, ids = await deleted_user(version)
    redis_url = schema_servers.redis_url.replace("db=0", "db=4")
    async with gateway(bucket.endpoint) as between:
        s3 = bucket.settings(s3_endpoint_url=between.url)
        options = {
            name: getattr(s3, name) for name in ("storage_type", "s3_bucket", "s3_region", "s3_endpoint_url")
        }  # fmt: skip
        async with store.runtime(redis_url, tmp_path, **options) as rt:
            for key in ids:
                await rt.storage.put(f"predictions/{key}/1/0.txt", b"hello", "text/plain")
            between.removals_left = 3
            with pytest.raises(StorageError):
                await erasure.delete_user(rt, user.id, 60)
            left = {row.id for row in await Prediction.filter(user_id=user.id)}
            assert len(left) == COUNT - 2
            assert await User.exists(id=user.id)
            # What has no row any more has no file either, and what has files is found by its row
            for key in ids:
                kept = bucket.object(f"predictions/{key}/1/0.txt").status_code
                assert key in left or kept == 404
            between.removals_left = None
            assert await erasure.delete_user(rt, user.id, 60)
            assert await erasure.delete_user(rt, user.id, 60)
    assert [bucket.object(f"predictions/{key}/1/0.txt").status_code for key in ids] == [404] * COUNT
    assert not await User.exists(id=user.id)
    assert not await Prediction.filter(id__in=ids).exists()
    assert not await Deletion.filter(prediction_id__in=ids).exists()
    # They ran all the same
    assert (await Model.get(id=version.model_id)).runs == COUNT
