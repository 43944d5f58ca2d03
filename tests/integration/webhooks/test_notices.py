"""What an attempt notes for its webhook while it runs, and at its end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.domain.events import EventType
from server.domain.webhooks import WebhookEvent
from server.queue import deliveries
from server.queue.claim import PredictionLease
from server.runtime import Runtime
from tests.integration.webhooks.conftest import ALL, Place, deliveries_of
from workers.supervisor.webhooks import Notices

URL = "http://127.0.0.1:9/"


async def attempt(place: Place, *events: WebhookEvent) -> tuple[PredictionLease, Notices, list[float]]:
    looks: list[float] = []
    lease = await place.claim(await place.create(URL, events))
    return lease, Notices(lease, looks.append), looks


async def test_much_output_is_noted_once_in_half_a_second(rt: Runtime, place: Place) -> None:
    lease, notices, looks = await attempt(place, *ALL)
    notices.started()
    for _ in range(100):
        notices.note_event(EventType.OUTPUT)
        notices.note_event(EventType.LOG)
        notices.note_event(EventType.PROGRESS)
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        while len(looks) < 2:
            await asyncio.sleep(0.01)
    await notices.close()
    found = await deliveries_of(lease)
    assert set(found) == {"start", "output", "logs"}
    assert found["start"].noted == 1
    assert found["output"].noted <= 2


async def test_at_the_end_only_what_nothing_later_carries_is_noted(rt: Runtime, place: Place) -> None:
    lease, notices, _ = await attempt(place, WebhookEvent.OUTPUT, WebhookEvent.LOGS, WebhookEvent.COMPLETED)
    notices.note_event(EventType.OUTPUT)
    notices.note_event(EventType.LOG)
    await notices.finish()
    assert await deliveries_of(lease) == {}


async def test_the_last_lines_are_noted_where_the_end_is_not_told(rt: Runtime, place: Place) -> None:
    lease, notices, looks = await attempt(place, WebhookEvent.LOGS)
    notices.note_event(EventType.LOG)
    async with asyncio.timeout(5):
        while not looks:
            await asyncio.sleep(0.01)
    await notices.finish()
    assert (await deliveries_of(lease))["logs"].noted == 2


async def test_one_without_a_webhook_notes_nothing(rt: Runtime, place: Place) -> None:
    lease, notices, looks = await attempt(place, WebhookEvent.COMPLETED)
    notices.started()
    notices.note_event(EventType.OUTPUT)
    await notices.finish()
    assert (looks, await deliveries_of(lease)) == ([], {})
    notices.ended()
    assert looks == [0]


async def test_an_end_in_the_middle_of_the_note_of_the_start_keeps_it(
    rt: Runtime, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease, notices, looks = await attempt(place, WebhookEvent.START, WebhookEvent.COMPLETED)
    note, under_way = deliveries.note, asyncio.Event()

    async def slow(*arguments: Any) -> float | None:
        if not under_way.is_set():
            under_way.set()
            await asyncio.sleep(60)
        return await note(*arguments)

    monkeypatch.setattr(deliveries, "note", slow)
    notices.started()
    await under_way.wait()
    await notices.finish()
    assert set(await deliveries_of(lease)) == {"start"}
    assert looks
