"""An API that is strict with strangers, and strangers with addresses of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from ipaddress import IPv6Address
from uuid import uuid4

import httpx
import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.support.api import Client
from tests.support.operations import RawClient

ACCOUNT, ADDRESS, REGISTRATIONS, ANONYMOUS = 3, 8, 4, 5


@pytest.fixture(scope="package")
def strict(
    local_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory, live_server: LiveServer
) -> Iterator[LiveServer]:
    """An API that counts narrowly, behind a proxy at 127.0.0.1, and says all it can in its log.

    It shares the database of the live server, whose worker runs its predictions.
    """
    settings = {
        "LOGIN_ACCOUNT_PER_MINUTE": str(ACCOUNT),
        "LOGIN_ADDRESS_PER_MINUTE": str(ADDRESS),
        "REGISTRATIONS_PER_HOUR": str(REGISTRATIONS),
        "ANONYMOUS_PREDICTIONS_PER_MINUTE": str(ANONYMOUS),
        "TRUSTED_PROXIES": "127.0.0.1, 10.9.0.0/16",
        "LOG_LEVEL": "DEBUG",
        "ALLOWED_ORIGINS": "https://app.example, https://other.example:8443",
    }
    with running(local_servers, tmp_path_factory.mktemp("strict"), workers=0, **settings) as live:
        yield live


def address() -> str:
    """An IPv6 address of a /64 of its own."""
    return str(IPv6Address(uuid4().int))


def coming_from(live: LiveServer, *hops: str) -> Client:
    client = RawClient(live.url)
    client.http = httpx.AsyncClient(timeout=70, trust_env=False, headers={"x-forwarded-for": ", ".join(hops)})
    return client


@pytest.fixture
async def caller(strict: LiveServer) -> AsyncIterator[Client]:
    """A stranger with an address of their own."""
    client = coming_from(strict, address())
    yield client
    await client.close()
