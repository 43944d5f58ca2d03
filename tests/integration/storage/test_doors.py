"""Files and pictures of the other doors while the store refuses, breaks or is silent: each tells it in its own form."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.conftest import LiveServer, running
from tests.integration.storage.conftest import Bucket
from tests.support.prepared import StartServers
from tests.support.rest import rest_token

MOST_UPLOADS = 2
STORE_SECONDS = 4
# What takes long where the store is not waited for any more; a machine that is busy takes longer than it should
LONGEST_SECONDS = 60
BUSY = b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
CHAT = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions",
        "body": {"model": "demo/chat", "messages": [{"role": "user", "content": "x"}]}}  # fmt: skip


class Gate:
    """What stands before the store: connections go through, or are answered with an error, or with nothing."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._writers: set[asyncio.StreamWriter] = set()
        self._answer: bytes | None = None
        self._is_open = True
        self.url = ""

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Gate]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        try:
            yield self
        finally:
            server.close()
            self._cut()

    def open(self) -> None:
        self._is_open = True
        self._cut()

    def close(self, answer: bytes | None) -> None:
        """From now on every connection gets this answer; None is silence."""
        self._is_open, self._answer = False, answer
        self._cut()

    def _cut(self) -> None:
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                if self._is_open:
                    await self._forward(reader, writer)
                    return
                await reader.readuntil(b"\r\n\r\n")
                if self._answer is None:
                    await reader.read()
                else:
                    writer.write(self._answer)
                    await writer.drain()
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, target = await asyncio.open_connection(self._target.hostname, self._target.port)
        ways = [asyncio.create_task(copy(reader, target)), asyncio.create_task(copy(upstream, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            target.close()


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()


@pytest.fixture
async def gate(bucket: Bucket) -> AsyncIterator[Gate]:
    async with Gate(bucket.endpoint).opened() as gate:
        yield gate


@pytest.fixture
def live(bucket: Bucket, gate: Gate, start_servers: StartServers, tmp_path: Path) -> Iterator[LiveServer]:
    """A server whose store is the bucket behind the gate."""
    settings = {
        "STORAGE_TYPE": "s3",
        "S3_BUCKET": bucket.name,
        "S3_REGION": "eu-central-1",
        "S3_ENDPOINT_URL": gate.url,
        "STORAGE_SECONDS": str(STORE_SECONDS),
        "MAX_UPLOADS": str(MOST_UPLOADS),
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    (tmp_path / "data").mkdir()
    with start_servers() as servers, running(servers, tmp_path / "data", **settings) as found:
        yield found


def large(number: int = 0) -> dict[str, Any]:
    """The form of a file that is too large to come inside an input."""
    return {"file": (f"{number}.png", b"x" * 300_000, "image/png")}


async def refused(answer: httpx.Response, code: str) -> dict[str, Any]:
    """The body of an answer that says in OpenAI's form that the store is away."""
    assert answer.status_code == 503, answer.text
    body: dict[str, Any] = answer.json()["error"]
    assert (body["type"], body["code"]) == ("server_error", code)
    assert "file store" in body["message"]
    return body


@pytest.mark.slow
async def test_a_store_that_fails_under_the_doors(live: LiveServer, bucket: Bucket, gate: Gate) -> None:
    headers = {"authorization": f"Bearer {await asyncio.to_thread(rest_token, live.url)}"}
    picture = {"model": "demo/shapes", "prompt": "a red circle on a blue background", "seed": 1, "steps": 1}
    drawing = "/openai/v1/images/generations"
    async with httpx.AsyncClient(
        base_url=live.url, headers=headers, timeout=LONGEST_SECONDS, trust_env=False
    ) as client:
        lines = {"file": ("a.jsonl", json.dumps(CHAT).encode()), "purpose": (None, "batch")}
        file = (await client.post("/openai/v1/files", files=lines)).raise_for_status().json()["id"]
        new = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}

        # It takes what is made, and does not give it
        bucket.deny("s3:GetObject")
        hidden = await client.post(drawing, json={**picture, "response_format": "b64_json"})
        await refused(hidden, "server_error")
        assert hidden.headers["x-should-retry"] == "false"
        prediction = hidden.headers["x-prediction-id"]
        bucket.deny("s3:PutObjectAcl")
        made = (await client.get(f"/v1/predictions/{prediction}")).raise_for_status().json()
        assert made["status"] == "succeeded"
        kept = await client.get(made["output"][0], headers={"authorization": ""})
        assert kept.content.startswith(b"\x89PNG")
        again = await client.post(drawing, json={**picture, "response_format": "b64_json"})
        assert base64.b64decode(again.raise_for_status().json()["data"][0]["b64_json"]) == kept.content

        for answer in (BUSY, None):
            gate.close(answer)
            began = time.monotonic()
            for number in range(MOST_UPLOADS + 1):
                await refused(
                    await client.post("/openai/v1/files", files={**large(number), "purpose": (None, "vision")}),
                    "server_error",
                )
            form = await client.post("/openai/v1/images/edits", files={"image": large()["file"]}, data=picture)
            await refused(form, "server_error")
            await refused(await client.get(f"/openai/v1/files/{file}/content"), "server_error")
            await refused(await client.post("/openai/v1/batches", json=new), "server_error")
            problem = await client.post("/v1/files", files={"content": large()["file"]})
            assert problem.status_code == 503, problem.text
            assert problem.headers["content-type"] == "application/problem+json"
            assert problem.json()["code"] == "UNAVAILABLE"
            assert time.monotonic() - began < 7 * LONGEST_SECONDS
            gate.open()
            # What did not come counts no more, and what was there is there
            assert [each["id"] for each in (await client.get("/openai/v1/files")).json()["data"]] == [file]
            assert (await client.get("/openai/v1/batches")).json()["data"] == []
            assert (await client.get(f"/openai/v1/files/{file}/content")).content == json.dumps(CHAT).encode()
        assert (await client.post("/v1/files", files={"content": large()["file"]})).status_code == 201
        full = await client.post("/v1/files", files={"content": large()["file"]})
        assert (full.status_code, full.json()["code"]) == (409, "CONFLICT")
        (row,) = (await client.get("/v1/predictions")).json()["results"][:1]
        assert row["status"] == "succeeded"
