"""A database of its own, a deliverer in this process, and predictions with webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from server.adapters.database import rows
from server.adapters.tasks import end
from server.domain.accounts import Viewer
from server.domain.predictions import NewPrediction, PredictionStatus
from server.domain.webhooks import NewWebhook, WebhookEvent
from server.embedded.servers import LocalServers
from server.queue.claim import PredictionLease, claim_hinted
from server.queue.finish import Result, finish
from server.runtime import Runtime
from server.services import predictions
from server.tables import Prediction, User, Version, WebhookDelivery
from tests.conftest import LOCAL_RECEIVERS, LiveServer, running
from tests.integration.queue import store
from tests.support.api import Client
from tests.support.operations import somebody
from tests.support.prepared import StartServers
from workers.supervisor.webhooks import Deliverer

ALL = tuple(WebhookEvent)
COMPLETED = (WebhookEvent.COMPLETED,)


@pytest.fixture(scope="package")
async def database(schema_servers: LocalServers) -> AsyncIterator[str]:
    async with store.opened(schema_servers) as url:
        yield url


@pytest.fixture
async def rt(database: str, schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[Runtime]:
    async with open_rt(schema_servers, tmp_path) as made:
        yield made


@asynccontextmanager
async def open_rt(servers: LocalServers, folder: Path, **settings: Any) -> AsyncIterator[Runtime]:
    """A runtime whose receivers may be on this machine."""
    url = servers.redis_url.replace("db=0", "db=2")
    assert url != servers.redis_url
    options = {"webhook_allow": "127.0.0.0/8:*", "webhook_timeout_seconds": 1, "claim_poll_seconds": 0.5, **settings}
    async with store.runtime(url, folder, **options) as made:
        yield made


class Place:
    """A user with a model, who runs predictions."""

    def __init__(self, rt: Runtime, version: Version, user: User, slug: str) -> None:
        self.rt, self.version, self.user, self.slug = rt, version, user, slug
        self.viewer = Viewer(user.id)

    async def create(self, url: str, events: tuple[WebhookEvent, ...] = COMPLETED, **fields: Any) -> Prediction:
        new = NewPrediction(self.slug, {"text": "x"}, webhook=NewWebhook(url, events, "http://api.example"), **fields)
        return await predictions.create(self.rt, self.viewer, new)

    async def claim(self, row: Prediction) -> PredictionLease:
        (claimed,) = await claim_hinted([row.id], row.queue, uuid4(), 30)
        return claimed

    async def run(self, url: str, events: tuple[WebhookEvent, ...] = COMPLETED, output: Any = "made") -> Prediction:
        """A prediction that ended."""
        row = await self.create(url, events)
        assert await self.end(row, output)
        return row

    async def end(self, row: Prediction, output: Any = "made") -> bool:
        """Claim and finish it."""
        return await finish(await self.claim(row), Result(PredictionStatus.SUCCEEDED, output))


@pytest.fixture
async def place(rt: Runtime) -> Place:
    return await make_place(rt)


async def make_place(rt: Runtime) -> Place:
    version = await store.add_version()
    await version.fetch_related("model__owner")
    return Place(rt, version, version.model.owner, f"{version.model.owner.handle}/{version.model.name}")


@asynccontextmanager
async def delivering(rt: Runtime) -> AsyncIterator[Deliverer]:
    """A deliverer for the time of the context; a loop that died fails the test."""
    made = Deliverer(rt)
    task = asyncio.create_task(made.run())
    try:
        yield made
        assert not task.done(), task.exception()
    finally:
        await made.stop()
        await end(task)


async def deliveries_of(row: Prediction | PredictionLease) -> dict[str, WebhookDelivery]:
    return {found.event: found for found in await WebhookDelivery.filter(prediction_id=row.id)}


async def settled(
    row: Prediction, event: str = "completed", until: Callable[[WebhookDelivery], bool] | None = None
) -> WebhookDelivery:
    """A delivery, once it is no longer pending, or as `until` says."""
    async with asyncio.timeout(20):
        while True:
            found = (await deliveries_of(row)).get(event)
            if found and (until(found) if until else found.state != "pending"):
                return found
            await asyncio.sleep(0.02)


async def make_due(row: Prediction) -> None:
    """Let the time until the next try pass."""
    await rows("UPDATE webhook_delivery SET next_at = now() WHERE prediction_id = $1 RETURNING id", row.id)


@pytest.fixture(scope="package")
def live(start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """An API and a worker whose webhooks may go to this machine."""
    # Whoever only looked now and then would come too late
    rarely = {"CLAIM_POLL_SECONDS": "60"}
    with (
        start_servers() as servers,
        running(servers, tmp_path_factory.mktemp("webhooks"), **LOCAL_RECEIVERS, **rarely) as found,
    ):
        yield found


@pytest.fixture
async def user(live: LiveServer) -> AsyncIterator[Client]:
    """A user of it."""
    client, _ = await somebody(live.url)
    yield client
    await client.close()
