"""What receivers are told, when, and how often."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from standardwebhooks import Webhook as Verifier

from server.adapters.database import now, rows
from server.domain.accounts import Viewer
from server.domain.predictions import PredictionStatus
from server.domain.webhooks import SCHEDULE, DeliveryState, WebhookEvent
from server.embedded.servers import LocalServers
from server.errors import NotFoundError
from server.maintenance import recovery
from server.queue import deliveries
from server.queue.deliveries import DeliveryOutcome
from server.queue.finish import Result, finish, hand_back
from server.runtime import Runtime
from server.services import webhooks
from server.tables import Prediction, Webhook, WebhookDelivery
from tests.integration.webhooks.conftest import (
    ALL,
    Place,
    deliveries_of,
    delivering,
    make_due,
    make_place,
    open_rt,
    settled,
)
from tests.support.receiver import answer, hang, listening

SUCCEEDED = Result(PredictionStatus.SUCCEEDED, "made")


async def test_the_end_is_told_once_signed(rt: Runtime, place: Place) -> None:
    async with listening() as receiver, delivering(rt):
        row = await place.run(receiver.url("/a?b=c"))
        delivery = await settled(row)
    (told,) = receiver.told
    assert told.line == "POST /a?b=c HTTP/1.1"
    assert delivery.state == "delivered"
    secret = await webhooks.secret(rt, place.user.id)
    body = Verifier(secret).verify(told.body, told.headers)
    assert (body["status"], body["text"], told.event) == ("SUCCEEDED", "made", "COMPLETED")
    assert told.id == f"msg_{delivery.id.hex}"
    (attempt,) = delivery.attempts
    assert (attempt["code"], attempt["body"], attempt["error"]) == (200, "thanks", None)


async def test_every_event_in_order_and_what_ended_first_is_skipped(rt: Runtime, place: Place) -> None:
    async with listening() as receiver:
        row = await place.create(receiver.url(), ALL)
        lease = await place.claim(row)
        for events in ([WebhookEvent.START], [WebhookEvent.OUTPUT, WebhookEvent.LOGS]):
            assert await deliveries.note(lease.id, lease.attempt, events) is not None
        async with delivering(rt):
            await receiver.wait(3)
            await settled(row, "logs")
        # Noted again, but the end comes before they are sent
        assert await deliveries.note(lease.id, lease.attempt, [WebhookEvent.OUTPUT, WebhookEvent.LOGS]) is not None
        assert await finish(lease, SUCCEEDED)
        async with delivering(rt):
            await settled(row)
    assert [told.event for told in receiver.told] == ["START", "OUTPUT", "LOGS", "COMPLETED"]
    assert len({told.id for told in receiver.told}) == 4
    found = await deliveries_of(row)
    assert {event: d.state for event, d in found.items()} == {
        "start": "delivered", "output": "skipped", "logs": "skipped", "completed": "delivered",
    }  # fmt: skip


async def test_output_goes_every_half_second_at_most_each_with_an_id_of_its_own(rt: Runtime, place: Place) -> None:
    async with listening() as receiver, delivering(rt) as deliverer:
        row = await place.create(receiver.url(), (WebhookEvent.OUTPUT,))
        lease = await place.claim(row)
        for _ in range(60):
            wait = await deliveries.note(lease.id, lease.attempt, [WebhookEvent.OUTPUT])
            assert wait is not None
            deliverer.look(wait)
            await asyncio.sleep(0.03)
        await receiver.wait(4)
    gaps = [b.at - a.at for a, b in pairwise(receiver.told)]
    assert min(gaps) > 0.45
    assert len({told.id for told in receiver.told}) == len(receiver.told)
    (found,) = (await deliveries_of(row)).values()
    assert [attempt["id"] for attempt in found.attempts][:2] == [f"msg_{found.id.hex}_1", f"msg_{found.id.hex}_2"]


async def test_only_the_attempt_that_runs_it_may_note(rt: Runtime, place: Place) -> None:
    row = await place.create("http://127.0.0.1:9/", ALL)
    lease = await place.claim(row)
    assert await hand_back(lease)
    assert await deliveries.note(lease.id, lease.attempt, [WebhookEvent.OUTPUT]) is None
    newer = await place.claim(row)
    assert await deliveries.note(lease.id, lease.attempt, [WebhookEvent.OUTPUT]) is None
    assert await deliveries.note(newer.id, newer.attempt, [WebhookEvent.START]) is not None
    assert await finish(newer, SUCCEEDED)
    assert await deliveries.note(newer.id, newer.attempt, [WebhookEvent.OUTPUT]) is None
    assert set(await deliveries_of(row)) == {"start", "completed"}


async def test_what_was_not_asked_for_is_not_told(rt: Runtime, place: Place) -> None:
    row = await place.create("http://127.0.0.1:9/", (WebhookEvent.LOGS,))
    lease = await place.claim(row)
    assert await deliveries.note(lease.id, lease.attempt, [WebhookEvent.START, WebhookEvent.OUTPUT]) is None
    assert await finish(lease, SUCCEEDED)
    assert await deliveries_of(row) == {}


async def test_where_the_end_is_not_asked_for_the_last_output_comes_after_it(rt: Runtime, place: Place) -> None:
    async with listening() as receiver, delivering(rt) as deliverer:
        row = await place.create(receiver.url(), (WebhookEvent.OUTPUT,))
        lease = await place.claim(row)
        await deliveries.note(lease.id, lease.attempt, [WebhookEvent.OUTPUT])
        deliverer.look()
        await receiver.wait(1)
        assert await finish(lease, SUCCEEDED)
        deliverer.look()
        await receiver.wait(2)
    assert [(told.event, told.json["status"]) for told in receiver.told] == [
        ("OUTPUT", "PROCESSING"), ("OUTPUT", "SUCCEEDED"),
    ]  # fmt: skip


async def test_a_failed_end_is_tried_again_under_the_same_id_with_a_fresh_body(rt: Runtime, place: Place) -> None:
    async with listening(answer(500, b"no"), hang, answer(302, location="/x")) as receiver, delivering(rt) as deliverer:
        row = await place.run(receiver.url())
        for tries in (1, 2, 3):
            found = await settled(row, until=lambda d, n=tries: d.tries == n)
            assert (found.state, found.tries) == ("pending", tries)
            wait = (found.next_at - found.updated_at).total_seconds()
            assert SCHEDULE[tries] * 0.89 < wait < SCHEDULE[tries] * 1.11
            await make_due(row)
            deliverer.look()
        found = await settled(row)
    assert (found.state, found.tries) == ("delivered", 4)
    assert [attempt["code"] for attempt in found.attempts] == [500, None, 302, 200]
    assert found.attempts[1]["error"].startswith("No answer within 1 seconds")
    assert {told.id for told in receiver.told} == {f"msg_{found.id.hex}"}
    assert len({told.headers["webhook-signature"] for told in receiver.told[::2]}) == 2


async def test_tries_end_after_the_schedule(rt: Runtime, place: Place) -> None:
    async with listening(otherwise=answer(500)) as receiver, delivering(rt) as deliverer:
        row = await place.run(receiver.url())
        for tries in range(1, 10):
            await settled(row, until=lambda d, n=tries: d.tries == n)
            await make_due(row)
            deliverer.look()
        found = await settled(row)
    assert (found.state, found.tries, len(receiver.told)) == ("failed", 10, 10)


async def test_retry_after_is_waited_for(rt: Runtime, place: Place) -> None:
    async with listening(answer(503, retry_after="900"), answer(429, retry_after="1")) as receiver, delivering(rt) as d:
        row = await place.run(receiver.url())
        found = await settled(row, until=lambda d: d.tries == 1)
        assert (found.next_at - found.updated_at).total_seconds() == 900
        await make_due(row)
        d.look()
        # One that asks for less than the schedule does not hurry it
        found = await settled(row, until=lambda d: d.tries == 2)
        assert (found.next_at - found.updated_at).total_seconds() > 200


async def test_all_but_the_end_have_one_try(rt: Runtime, place: Place) -> None:
    async with listening(answer(500), answer(503)) as receiver, delivering(rt) as deliverer:
        row = await place.create(receiver.url(), ALL)
        lease = await place.claim(row)
        await deliveries.note(lease.id, lease.attempt, [WebhookEvent.START, WebhookEvent.OUTPUT])
        deliverer.look()
        await receiver.wait(2)
        assert await finish(lease, SUCCEEDED)
        deliverer.look()
        await settled(row)
    assert [told.event for told in receiver.told] == ["START", "OUTPUT", "COMPLETED"]
    states = {event: d.state for event, d in (await deliveries_of(row)).items()}
    assert states == {"start": "failed", "output": "failed", "completed": "delivered"}


async def test_gone_disables_the_rest_of_this_prediction_alone(rt: Runtime, place: Place) -> None:
    async with listening(answer(410)) as receiver, delivering(rt) as deliverer:
        row = await place.create(receiver.url(), ALL)
        lease = await place.claim(row)
        await deliveries.note(lease.id, lease.attempt, [WebhookEvent.START])
        deliverer.look()
        await settled(row, "start")
        async with asyncio.timeout(10):
            while not await Webhook.exists(prediction_id=row.id, disabled_at__not_isnull=True):
                await asyncio.sleep(0.02)
        assert await deliveries.note(lease.id, lease.attempt, [WebhookEvent.OUTPUT]) is None
        assert await finish(lease, SUCCEEDED)
        deliverer.look()
        assert (await settled(row)).state == "disabled"
        assert len(receiver.told) == 1
        other = await place.run(receiver.url())
        deliverer.look()
        assert (await settled(other)).state == "delivered"
        # Whoever asks for it again has it on again
        again = await webhooks.redeliver(rt, place.viewer, (await deliveries_of(row))["completed"].id)
        assert again.state == "pending"
        deliverer.look()
        assert (await settled(row)).state == "delivered"
    assert [told.event for told in receiver.told] == ["START", "COMPLETED", "COMPLETED"]


async def test_a_redelivery_has_the_same_id_and_the_whole_schedule(rt: Runtime, place: Place) -> None:
    async with listening() as receiver, delivering(rt) as deliverer:
        row = await place.run(receiver.url())
        first = await settled(row)
        receiver.script.append(answer(500))
        await webhooks.redeliver(rt, place.viewer, first.id)
        deliverer.look()
        again = await settled(row, until=lambda d: len(d.attempts) == 2)
        assert (again.state, again.tries) == ("pending", 1)
    assert {told.id for told in receiver.told} == {f"msg_{first.id.hex}"}


async def test_nobody_else_can_have_it_sent(rt: Runtime, place: Place) -> None:
    row = await place.run("http://127.0.0.1:9/")
    delivery = (await deliveries_of(row))["completed"]
    for viewer in (Viewer(), Viewer(uuid4())):
        with pytest.raises(NotFoundError):
            await webhooks.redeliver(rt, viewer, delivery.id)
    assert await webhooks.redeliver(rt, Viewer(uuid4(), is_admin=True), delivery.id)


async def test_several_deliverers_send_once(rt: Runtime, place: Place) -> None:
    async with listening() as receiver, delivering(rt), delivering(rt), delivering(rt):
        made = await asyncio.gather(*(place.run(receiver.url()) for _ in range(30)))
        await asyncio.gather(*(settled(row) for row in made))
    assert len(receiver.told) == 30
    assert len({told.id for told in receiver.told}) == 30


async def test_what_a_dead_deliverer_held_is_sent_by_another(rt: Runtime, place: Place) -> None:
    async with listening() as receiver:
        row = await place.run(receiver.url())
        (dead,) = [hold for hold in await deliveries.claim(50, 30, []) if hold.prediction_id == row.id]
        due = await deliveries.next_due(dead, 30)
        assert due is not None
        async with delivering(rt):
            await rows("UPDATE webhook SET lease_until = now() - interval '1 s' WHERE prediction_id = $1", row.id)
            await settled(row)
        # It was only stopped: what it records now is refused
        assert not await deliveries.record(dead, due, {"id": "late"}, DeliveryOutcome(DeliveryState.FAILED))
        assert await deliveries.next_due(dead, 30) is None
    found = (await deliveries_of(row))["completed"]
    assert (found.state, len(found.attempts), len(receiver.told)) == ("delivered", 1, 1)


async def test_a_stop_leaves_nothing_held(rt: Runtime, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.supervisor.webhooks.STOP_SECONDS", 0.05)
    async with listening(hang) as receiver:
        async with delivering(rt):
            row = await place.run(receiver.url())
            await receiver.wait(1)
        assert (await Webhook.get(prediction_id=row.id)).lease_until is None
        async with delivering(rt):
            await settled(row)
    assert len({told.id for told in receiver.told}) == 1


async def test_one_users_hanging_receiver_leaves_slots_to_others(
    schema_servers: LocalServers, tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.supervisor.webhooks.STOP_SECONDS", 0.05)
    async with open_rt(schema_servers, tmp_path, webhook_slots=4, webhook_timeout_seconds=30) as rt:
        slow, quick = await make_place(rt), await make_place(rt)
        async with listening(otherwise=hang) as hanging, listening() as receiver:
            for _ in range(8):
                await slow.run(hanging.url())
            async with delivering(rt):
                await hanging.wait(1)
                await settled(await quick.run(receiver.url()))
            assert len(hanging.told) == 1


async def test_old_deliveries_are_forgotten_and_then_their_webhook(rt: Runtime, place: Place) -> None:
    async with listening() as receiver, delivering(rt):
        old, new, running = await place.run(receiver.url()), await place.run(receiver.url()), None
        await asyncio.gather(settled(old), settled(new))
        running = await place.create(receiver.url())
    ancient = now() - timedelta(days=40)
    await Webhook.filter(prediction_id__in=[old.id, running.id]).update(created_at=ancient)
    await Prediction.filter(id=old.id).update(completed_at=ancient)
    await WebhookDelivery.filter(prediction_id=old.id).update(updated_at=ancient)
    await recovery.sweep(rt)
    assert await deliveries_of(old) == {}
    assert len(await deliveries_of(new)) == 1
    left = {w.prediction_id for w in await Webhook.filter(prediction_id__in=[old.id, new.id, running.id])}
    assert left == {new.id, running.id}
    assert await finish(await place.claim(running), SUCCEEDED)
    assert set(await deliveries_of(running)) == {"completed"}
