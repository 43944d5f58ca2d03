"""An API and a worker that send their traces to a collector of these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LOCAL_RECEIVERS, LiveServer, running
from tests.support.api import Client
from tests.support.collector import Collector, collecting
from tests.support.operations import somebody
from tests.support.prepared import StartServers

QUICK = {
    "LEASE_SECONDS": "3",
    "HEARTBEAT_SECONDS": "0.5",
    "RECOVERY_SECONDS": "0.5",
    "CLAIM_POLL_SECONDS": "0.5",
    "CUSTOM_PREDICTORS": "tests.integration.tracing.sample:Parent",
    "OTEL_BSP_SCHEDULE_DELAY": "50",
    "OTEL_EXPORTER_OTLP_HEADERS": "x-team=models",
}


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


@pytest.fixture(scope="package")
def own_servers(start_servers: StartServers) -> Iterator[LocalServers]:
    with start_servers() as servers:
        yield servers


@pytest.fixture(scope="package")
def traced(
    own_servers: LocalServers, collector: Collector, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    chosen = {**QUICK, **LOCAL_RECEIVERS, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    with running(own_servers, tmp_path_factory.mktemp("traced"), **chosen) as live:
        yield live


@pytest.fixture
async def user(traced: LiveServer) -> AsyncIterator[Client]:
    client, _ = await somebody(traced.url)
    yield client
    await client.close()
