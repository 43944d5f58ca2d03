"""DataLoaders: rows that nested fields need, fetched together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from server.adapters.event_log import LiveState
from server.errors import ServiceError
from server.live import prediction_events
from server.runtime import Runtime
from server.services import accounts, models, predictions, users, versions, webhooks
from server.tables import Model, Prediction, User, Version, WebhookDelivery

T = TypeVar("T")
Asked = tuple[Hashable, Callable[[], Awaitable[Any]]]


class Loaders:
    """Loaders by id; nothing is cached, since a WebSocket may live long."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self.users: DataLoader[UUID, User | None] = DataLoader(self._users, cache=False)
        self.models: DataLoader[UUID, Model | None] = DataLoader(self._models, cache=False)
        self.versions: DataLoader[UUID, Version | None] = DataLoader(self._versions, cache=False)
        self.versions_of: DataLoader[UUID, list[Version]] = DataLoader(self._versions_of, cache=False)
        self.predictions: DataLoader[UUID, Prediction | None] = DataLoader(self._predictions, cache=False)
        self.deliveries_of: DataLoader[UUID, list[WebhookDelivery]] = DataLoader(self._deliveries_of, cache=False)
        self.webhook_urls: DataLoader[UUID, str | None] = DataLoader(self._webhook_urls, cache=False)
        self.samples: DataLoader[UUID, Prediction | None] = DataLoader(self._samples, cache=False)
        self.prediction_counts: DataLoader[UUID, int] = DataLoader(self._prediction_counts, cache=False)
        self.last_seen: DataLoader[UUID, datetime | None] = DataLoader(self._last_seen, cache=False)
        self._asked: DataLoader[Asked, Any] = DataLoader(_answers, cache=False)
        self.live: DataLoader[UUID, LiveState | None] = DataLoader(self._live, cache=False)

    async def once(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` gives, which is asked once for all fields that wait for the same key, such as those of a list."""
        found: T = await self._asked.load((key, ask))
        return found

    async def _users(self, ids: list[UUID]) -> list[User | None]:
        found = await accounts.get(ids)
        return [found.get(key) for key in ids]

    async def _models(self, ids: list[UUID]) -> list[Model | None]:
        found = await models.by_ids(None, ids)
        return [found.get(key) for key in ids]

    async def _versions(self, ids: list[UUID]) -> list[Version | None]:
        found = await versions.by_ids(ids)
        return [found.get(key) for key in ids]

    async def _versions_of(self, ids: list[UUID]) -> list[list[Version]]:
        found = await versions.of_models(ids)
        return [found[key] for key in ids]

    async def _samples(self, ids: list[UUID]) -> list[Prediction | None]:
        found = await models.samples(ids)
        return [found.get(key) for key in ids]

    async def _predictions(self, ids: list[UUID]) -> list[Prediction | None]:
        found = await predictions.by_ids(None, ids)
        return [found.get(key) for key in ids]

    async def _deliveries_of(self, ids: list[UUID]) -> list[list[WebhookDelivery]]:
        found = await webhooks.of_predictions(ids)
        return [found[key] for key in ids]

    async def _webhook_urls(self, ids: list[UUID]) -> list[str | None]:
        found = await webhooks.urls(ids)
        return [found.get(key) for key in ids]

    async def _prediction_counts(self, ids: list[UUID]) -> list[int]:
        found = await users.prediction_counts(ids)
        return [found.get(key, 0) for key in ids]

    async def _last_seen(self, ids: list[UUID]) -> list[datetime | None]:
        found = await users.last_seen(ids)
        return [found.get(key) for key in ids]

    async def _live(self, ids: list[UUID]) -> list[LiveState | None]:
        return await asyncio.gather(*(prediction_events.live_state(self._rt, key) for key in ids))


async def _answers(asked: list[Asked]) -> list[Any]:
    found: dict[Hashable, Any] = {}
    for key, ask in asked:
        if key not in found:
            try:
                found[key] = await ask()
            except ServiceError as error:
                # Raised where it was asked, and not to everybody else
                found[key] = error
    return [found[key] for key, _ in asked]
