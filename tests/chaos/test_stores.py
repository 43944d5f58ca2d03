"""Stores that are full or away: a prediction whose files cannot be kept fails with STORAGE, and leaves nothing."""

from __future__ import annotations

import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from tests.chaos.alone import clients, ended, until
from tests.chaos.cluster import WORKERS, Cluster
from tests.chaos.load import Load
from tests.conftest import free_port

BUCKET = "chaos"
# Dramatiq itself needs a file of some megabytes
LIMIT_BYTES = 8_000_000
AUTHORIZED = {"authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request"}


@pytest.fixture
async def load(cluster: Cluster) -> AsyncIterator[Load]:
    async with clients(cluster) as found:
        yield found


@contextmanager
def file_size(limit: int) -> Iterator[None]:
    """Processes that are started meanwhile cannot write a larger file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def replaced(cluster: Cluster, name: str, **settings: str) -> None:
    """Let one worker alone run everything, with a store of its own."""
    for worker in WORKERS:
        if worker in cluster.live.processes:
            await cluster.stop(worker)
    if f"{name}/db" not in cluster.proxies.all:
        cluster.connect(name)
    cluster.start(name, **settings)
    await cluster.ready(name)


async def test_a_full_disk_fails_what_does_not_fit_and_nothing_else(cluster: Cluster, load: Load) -> None:
    folder = cluster.live.data_dir / "files"
    with file_size(LIMIT_BYTES):
        await replaced(cluster, "worker-full")
    large = await load.ask("draw", {"files": 2, "size": LIMIT_BYTES + 1}, "FAILED", code="STORAGE")
    small = await load.ask("draw", {"files": 2, "size": 1000}, "SUCCEEDED", files=2)
    found = await ended(cluster, large)
    assert (found["status"], found["error_code"], found["files"]) == ("failed", "STORAGE", "[]"), found
    assert "too large" in found["error_message"]
    assert (await ended(cluster, small))["status"] == "succeeded"
    assert await cluster.stop("worker-full") == 0
    assert kept(folder, large.row_id.hex) == []
    assert len(kept(folder, small.row_id.hex)) == 2


def kept(folder: Path, row_id: str) -> list[Path]:
    """The files of a prediction, unfinished ones too."""
    return [path for path in folder.rglob("*") if path.is_file() and row_id in str(path).replace("-", "")]


class Bucket:
    """An S3 server that can be stopped; moto keeps what is in it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()
        httpx.put(f"{self.url}/{BUCKET}", headers=AUTHORIZED, trust_env=False).raise_for_status()

    def start(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def keys(self) -> str:
        """The listing, as XML."""
        return httpx.get(f"{self.url}/{BUCKET}", headers=AUTHORIZED, trust_env=False).text


@pytest.mark.slow
async def test_a_store_that_is_away_is_waited_for_and_then_given_up(cluster: Cluster, load: Load) -> None:
    bucket = Bucket()
    try:
        credentials = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_CONFIG_FILE": "/nonexistent"}
        place = {"S3_BUCKET": BUCKET, "S3_REGION": "us-east-1", "S3_ENDPOINT_URL": bucket.url}
        await replaced(cluster, "worker-s3", STORAGE_TYPE="s3", **place, **credentials)
        bucket.stop()
        lost = await load.ask("draw", {"files": 1}, "FAILED", code="STORAGE")
        found = await ended(cluster, lost, 60)
        assert (found["status"], found["error_code"], found["files"]) == ("failed", "STORAGE", "[]"), found
        patient = await load.ask("draw", {"files": 2, "delay": 0.3}, "SUCCEEDED", files=2)
        before = cluster.log("worker-s3").count("storage.put_failed")
        await until(lambda: _failed(cluster, before), 60)
        bucket.start()
        assert (await ended(cluster, patient, 60))["status"] == "succeeded"
        keys = bucket.keys()
        assert keys.count(str(patient.row_id)) == 2
        assert str(lost.row_id) not in keys
        assert await cluster.stop("worker-s3") == 0
    finally:
        bucket.stop()


async def _failed(cluster: Cluster, before: int) -> bool:
    return cluster.log("worker-s3").count("storage.put_failed") > before
