from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.support.api import Client
from tests.support.prepared import StartServers

QUICK = {
    "LEASE_SECONDS": "3",
    "HEARTBEAT_SECONDS": "0.5",
    "RECOVERY_SECONDS": "0.5",
    "CLAIM_POLL_SECONDS": "0.5",
    "SHUTDOWN_GRACE_SECONDS": "0.5",
}


@pytest.fixture(scope="package")
def own_servers(start_servers: StartServers) -> Iterator[LocalServers]:
    with start_servers() as servers:
        yield servers


@pytest.fixture(scope="package")
def live(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with running(own_servers, tmp_path_factory.mktemp("worker"), **QUICK) as found:
        yield found


@pytest.fixture
async def client(live: LiveServer) -> AsyncIterator[Client]:
    if "worker-0" not in live.processes:
        live.start("worker-0", "worker")
    found = Client(live.url)
    yield found
    await found.close()
