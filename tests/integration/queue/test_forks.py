"""Forks of versions that have a price of their own, and forks that are asked for at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from server.domain.accounts import Viewer
from server.domain.prices import Price, PriceUnit
from server.embedded.servers import LocalServers
from server.errors import ConflictError, ForbiddenError
from server.runtime import Runtime
from server.services import forks, prices
from server.services.forks import NewFork
from server.services.prices import NewPrices
from server.tables import Model, Version
from tests.integration.queue import store


@pytest.fixture
async def open_to_users(database: str, schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[Runtime]:
    """A runtime of a server to which users add models."""
    url = schema_servers.redis_url.replace("db=0", "db=1")
    async with store.runtime(url, tmp_path, model_creators="users") as made:
        yield made


async def slug_of(version: Version) -> str:
    model = await Model.get(id=version.model_id).select_related("owner")
    return f"{model.owner.handle}/{model.name}"


async def somebody() -> Viewer:
    """A user who has a model of their own."""
    model = await Model.get(id=(await store.add_version()).model_id)
    return Viewer(user_id=model.owner_id)


async def test_a_version_with_a_price_of_its_own_is_forked_by_administrators_alone(
    open_to_users: Runtime, version: Version
) -> None:
    slug, viewer, other = await slug_of(version), await somebody(), await store.add_version()
    priced = [(Price(PriceUnit.SECOND, Decimal("0.5")), f"{slug}:1")]
    await prices.set_prices(open_to_users, None, NewPrices(priced))
    try:
        with pytest.raises(ForbiddenError, match="price of its own"):
            await forks.fork(open_to_users, viewer, NewFork(slug, "cheap"))
        assert await forks.fork(open_to_users, viewer, NewFork(await slug_of(other), "cheap"))
        admin = Viewer(user_id=viewer.user_id, is_admin=True)
        assert await forks.fork(open_to_users, admin, NewFork(slug, "priced"))
    finally:
        await prices.set_prices(open_to_users, None, NewPrices([]))


async def test_forks_of_one_name_that_are_asked_for_at_once_are_one(open_to_users: Runtime, version: Version) -> None:
    slug, viewer = await slug_of(version), await somebody()
    answers = await asyncio.gather(
        *(forks.fork(open_to_users, viewer, NewFork(slug, "twice")) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(answer, Model) for answer in answers) == 1
    assert sum(isinstance(answer, ConflictError) for answer in answers) == 7
    assert await Version.filter(model__name="twice", model__owner_id=viewer.user_id).count() == 1
