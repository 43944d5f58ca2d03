"""A database of its own, and senders in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.adapters.tasks import end
from server.embedded.servers import LocalServers
from server.runtime import Runtime
from server.services.mails import MailSender
from tests.conftest import METRICS, LiveServer, running
from tests.integration.accounts.operations import PASSWORD, acting, sign_in
from tests.integration.mail.operations import ACCEPT, INVITE
from tests.integration.queue import store
from tests.support.api import Client
from tests.support.mail_server import MailServer, mail_server
from tests.support.operations import RawClient, unique
from tests.support.prepared import copy_cluster

SITE = "https://models.example"


@pytest.fixture(scope="package")
async def database(schema_servers: LocalServers) -> AsyncIterator[str]:
    async with store.opened(schema_servers) as url:
        yield url


@asynccontextmanager
async def mailing(servers: LocalServers, folder: Path, server: MailServer, **settings: Any) -> AsyncIterator[Runtime]:
    """A runtime that sends by this mail server."""
    options = {
        "smtp_host": "localhost",
        "smtp_port": server.port,
        "smtp_security": "none",
        "smtp_seconds": 2,
        "mail_from": "Models <models@models.example>",
        "public_url": SITE,
        **settings,
    }
    async with store.runtime(servers.redis_url.replace("db=0", "db=3"), folder, **options) as made:
        yield made


@asynccontextmanager
async def sending(rt: Runtime) -> AsyncIterator[MailSender]:
    """A sender for the time of the context; a loop that died fails the test."""
    sender = MailSender(rt)
    task = asyncio.create_task(sender.run())
    try:
        yield sender
        assert not task.done(), task.exception()
    finally:
        await sender.stop()
        await end(task)


@dataclass
class MailPlace:
    """An API that sends mail and lets nobody register, its mail server, and clients of its administrator and nobody."""

    live: LiveServer
    server: MailServer
    admin: Client
    nobody: Client

    async def invite(self, email: str | None = None, **changes: Any) -> tuple[dict[str, Any], str]:
        """A new invitation, and the token that its mail has."""
        address = email or f"{unique()}@example.com"
        made = (await self.admin.run(INVITE, input={"email": address, **changes}))["inviteUser"]
        assert made["__typename"] == "InvitedUser", made
        assert made["link"] is None
        token = await asyncio.to_thread(self.server.token, address)
        return made["invitation"], token

    async def join(self, handle: str | None = None) -> tuple[Client, str]:
        """A new user by invitation, signed in, and their e-mail address."""
        invitation, token = await self.invite()
        account = {"token": token, "handle": handle or unique(), "password": PASSWORD}
        session = (await self.nobody.run(ACCEPT, input=account))["acceptInvitation"]
        assert session["__typename"] == "Session", session
        return acting(self.nobody, session["accessToken"]), invitation["email"]


SETTINGS = {
    "SMTP_SECURITY": "none",
    "MAIL_FROM": "models@models.example",
    "PUBLIC_URL": SITE,
    "REGISTRATION": "closed",
    "LOG_LEVEL": "DEBUG",
    "PASSWORD_RESETS_ADDRESS_PER_HOUR": "0",
    "PASSWORD_RESETS_PER_HOUR": "3",
    **METRICS,
}


@pytest.fixture(scope="package")
def servers(schema_cluster: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServers]:
    """PostgreSQL and Redis for APIs without a worker."""
    folder = tmp_path_factory.mktemp("mail-servers")
    copy_cluster(schema_cluster, folder)
    with LocalServers.start(folder, durable=False) as started:
        yield started


@pytest.fixture(scope="package")
async def place(servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MailPlace]:
    with mail_server() as server:
        smtp = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(server.port)}
        with running(servers, tmp_path_factory.mktemp("mail"), workers=0, **SETTINGS, **smtp) as live:
            admin, nobody = await boss_of(live), RawClient(live.url)
            yield MailPlace(live, server, admin, nobody)
            await admin.close()
            await nobody.close()


async def boss_of(live: LiveServer) -> Client:
    """A new administrator's client."""
    handle = unique()
    email = f"{handle}@example.com"
    await asyncio.to_thread(live.command, "create-admin", "--handle", handle, "--email", email, ADMIN_PASSWORD=PASSWORD)
    client = RawClient(live.url)
    client.token = (await sign_in(client, email))["accessToken"]
    return client
