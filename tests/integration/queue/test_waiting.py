"""How many predictions of one owner may wait: more are refused, however many come at once, and others come in."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from server.domain.accounts import Viewer
from server.domain.predictions import NewPrediction
from server.embedded.servers import LocalServers
from server.errors import RateLimitedError
from server.queue.claim import claim_hinted
from server.runtime import Runtime
from server.services import predictions
from server.tables import Prediction, Version
from tests.integration.queue import store

MOST = 5


@pytest.fixture
async def bounded(database: str, schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[Runtime]:
    """A runtime in which few may wait."""
    url = schema_servers.redis_url.replace("db=0", "db=1")
    async with store.runtime(url, tmp_path, max_waiting_predictions=MOST) as made:
        yield made


@pytest.mark.parametrize("has_account", [True, False])
async def test_an_owner_has_few_waiting_and_more_when_some_have_begun(
    bounded: Runtime, version: Version, has_account: bool
) -> None:
    viewer = Viewer(version.model.owner_id) if has_account else Viewer(address=f"10.3.{uuid4().int % 250}.1")
    other = Viewer(address=f"10.4.{uuid4().int % 250}.1")
    new = NewPrediction(f"{version.model.owner.handle}/{version.model.name}", {})
    first = await predictions.create(bounded, viewer, NewPrediction(new.model, {}, "key"))

    async def create() -> Prediction | None:
        try:
            return await predictions.create(bounded, viewer, new)
        except RateLimitedError:
            return None

    made = await asyncio.gather(*(create() for _ in range(20)))
    assert Counter(each is not None for each in made) == {True: MOST - 1, False: 20 - MOST + 1}
    # A repetition is no new one, and nobody else is kept out
    again = await predictions.create(bounded, viewer, NewPrediction(new.model, {}, "key"))
    assert again.id == first.id
    await predictions.create(bounded, other, new)
    # What runs does not wait
    assert len(await claim_hinted([first.id], first.queue, uuid4(), 600)) == 1
    bounded.waiting.clear()
    assert [await create() is not None for _ in range(2)] == [True, False]
    with pytest.raises(RateLimitedError, match="5 of your predictions are waiting already"):
        await predictions.create(bounded, viewer, new)
