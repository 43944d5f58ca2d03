"""Where nothing is exported, and where the collector is away: all works, and a caller's own trace goes through."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest

from tests.conftest import LiveServer, running
from tests.integration.tracing.traces import caller, create
from tests.support.api import Client
from tests.support.operations import somebody
from tests.support.prepared import StartServers
from tests.support.receiver import listening


async def test_a_callers_trace_goes_through_a_server_that_exports_nothing(live_server: LiveServer, ada: Client) -> None:
    header, trace, _ = caller()
    async with listening() as receiver:
        made = await create(ada, header, {"text": "a"}, wait=30, webhook={"url": receiver.url()})
        told = (await receiver.wait(1))[0]
    assert made["status"] == "SUCCEEDED"
    assert told.headers["traceparent"] == header
    database = await asyncpg.connect(live_server.environment["DATABASE_URL"])
    assert await database.fetchval("SELECT count(*) FROM prediction WHERE traceparent = $1", header) == 1
    await database.close()
    assert f'"trace": "{trace}"' in (live_server.data_dir / "worker-0.log").read_text()


async def test_no_trace_is_made_up(ada: Client) -> None:
    async with listening() as receiver:
        await create(ada, f"00-{'0' * 32}-{'b' * 16}-01", {"text": "a"}, wait=30, webhook={"url": receiver.url()})
        told = (await receiver.wait(1))[0]
    assert "traceparent" not in told.headers


@contextmanager
def silent() -> Iterator[str]:
    """A collector that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def away(start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """An API and a worker whose collector never answers."""
    with silent() as url:
        chosen = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_BSP_SCHEDULE_DELAY": "50"}
        with start_servers() as servers, running(servers, tmp_path_factory.mktemp("away"), **chosen) as live:
            yield live


async def test_a_collector_that_never_answers_slows_and_breaks_nothing(away: LiveServer) -> None:
    client, _ = await somebody(away.url)
    took = []
    for _ in range(20):
        began = time.monotonic()
        made = await client.create("demo/echo", {"text": secrets.token_hex(4)}, wait=30)
        took.append(time.monotonic() - began)
        assert made["status"] == "SUCCEEDED"
    assert sorted(took)[10] < 2
    await client.close()
    began = time.monotonic()
    assert await asyncio.to_thread(away.stop, "api") in (0, -15)
    assert time.monotonic() - began < 8
    log = (away.data_dir / "api.log").read_text() + (away.data_dir / "worker-0.log").read_text()
    assert "Traceback" not in log
