"""The schema over a database of its own, in this process: what its resolvers ask PostgreSQL can be counted."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.embedded.servers import LocalServers
from server.runtime import Runtime
from tests.integration.queue import store


@pytest.fixture(scope="package")
async def database(schema_servers: LocalServers) -> AsyncIterator[str]:
    async with store.opened(schema_servers) as url:
        yield url


@pytest.fixture
async def rt(database: str, schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[Runtime]:
    url = schema_servers.redis_url.replace("db=0", "db=1")
    async with store.runtime(url, tmp_path) as made:
        yield made


class Statements(logging.Handler):
    """The SQL statements that ran."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@contextmanager
def counted() -> Iterator[list[str]]:
    """What runs meanwhile."""
    logger, handler = logging.getLogger("tortoise.db_client"), Statements()
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    try:
        yield handler.texts
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
