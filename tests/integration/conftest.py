"""Two users and nobody, at the live server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import RawClient, administrator, somebody


@pytest.fixture
async def ada(live_server: LiveServer) -> AsyncIterator[Client]:
    """A user."""
    client, _ = await somebody(live_server.url)
    yield client
    await client.close()


@pytest.fixture
async def bob(live_server: LiveServer) -> AsyncIterator[Client]:
    """Another user."""
    client, _ = await somebody(live_server.url)
    yield client
    await client.close()


@pytest.fixture
async def admin(live_server: LiveServer) -> AsyncIterator[Client]:
    """An administrator."""
    client = await administrator(live_server)
    yield client
    await client.close()


@pytest.fixture
async def nobody(live_server: LiveServer) -> AsyncIterator[Client]:
    """An anonymous client."""
    client = RawClient(live_server.url)
    yield client
    await client.close()
