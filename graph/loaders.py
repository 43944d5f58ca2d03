"""DataLoaders: rows that nested fields need, fetched together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from server.adapters.event_log import LiveState
from server.errors import ServiceError
from server.live import prediction_events
from server.runtime import Runtime
from server.services import accounts, models, predictions, users, versions, webhooks
from server.tables import Version, WebhookDelivery

T = TypeVar("T")
Default = TypeVar("Default")
Read = Callable[[], Awaitable[Any]]


class Loaders:
    """Loaders by id: fields of one tick are read together. Nothing is cached, since a WebSocket may live for hours."""

    def __init__(self, rt: Runtime) -> None:
        self.users = _loader(accounts.by_ids, None)
        self.models = _loader(lambda ids: models.by_ids(None, ids), None)
        self.versions = _loader(versions.by_ids, None)
        self.versions_of = _loader(versions.of_models, list[Version]())
        self.predictions = _loader(lambda ids: predictions.by_ids(None, ids), None)
        self.deliveries_of = _loader(webhooks.of_predictions, list[WebhookDelivery]())
        self.webhook_urls = _loader(webhooks.urls, None)
        self.samples = _loader(models.samples, None)
        self.prediction_counts = _loader(users.prediction_counts, 0)
        self.last_seen = _loader(users.last_seen, None)

        async def live_states(ids: list[UUID]) -> list[LiveState | None]:
            return await asyncio.gather(*(prediction_events.live_state(rt, key) for key in ids))

        self.live = DataLoader(live_states, cache=False)
        self._shared_reads: DataLoader[tuple[Hashable, Read], Any] = DataLoader(_read_each_once, cache=False)

    async def once(self, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """What `read` gives, which runs once for all fields that wait for the same key, such as those of a list."""
        value: T = await self._shared_reads.load((key, read))
        return value


def _loader(
    read: Callable[[list[UUID]], Awaitable[Mapping[UUID, T]]], default: Default
) -> DataLoader[UUID, T | Default]:
    """A loader of what `read` gives by id; what it leaves out is the default, which nobody changes."""

    async def load(ids: list[UUID]) -> list[T | Default]:
        by_id = await read(ids)
        return [by_id.get(key, default) for key in ids]

    return DataLoader(load, cache=False)


async def _read_each_once(reads: list[tuple[Hashable, Read]]) -> list[Any]:
    results: dict[Hashable, Any] = {}
    for key, read in reads:
        if key not in results:
            try:
                results[key] = await read()
            except ServiceError as error:
                # Raised in the fields of this key, and not in all others
                results[key] = error
    return [results[key] for key, _ in reads]
