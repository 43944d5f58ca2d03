"""APIs whose users a provider vouches for, over one database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from server.embedded.servers import LocalServers
from tests.conftest import METRICS, LiveServer, free_port, running
from tests.integration.accounts.operations import SESSION
from tests.support.api import Client
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, oidc_provider
from tests.support.operations import RawClient, unique
from tests.support.prepared import copy_cluster

BEGIN = """mutation { beginSignIn { __typename ... on SignInStart { url secret }
  ... on UserError { code message } } }"""
FINISH = f"""mutation ($input: FinishSignInInput!) {{ finishSignIn(input: $input) {{ __typename
  {SESSION} ... on UserError {{ code message }} }} }}"""
LOGOUT = "mutation ($input: LogoutInput) { logout(input: $input) { sessions providerLogoutUrl } }"
SECONDS = 2


@pytest.fixture(scope="package")
def servers(schema_cluster: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServers]:
    """PostgreSQL and Redis for APIs without a worker."""
    folder = tmp_path_factory.mktemp("single-sign-on-servers")
    copy_cluster(schema_cluster, folder)
    with LocalServers.start(folder, durable=False) as started:
        yield started


@pytest.fixture(scope="package")
def running_provider() -> Iterator[OidcProvider]:
    with oidc_provider() as provider:
        yield provider


@pytest.fixture
def provider(running_provider: OidcProvider) -> OidcProvider:
    running_provider.reset()
    running_provider.person = somebody()
    return running_provider


def somebody(**changes: Any) -> dict[str, Any]:
    """The claims of a new person."""
    name = unique()
    person = {"sub": uuid4().hex, "preferred_username": name, "email": f"{name}@example.com", "email_verified": True}
    return {**person, **changes}


def settings_of(provider: OidcProvider, port: int) -> dict[str, str]:
    return {
        "API_PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "OIDC_ISSUER": provider.issuer,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "OIDC_NAME": "the house",
        "OIDC_SECONDS": str(SECONDS),
        "LOG_LEVEL": "DEBUG",
        **METRICS,
    }


@pytest.fixture(scope="package")
def open_api(
    servers: LocalServers, running_provider: OidcProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """Whoever the provider vouches for gets an account; administrators are those of a group."""
    port = free_port()
    options = {**settings_of(running_provider, port), "OIDC_ADMIN_GROUP": "keepers"}
    with running(servers, tmp_path_factory.mktemp("open"), workers=0, **options) as live:
        yield live


@pytest.fixture(scope="package")
def linking_api(
    servers: LocalServers, running_provider: OidcProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """Accounts are linked by e-mail address, none are made, and only one domain signs in."""
    port = free_port()
    options = {
        **settings_of(running_provider, port),
        "OIDC_REGISTRATION": "false",
        "OIDC_LINK_BY_EMAIL": "true",
        "OIDC_ALLOWED_DOMAINS": "example.com, Example.ORG",
    }
    with running(servers, tmp_path_factory.mktemp("linking"), workers=0, **options) as live:
        yield live


async def fetch(url: str, body: object = None) -> httpx.Response:
    """What a browser gets at an address; it follows nothing."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        return await (client.get(url) if body is None else client.post(url, json=body))


@dataclass
class Browser:
    """One browser at an API."""

    client: Client
    provider: OidcProvider

    async def begin(self) -> tuple[str, str]:
        start = (await self.client.run(BEGIN))["beginSignIn"]
        assert start["__typename"] == "SignInStart", start
        return start["url"], start["secret"]

    async def come_back(self, url: str) -> str:
        """What stands behind the `#` of the page that it comes back to, by way of the provider."""
        answer = await asyncio.to_thread(self.provider.come_back, url)
        return self.ticket_of(answer)

    def ticket_of(self, answer: httpx.Response) -> str:
        assert answer.status_code == 303, answer.text
        page, _, ticket = answer.headers["location"].partition("#")
        assert page == f"{self.client.url}/sign-in"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        return str(ticket)

    async def finish(self, ticket: str, secret: str) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.client.run(FINISH, input={"ticket": ticket, "secret": secret}))[
            "finishSignIn"
        ]
        return answer

    async def sign_in(self) -> dict[str, Any]:
        """All of it."""
        url, secret = await self.begin()
        return await self.finish(await self.come_back(url), secret)

    async def refused(self) -> str:
        """Why it is not signed in."""
        answer = await self.sign_in()
        assert answer.get("code") == "BAD_CREDENTIALS", answer
        return str(answer["message"])


@pytest.fixture
async def browser(open_api: LiveServer, provider: OidcProvider) -> Any:
    client = RawClient(open_api.url)
    yield Browser(client, provider)
    await client.close()


@pytest.fixture
async def linker(linking_api: LiveServer, provider: OidcProvider) -> Any:
    client = RawClient(linking_api.url)
    yield Browser(client, provider)
    await client.close()
