from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from server.embedded.servers import LocalServers
from server.runtime import Runtime
from server.tables import Version
from tests.integration.events.watching import RedisProcess
from tests.integration.queue import store


@pytest.fixture(scope="package")
async def database(schema_servers: LocalServers) -> AsyncIterator[str]:
    async with store.opened(schema_servers) as url:
        yield url


@pytest.fixture
async def version(database: str) -> Version:
    return await store.add_version()


@pytest.fixture(scope="module")
def own_redis() -> Iterator[RedisProcess]:
    """A Redis that tests may flush, kill and start again."""
    with RedisProcess.running() as found:
        yield found


@pytest.fixture
async def rt(database: str, own_redis: RedisProcess, tmp_path: Path) -> AsyncIterator[Runtime]:
    own_redis.start()
    async with store.runtime(own_redis.url, tmp_path) as made:
        yield made
