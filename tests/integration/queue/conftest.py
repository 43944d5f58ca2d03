from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from server.embedded.servers import LocalServers
from server.runtime import Runtime
from server.tables import Version
from tests.integration.queue import store


@pytest.fixture(scope="package")
async def database(schema_servers: LocalServers) -> AsyncIterator[str]:
    async with store.opened(schema_servers) as url:
        yield url


@pytest.fixture
async def version(database: str) -> Version:
    return await store.add_version()


@pytest.fixture
def queue() -> str:
    """A queue that no other test uses."""
    return uuid4().hex[:12]


@pytest.fixture
async def rt(database: str, schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[Runtime]:
    # A database of its own: the session's worker answers the doorbells of the other
    url = schema_servers.redis_url.replace("db=0", "db=1")
    assert url != schema_servers.redis_url
    async with store.runtime(url, tmp_path) as made:
        yield made
