"""DataLoaders: rows that nested fields need, fetched together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import orjson
from strawberry.dataloader import DataLoader

from server.adapters.database import from_json
from server.adapters.event_log import LiveState
from server.adapters.large_columns import read_large
from server.domain.accounts import Viewer
from server.errors import BusyError, ResponseTooLargeError, ServiceError
from server.live import lineage, prediction_events
from server.live.answer_size import ANSWER, AnswerSize
from server.live.hubs import Hubs
from server.queue import model_memory, prices
from server.queue.budgets import BudgetReport
from server.queue.deletions import count_of_batches
from server.queue.model_memory import MemoryRequestReport, ModelMemory
from server.runtime import Runtime
from server.services import (
    accounts,
    batches,
    budgets,
    experiments,
    limits,
    models,
    predictions,
    public_links,
    stars,
    storage,
    users,
    variables,
    versions,
    webhooks,
)
from server.services.limits import NO_LIMITS
from server.services.variables import ShownVariable
from server.tables import Experiment, Outcome, Prediction, Version, WebhookDelivery

T = TypeVar("T")
Default = TypeVar("Default")
# Each may have made as much as MAX_OUTPUT_TEXT_BYTES by now
LIVE_AT_ONCE = 8
Read = Callable[[], Awaitable[Any]]


ReadVisible = Callable[[Viewer, list[UUID]], Awaitable[Mapping[UUID, Any]]]
VisibleRow = tuple[ReadVisible, Viewer, UUID]


class LargeValue(NamedTuple):
    """A large column of a row, which counts against an answer."""

    answer: AnswerSize | None
    table: str
    column: str
    row_id: UUID


class Loaders:
    """Loaders by id: fields of one tick are read together. Nothing is cached, since a WebSocket may live for hours."""

    def __init__(self, rt: Runtime, hubs: Hubs) -> None:
        self.users = _loader(accounts.by_ids, None)
        self.models = _loader(lambda ids: models.by_ids(None, ids), None)
        self.versions = _loader(versions.by_ids, None)
        self.versions_of = _loader(versions.of_models, list[Version]())
        self.experiments_of = _loader(experiments.of_models, list[Experiment]())
        self.outcomes_of = _loader(experiments.outcomes_of, list[Outcome]())
        self.hardware_of = _loader(versions.hardware_of_models, list[versions.Hardware]())
        self.latest_versions = _loader(versions.latest_of_models, None)
        self.variables_of = _loader(partial(variables.of_models, rt), list[ShownVariable]())
        self.predictions = _loader(lambda ids: predictions.by_ids(None, ids), None)
        self.public_links = _loader(public_links.of_predictions, None)
        self.batches = _loader(lambda ids: batches.by_ids(None, ids), None)
        self.limits = _loader(limits.of_users, NO_LIMITS)
        self.running_items = _loader(batches.running, 0)
        self.code_digests = _loader(lineage.code_digests, None)
        self.environments = _loader(lineage.environments, None)
        self.deleted_items = _loader(count_of_batches, 0)
        self.batch_webhooks = _loader(batches.webhooks_of, None)
        self.deliveries_of = _loader(webhooks.of_predictions, list[WebhookDelivery]())
        self.webhook_urls = _loader(webhooks.urls, None)

        async def starred(keys: list[tuple[Viewer, UUID]]) -> list[bool]:
            marks = {viewer: await stars.starred(viewer, [key for who, key in keys if who == viewer])
                     for viewer in dict.fromkeys(viewer for viewer, _ in keys)}  # fmt: skip
            return [marks[viewer].get(key, False) for viewer, key in keys]

        self.starred = DataLoader(starred, cache=False)
        self.samples = _loader(models.samples, None)
        self.prediction_counts = _loader(users.prediction_counts, 0)
        self.storage_uses = _loader(partial(storage.of_users, rt), None)
        self.last_seen = _loader(users.last_seen, None)
        self.memory_requests = _loader(model_memory.of_workers, list[MemoryRequestReport]())
        self.model_memory = _loader(model_memory.of_models, ModelMemory())
        self.seeds = _loader(predictions.seeds_of, None)
        self.budgets = _loader(budgets.of_users, list[BudgetReport]())
        self.costs = _loader(prices.costs_of, None)
        self.batch_costs = _loader(prices.costs_of_batches, None)
        self.queue_places = _loader(hubs.queues.places, None)

        async def live_states(keys: list[tuple[AnswerSize | None, UUID]]) -> list[LiveState | BaseException | None]:
            states: dict[tuple[AnswerSize | None, UUID], LiveState | BaseException | None] = {}
            pending = list(dict.fromkeys(keys))
            while pending:
                part, pending = pending[:LIVE_AT_ONCE], pending[LIVE_AT_ONCE:]
                loaded = await asyncio.gather(*(prediction_events.live_state(rt, row_id) for _, row_id in part))
                for key, state in zip(part, loaded, strict=True):
                    states[key] = _within(key[0], state)
                # What an answer cannot take is not read any more
                states |= {key: key[0].error() for key in pending if key[0] is not None and key[0].is_over}
                pending = [key for key in pending if key not in states]
            return [states[key] for key in keys]

        self._live = DataLoader(live_states, cache=False)
        self._visible_rows = DataLoader(_read_visible, cache=False)
        self._large = DataLoader(_read_large, cache=False)
        self._shared_reads: DataLoader[tuple[Hashable, Read], Any] = DataLoader(_read_each_once, cache=False)

    async def visible_rows(self, keys: Sequence[VisibleRow | None]) -> list[Any]:
        """Rows that a viewer may see; those of one kind that fields of one tick ask for are read together."""
        rows = await self._visible_rows.load_many([key for key in dict.fromkeys(keys) if key is not None])
        by_key = dict(zip((key for key in dict.fromkeys(keys) if key is not None), rows, strict=True))
        return [by_key.get(key) if key is not None else None for key in keys]

    async def live(self, row_id: UUID) -> LiveState | None:
        """What a running prediction has made so far; raises ResponseTooLargeError as `large` does."""
        return await self._live.load((ANSWER.get(), row_id))

    async def large(self, row: Prediction | Version, column: str) -> Any:
        """A large column of a row that was read without it.

        Raises:
            ResponseTooLargeError: the operation that runs has read too much by now.
        """
        return await self._large.load(LargeValue(ANSWER.get(), row._meta.db_table, column, row.id))

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


def _within(answer: AnswerSize | None, state: LiveState | None) -> LiveState | BaseException | None:
    """A live state, counted against an answer; the error in its place where it is too much."""
    if answer is not None and state is not None:
        try:
            choices = len(orjson.dumps(state.choices)) if state.choices else 0
            answer.reserve(len(state.text) + len(state.logs) + choices)
        except (ResponseTooLargeError, BusyError) as error:
            return error
    return state


async def _read_visible(keys: list[VisibleRow]) -> list[Any]:
    ids: dict[tuple[ReadVisible, Viewer], dict[UUID, None]] = {}
    for read, viewer, row_id in keys:
        ids.setdefault((read, viewer), {})[row_id] = None
    by_key: dict[VisibleRow, Any] = {}
    for (read, viewer), row_ids in ids.items():
        try:
            rows = await read(viewer, list(row_ids))
            by_key |= {(read, viewer, row_id): row for row_id, row in rows.items()}
        except ServiceError as error:
            by_key |= {(read, viewer, row_id): error for row_id in row_ids}
    return [by_key.get(key) for key in keys]


async def _read_large(values: list[LargeValue]) -> list[Any]:
    """Each value once, however often it is asked for; what an answer cannot take is not read any more."""
    results: dict[LargeValue, Any] = {}
    ids: dict[tuple[AnswerSize | None, str, str], dict[UUID, None]] = {}
    for answer, table, column, row_id in values:
        ids.setdefault((answer, table, column), {})[row_id] = None
    for (answer, table, column), row_ids in ids.items():
        try:
            expect = answer.expect if answer is not None else None
            async for row_id, value in read_large(table, column, list(row_ids), expect):
                if answer is not None and value is not None:
                    answer.reserve(len(value))
                key = LargeValue(answer, table, column, row_id)
                results[key] = value if column == "logs" else from_json(value)
        except (ResponseTooLargeError, BusyError) as error:
            for row_id in row_ids:
                results[LargeValue(answer, table, column, row_id)] = error
    return [results.get(value) for value in values]


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
