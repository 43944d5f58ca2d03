"""The schema over a database of its own, in this process: what its resolvers ask PostgreSQL can be counted."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.runtime import Runtime
from tests.integration.jobs import store
from tests.support.prepared import PreparedServers


@pytest.fixture(scope="package")
async def database(local_servers: PreparedServers) -> AsyncIterator[str]:
    async with store.opened(local_servers) as url:
        yield url


@pytest.fixture
async def rt(database: str, local_servers: PreparedServers, tmp_path: Path) -> AsyncIterator[Runtime]:
    url = local_servers.redis_url.replace("db=0", "db=1")
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
