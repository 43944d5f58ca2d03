"""Webhooks are paced: one host gets so many messages a second, and what has to wait is sent later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from server.domain.accounts import Viewer
from server.domain.predictions import PredictionStatus
from server.domain.webhooks import WebhookEvent
from server.embedded.servers import LocalServers
from server.errors import RateLimitedError
from server.queue import deliveries
from server.queue.finish import Result, finish
from server.runtime import Runtime
from server.services import webhooks
from tests.integration.webhooks.conftest import ALL, deliveries_of, delivering, make_place, open_rt, settled
from tests.support.receiver import listening

PER_SECOND = 5
AGAIN = 10


@pytest.fixture
async def rt(database: str, schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[Runtime]:
    settings = {"webhook_host_user_per_second": PER_SECOND, "redeliveries_per_minute": AGAIN}
    async with open_rt(schema_servers, tmp_path, **settings) as made:
        yield made


async def test_messages_to_one_host_are_paced_and_none_is_lost(rt: Runtime) -> None:
    place, stranger = await make_place(rt), await make_place(rt)
    async with listening() as receiver:
        rows = [await place.run(receiver.url(f"/{number}")) for number in range(20)]
        elsewhere = await place.run(receiver.url().replace("127.0.0.1", "127.0.0.2"))
        other = await stranger.run(receiver.url("/stranger"))
        async with delivering(rt):
            # Neither another host nor another user waits for them
            assert (await settled(elsewhere, until=lambda d: bool(d.attempts))).attempts[0]["error"]
            assert (await settled(other)).state == "delivered"
            assert len(receiver.told) < len(rows)
            for number, row in enumerate(rows):
                delivery = await settled(row)
                # What waits for its turn is not tried
                requests = sum(f"/{number} " in told.line for told in receiver.told)
                assert (delivery.state, delivery.tries) == ("delivered", requests)
    times = sorted(told.at for told in receiver.told if "/stranger" not in told.line)
    assert len(times) >= len(rows)
    # A sliding window over the second counts whole ones: within any second at most two of them
    most = max(sum(at <= other < at + 1 for other in times) for at in times)
    assert most <= 2 * PER_SECOND


async def test_events_of_one_prediction_stay_in_order_where_they_wait(rt: Runtime) -> None:
    place = await make_place(rt)
    async with listening() as receiver:
        rows = [await place.create(receiver.url(f"/{number}"), ALL) for number in range(6)]
        async with delivering(rt) as deliverer:
            for row in rows:
                lease = await place.claim(row)
                assert await deliveries.note(lease.id, lease.attempt, [WebhookEvent.START]) is not None
                assert await finish(lease, Result(PredictionStatus.SUCCEEDED, "x"))
            deliverer.look()
            for row in rows:
                assert (await settled(row)).state == "delivered"
    for number in range(6):
        events = [told.event for told in receiver.told if f"/{number} " in told.line]
        assert events == ["START", "COMPLETED"]


async def test_a_start_that_waits_for_its_pace_is_not_overtaken_by_the_end(rt: Runtime) -> None:
    place = await make_place(rt)
    row = await place.create("https://example.com/", ALL)
    lease = await place.claim(row)
    assert await deliveries.note(lease.id, lease.attempt, [WebhookEvent.START]) is not None
    (held,) = [each for each in await deliveries.claim(100, 30, []) if each.prediction_id == row.id]
    await deliveries.postpone(held, 60)
    assert await finish(lease, Result(PredictionStatus.SUCCEEDED, "x"))
    due = await deliveries.next_due(held, 30)
    assert due is not None
    assert due.event is WebhookEvent.START


async def again(rt: Runtime, viewer: Viewer, delivery_id: UUID) -> float:
    """Ask for a delivery once more; the seconds that the server says to wait instead."""
    try:
        await webhooks.redeliver(rt, viewer, delivery_id)
    except RateLimitedError as error:
        return error.retry_after_seconds
    return 0.0


async def test_a_user_has_few_sent_again_in_a_minute(rt: Runtime) -> None:
    place = await make_place(rt)
    async with listening() as receiver, delivering(rt) as deliverer:
        row = await place.run(receiver.url())
        deliverer.look()
        await settled(row)
        delivery = (await deliveries_of(row))["completed"]
        answers = [await again(rt, place.viewer, delivery.id) for _ in range(200)]
        assert answers[:AGAIN] == [0.0] * AGAIN
        assert all(0 < seconds <= 60 for seconds in answers[AGAIN:])
        deliverer.look()
        await settled(row)
    assert len(receiver.told) <= 1 + AGAIN
