"""A database of its own, a user with a model, and batches that are worked on step by step."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from server.adapters.database import now
from server.domain.accounts import Viewer
from server.domain.batches import NewBatch
from server.domain.predictions import Failure, PredictionErrorCode, PredictionStatus
from server.embedded.servers import LocalServers
from server.queue.claim import PredictionLease, claim_hinted
from server.queue.finish import Result, finish
from server.runtime import Runtime
from server.services import batch_items, batches
from server.tables import Batch, Prediction, Upload, User, Version
from tests.integration.queue import store

SCHEMA = {
    "type": "object", "properties": {"text": {"type": "string", "maxLength": 100}}, "required": ["text"],
    "additionalProperties": False,
}  # fmt: skip
FAILURE = Failure(PredictionErrorCode.INTERNAL, "no")


@pytest.fixture(scope="package")
async def database(schema_servers: LocalServers) -> AsyncIterator[str]:
    async with store.opened(schema_servers) as url:
        yield url


@pytest.fixture
async def rt(database: str, schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[Runtime]:
    async with store.runtime(schema_servers.redis_url.replace("db=0", "db=3"), tmp_path) as made:
        yield made


class Place:
    """A user with a model, who runs batches; and the worker that runs their items."""

    def __init__(self, rt: Runtime, version: Version, user: User, slug: str) -> None:
        self.rt, self.version, self.user, self.slug = rt, version, user, slug
        self.viewer = Viewer(user.id)
        self.worker_id = uuid4()

    async def create(self, count: int | None = None, **fields: Any) -> Batch:
        """A batch of some inputs, or as the fields say."""
        if count is not None:
            fields["inputs"] = [{"text": str(number)} for number in range(count)]
        return await batches.create(self.rt, self.viewer, NewBatch(self.slug, **fields))

    async def upload(self, lines: Iterable[Any]) -> str:
        """A file of JSON Lines; a line that is a text stands there as it is."""
        data = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines).encode()
        upload_id, at = uuid4(), now()
        key = f"uploads/{upload_id}/1/0.bin"
        await self.rt.storage.put(key, data, "application/jsonl")
        await Upload.create(
            id=upload_id, owner=self.viewer.owner_key, key=key, content_type="application/jsonl", size_bytes=len(data),
            created_at=at, completed_at=at, expires_at=at + timedelta(hours=1),
        )  # fmt: skip
        return f"upload:{upload_id}"

    async def work(self) -> int:
        """Everything that there is to do for batches now; in how many steps."""
        count = 0
        while await batch_items.work(self.rt):
            count += 1
        return count

    async def claim(self, most: int = 1000) -> list[PredictionLease]:
        """Up to so many of this user's, the oldest first."""
        waiting = await Prediction.filter(owner=self.viewer.owner_key, status="starting").order_by("run_at").limit(most)
        return await claim_hinted([row.id for row in waiting], "custom", self.worker_id, 60)

    async def run(self, most: int = 1000, failing: frozenset[int] = frozenset()) -> int:
        """Run what waits; items of these places fail."""
        leases = await self.claim(most)
        await self.finish(leases, failing)
        return len(leases)

    async def finish(self, leases: Iterable[PredictionLease], failing: frozenset[int] = frozenset()) -> None:
        """Run what was claimed."""
        for lease in leases:
            row = await item(lease.id)
            fails = row.batch_index in failing
            status = PredictionStatus.FAILED if fails else PredictionStatus.SUCCEEDED
            result = Result(status, lease.input["text"] if not fails else None, failure=FAILURE if fails else None)
            assert await finish(lease, result)


async def item(prediction_id: UUID) -> Prediction:
    return await Prediction.get(id=prediction_id)


async def reread(batch: Batch) -> Batch:
    return await Batch.get(id=batch.id)


async def items(batch: Batch) -> list[Prediction]:
    return await Prediction.filter(batch_id=batch.id).order_by("batch_index")


def counts(batch: Batch) -> tuple[int | None, int, int, int, int, int]:
    """total, succeeded, failed, canceled, aborted, invalid."""
    return batch.total, batch.succeeded, batch.failed, batch.canceled, batch.aborted, batch.invalid


@pytest.fixture
async def place(rt: Runtime) -> Place:
    return await make_place(rt)


async def make_place(rt: Runtime) -> Place:
    version = await store.add_version()
    await Version.filter(id=version.id).update(input_schema=SCHEMA)
    await version.refresh_from_db()
    await version.fetch_related("model__owner")
    return Place(rt, version, version.model.owner, f"{version.model.owner.handle}/{version.model.name}")


def with_settings(rt: Runtime, **settings: Any) -> None:
    """The runtime's settings, changed for this test alone."""
    for name, value in settings.items():
        object.__setattr__(rt.settings, name, value)
