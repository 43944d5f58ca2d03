"""A server keeps an administrator, also when two act at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.embedded.servers import LocalServers
from server.errors import ConflictError, ForbiddenError
from server.runtime import Runtime
from server.services import users
from server.tables import AuditEvent, User
from tests.integration.queue import store

ROUNDS = 8
Act = Callable[[Runtime, Viewer | None, Any], Awaitable[Any]]
acts = pytest.mark.parametrize("act", [users.deactivate, users.delete], ids=["deactivate", "delete"])


@pytest.fixture(scope="module")
async def database(schema_servers: LocalServers) -> AsyncIterator[str]:
    """A database whose administrators these tests make."""
    async with store.opened(schema_servers) as url:
        yield url


@pytest.fixture
async def rt(database: str, schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[Runtime]:
    """A runtime over it, where nobody is administrator yet."""
    await User.filter(is_admin=True).update(is_admin=False)
    async with store.runtime(schema_servers.redis_url.replace("db=0", "db=5"), tmp_path) as made:
        yield made


async def administrator() -> User:
    mark = uuid4().hex[:12]
    return await User.create(handle=f"a{mark}", email=f"{mark}@example.com", is_admin=True)


def viewer(user: User) -> Viewer:
    return Viewer(user.id, is_admin=True, address="192.0.2.1", scopes=frozenset(Scope))


async def active() -> list[str]:
    return [row.handle for row in await User.filter(is_admin=True, deactivated_at=None)]


@acts
async def test_the_last_one_stays(rt: Runtime, act: Act) -> None:
    ada = await administrator()
    for who in (viewer(ada), None):
        with pytest.raises(ConflictError, match="the last administrator"):
            await act(rt, who, ada.id)
    assert await active() == [ada.handle]
    assert not await AuditEvent.filter(subject_id=ada.id).exists()
    # One who is deactivated, or no administrator, is none who could look after the server
    bob = await administrator()
    await users.deactivate(rt, viewer(ada), bob.id)
    with pytest.raises(ConflictError, match="the last administrator"):
        await act(rt, viewer(ada), ada.id)
    await users.reactivate(viewer(ada), bob.id)
    await act(rt, viewer(ada), ada.id)
    assert await active() == [bob.handle]


@acts
async def test_of_two_who_do_it_to_each_other_one_stays(rt: Runtime, act: Act) -> None:
    for _ in range(ROUNDS):
        await User.filter(is_admin=True).update(is_admin=False)
        ada, bob = await administrator(), await administrator()
        answers = await asyncio.gather(
            act(rt, viewer(ada), bob.id), act(rt, viewer(bob), ada.id), return_exceptions=True
        )
        refused = [answer for answer in answers if isinstance(answer, Exception)]
        assert [type(error) for error in refused] == [ForbiddenError], answers
        assert len(await active()) == 1


@acts
async def test_of_many_who_leave_at_once_one_stays(rt: Runtime, act: Act) -> None:
    everybody = [await administrator() for _ in range(ROUNDS)]
    answers = await asyncio.gather(*(act(rt, viewer(user), user.id) for user in everybody), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(error) for error in refused] == [ConflictError], answers
    assert len(await active()) == 1
