"""Streams of server-sent events in numbers, behind a proxy that buffers, and before clients that never read."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from tests.conftest import LiveServer, running
from tests.integration.rest.calling import calling, events, joined, signed_in
from tests.support.nginx import NGINX, proxied
from tests.support.prepared import StartServers

STREAMS = 1000
TOKEN = "a token for the metrics of this test"
STALLED, FREED_SECONDS = 20, 90
# Each piece is more than a stalled client's buffers take
NOISE = {"text": "x" * 9000, "repeat": 1000, "delay_seconds": 0.04}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def live(start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    limits = {"MAX_SUBSCRIPTIONS_PER_USER": str(STREAMS), "METRICS_TOKEN": TOKEN}
    with start_servers() as servers, running(servers, tmp_path_factory.mktemp("streams"), **limits) as found:
        yield found


@asynccontextmanager
async def begun(live: LiveServer, values: dict[str, object]) -> AsyncIterator[tuple[httpx.AsyncClient, dict[str, str]]]:
    """A client and the addresses of its prediction, which is canceled at the end."""
    async with calling(live, await signed_in(live)) as client:
        made = await client.post("/v1/models/demo/echo/predictions", json={"input": values})
        urls: dict[str, str] = made.json()["urls"]
        try:
            yield client, urls
        finally:
            await client.post(urls["cancel"])


async def open_streams(live: LiveServer) -> int:
    """How many the API counts."""
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"{live.url}/metrics", headers={"authorization": f"Bearer {TOKEN}"})).text
    (number,) = re.findall(r"^inference_subscriptions(?:\{.*\})? ([0-9.]+)", text, re.MULTILINE)
    return int(float(number))


async def until_open(live: LiveServer, number: int, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while await open_streams(live) != number:
            await asyncio.sleep(0.2)


@asynccontextmanager
async def connected(live: LiveServer, url: str, authorization: str) -> AsyncIterator[None]:
    """A stream of which only the head is read."""
    parts = urlsplit(live.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=4096)
    path = urlsplit(url)
    writer.write(f"GET {path.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: {authorization}\r\n\r\n".encode())
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head, head
        yield
    finally:
        writer.close()
        await writer.wait_closed()


async def test_a_thousand_streams_that_wait_cost_little_and_are_freed(live: LiveServer) -> None:
    process = psutil.Process(live.processes["api"].pid)
    async with begun(live, {"text": "a b", "repeat": 100, "delay_seconds": 60}) as (client, urls):
        before = process.memory_info().rss
        authorization = client.headers["authorization"]
        async with AsyncExitStack() as stack:
            for _ in range(STREAMS):
                await stack.enter_async_context(connected(live, urls["stream"], authorization))
            await until_open(live, STREAMS, 30)
            taken = process.memory_info().rss - before
            await check_service(client, urls["stream"])
        await until_open(live, 0, 30)
    assert taken / STREAMS < 150_000, f"a stream costs {taken / STREAMS:.0f} bytes"


async def check_service(client: httpx.AsyncClient, url: str) -> None:
    """One more is refused, and everything else is answered as ever."""
    one_more = await client.get(url.partition("?")[0])
    assert (one_more.status_code, one_more.json()["code"]) == (429, "RATE_LIMITED")
    assert "Too many streams are open at once" in one_more.json()["detail"]
    seconds = []
    for _ in range(20):
        began = time.monotonic()
        assert (await client.get("/v1/account")).status_code == 200
        seconds.append(time.monotonic() - began)
    assert sorted(seconds)[18] < 1, seconds


async def test_streams_that_are_never_read_are_freed(live: LiveServer) -> None:
    process = psutil.Process(live.processes["api"].pid)
    async with begun(live, NOISE) as (client, urls), AsyncExitStack() as stack:
        parts, path = urlsplit(live.url), urlsplit(urls["stream"])
        request = f"GET {path.path} HTTP/1.1\r\nHost: x\r\nAuthorization: {client.headers['authorization']}\r\n\r\n"
        for _ in range(STALLED):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            await asyncio.to_thread(one.connect, (parts.hostname, parts.port))
            one.sendall(request.encode())
        await until_open(live, STALLED, 20)
        before, most, began = process.memory_info().rss, 0, time.monotonic()
        while await open_streams(live):
            most = max(most, process.memory_info().rss)
            assert time.monotonic() - began < FREED_SECONDS, "streams that nobody reads are still open"
            await asyncio.sleep(0.5)
        assert most - before < 60_000_000, f"{before / 1e6:.0f} -> {most / 1e6:.0f} MB"


@pytest.mark.skipif(NGINX is None, reason="there is no nginx here")
@pytest.mark.parametrize(
    "directives",
    ["", "gzip on; gzip_types *; gzip_min_length 0;", "proxy_ignore_headers X-Accel-Buffering; proxy_buffers 8 4k;"],
    ids=["as it comes", "compressing", "buffering"],
)
async def test_behind_a_proxy_nothing_is_missing(live: LiveServer, tmp_path: Path, directives: str) -> None:
    text = " ".join(f"w{number}" for number in range(60))
    port = urlsplit(live.url).port
    assert port is not None
    async with begun(live, {"text": text, "delay_seconds": 0.05}) as (client, urls):
        with proxied(tmp_path, [port], directives) as url:
            address = url + urlsplit(urls["stream"]).path
            began = time.monotonic()
            (first, *_) = await events(client, address, most=1)
            waited = time.monotonic() - began
            rest = await events(client, address, after=first.id)
    assert first.data + joined(rest) == text
    if "ignore" not in directives:
        # It takes three seconds in all
        assert waited < 1.5, f"the first piece came after {waited:.1f} s"
