"""However a prediction ends, its delivery is there as soon as its end is; and none without an end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from server.adapters.database import now, rows
from server.domain.accounts import Viewer
from server.domain.predictions import Failure, NewPrediction, PredictionErrorCode, PredictionStatus
from server.domain.webhooks import NewWebhook, WebhookEvent
from server.errors import ConflictError, ForbiddenError, InvalidInputError
from server.maintenance import recovery
from server.queue import deliveries
from server.queue.claim import claim_alone
from server.queue.finish import Result, finish, hand_back
from server.runtime import Runtime
from server.services import models, predictions
from server.tables import Prediction, Webhook, WebhookDelivery
from tests.integration.webhooks.conftest import ALL, COMPLETED, Place, deliveries_of

URL = "http://127.0.0.1:9/"


async def ended_as(row: Prediction, status: str) -> None:
    """The row ended so, and has one delivery of it."""
    assert (await Prediction.get(id=row.id)).status == status
    found = await deliveries_of(row)
    assert set(found) == {"completed"}
    assert (found["completed"].state, found["completed"].tries) == ("pending", 0)


async def expire(row: Prediction) -> None:
    await rows("UPDATE prediction SET lease_until = now() - interval '1 s' WHERE id = $1 RETURNING id", row.id)


async def claim_suspect(row: Prediction) -> None:
    """Claim one that is to run alone, after those that other tests left in its queue."""
    while True:
        (claimed,) = await claim_alone(row.queue, uuid4(), 30)
        if claimed.id == row.id:
            return


@pytest.mark.parametrize("status", [PredictionStatus.SUCCEEDED, PredictionStatus.FAILED, PredictionStatus.CANCELED])
async def test_finish(place: Place, status: PredictionStatus) -> None:
    row = await place.create(URL)
    lease = await place.claim(row)
    failure = Failure(PredictionErrorCode.INTERNAL, "x") if status is PredictionStatus.FAILED else None
    assert await deliveries_of(row) == {}
    assert await finish(lease, Result(status, "x", failure=failure))
    await ended_as(row, status.value)
    # The reply was lost, and it is finished again
    assert await finish(lease, Result(status, "x", failure=failure))
    await ended_as(row, status.value)


async def test_a_zombie_that_finishes_makes_no_delivery(place: Place) -> None:
    row = await place.create(URL)
    lease = await place.claim(row)
    assert await hand_back(lease)
    assert not await finish(lease, Result(PredictionStatus.SUCCEEDED, "x"))
    assert await deliveries_of(row) == {}


async def test_cancel_while_it_waits_and_while_it_runs(rt: Runtime, place: Place) -> None:
    waiting, running = await place.create(URL), await place.create(URL)
    await place.claim(running)
    for row in (waiting, running):
        await predictions.cancel(rt, place.viewer, row.id)
        await predictions.cancel(rt, place.viewer, row.id)
    await ended_as(waiting, "canceled")
    assert await deliveries_of(running) == {}


async def test_its_model_is_deleted(rt: Runtime, place: Place) -> None:
    row = await place.create(URL)
    await models.delete(rt, place.viewer, place.slug)
    await ended_as(row, "canceled")


async def test_its_worker_is_lost(rt: Runtime, place: Place) -> None:
    row = await place.create(URL)
    # The first time beside others, for which nobody is charged
    for losses in range(rt.settings.max_losses + 1):
        await rows("UPDATE prediction SET run_at = now() WHERE id = $1 RETURNING id", row.id)
        await (claim_suspect(row) if losses else place.claim(row))
        await expire(row)
        assert await deliveries_of(row) == {}
        await recovery.sweep(rt)
        assert (await Prediction.get(id=row.id)).losses == losses
    await ended_as(row, "failed")


async def test_its_worker_is_lost_while_it_is_canceled(rt: Runtime, place: Place) -> None:
    row = await place.create(URL)
    await place.claim(row)
    await predictions.cancel(rt, place.viewer, row.id)
    await expire(row)
    await asyncio.gather(*(recovery.sweep(rt) for _ in range(4)))
    await ended_as(row, "canceled")


async def test_its_deadline_passes(rt: Runtime, place: Place) -> None:
    row = await place.create(URL, deadline_seconds=60)
    await Prediction.filter(id=row.id).update(deadline_at=now() - timedelta(seconds=1))
    await recovery.sweep(rt)
    await ended_as(row, "aborted")


async def test_an_end_that_is_rolled_back_is_not_told(rt: Runtime, place: Place) -> None:
    row = await place.create(URL)
    lease = await place.claim(row)
    # A NUL is no text: the statement fails as a whole
    with pytest.raises(Exception, match=r"0x00|invalid byte|untranslatable"):
        await finish(lease, Result(PredictionStatus.SUCCEEDED, "x", logs="a\0b"))
    assert await deliveries_of(row) == {}
    assert (await Prediction.get(id=row.id)).status == "processing"


async def test_ends_of_all_kinds_at_once_are_told_once_each(rt: Runtime, place: Place) -> None:
    made = [await place.create(URL) for _ in range(20)]
    held = [await place.claim(row) for row in made[:15]]
    await asyncio.gather(
        *(finish(lease, Result(PredictionStatus.SUCCEEDED, "x")) for lease in held for _ in range(2)),
        *(predictions.cancel(rt, place.viewer, row.id) for row in made for _ in range(2)),
        models.delete(rt, place.viewer, place.slug),
        recovery.sweep(rt),
    )
    for row in made:
        assert (await Prediction.get(id=row.id)).status in {"succeeded", "canceled"}
    found = await WebhookDelivery.filter(prediction_id__in=[row.id for row in made])
    assert sorted(d.prediction_id for d in found) == sorted(row.id for row in made)


async def test_without_a_webhook_nothing_is_made(rt: Runtime, place: Place) -> None:
    row = await predictions.create(rt, place.viewer, NewPrediction(place.slug, {"text": "x"}))
    assert await finish(await place.claim(row), Result(PredictionStatus.SUCCEEDED, "x"))
    assert await deliveries_of(row) == {}
    assert not await Webhook.exists(prediction_id=row.id)


async def test_nobody_has_no_webhook(rt: Runtime, place: Place) -> None:
    new = NewPrediction(place.slug, {"text": "x"}, webhook=NewWebhook(URL, COMPLETED))
    with pytest.raises(ForbiddenError, match="Sign in"):
        await predictions.create(rt, Viewer(), new)


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "http://10.0.0.1/", "http://[::1]/", "x"])
async def test_a_url_that_cannot_be_makes_no_prediction(rt: Runtime, place: Place, url: str) -> None:
    before = await Prediction.filter(user_id=place.user.id).count()
    with pytest.raises(InvalidInputError) as raised:
        await place.create(url)
    assert [v.path for v in raised.value.violations] == ["/webhook/url"]
    assert await Prediction.filter(user_id=place.user.id).count() == before


async def test_a_webhook_belongs_to_the_request_of_a_key(rt: Runtime, place: Place) -> None:
    first = await place.create(URL, idempotency_key="k")
    assert (await place.create(URL, idempotency_key="k")).id == first.id
    for url, events in [(URL + "other", COMPLETED), (URL, ALL)]:
        with pytest.raises(ConflictError):
            await place.create(url, events, idempotency_key="k")
    made = await asyncio.gather(*(place.create(URL, idempotency_key="many") for _ in range(20)))
    assert len({row.id for row in made}) == 1
    assert await Webhook.filter(prediction_id=made[0].id).count() == 1


async def test_claiming_goes_by_the_index(place: Place) -> None:
    """However many deliveries have ended, and are pending for later, a claim reads what is due."""
    row = await place.create(URL)
    sql = """INSERT INTO prediction (id, user_id, owner, model_id, version_id, queue, rank, status, input, logs,
        attempt, losses, alone, run_at, request_hash, created_at, updated_at, completed_at)
      SELECT gen_random_uuid(), user_id, owner, model_id, version_id, queue, 0, 'succeeded', '{}', '', 0, 0, false,
        now(), 'many', now(), now(), now() FROM prediction, generate_series(1, 20000) WHERE id = $1"""
    await rows(sql, row.id)
    await rows("""INSERT INTO webhook (prediction_id, user_id, url, base_url, attempt, created_at)
      SELECT id, user_id, '', '', 0, now() FROM prediction WHERE request_hash = 'many'""")
    await rows("""INSERT INTO webhook_delivery (id, prediction_id, user_id, event, state, noted, sent, tries, attempts,
        next_at, created_at, updated_at)
      SELECT gen_random_uuid(), id, user_id, 'completed', 'pending', 1, 0, 0, '[]', now() + interval '1 h', now(),
        now() FROM prediction WHERE request_hash = 'many'""")
    await rows("ANALYZE webhook_delivery")
    await rows("ANALYZE webhook")
    plan = "\n".join(str(line) for line in await rows(f"EXPLAIN {deliveries._CLAIM}", 8, 30.0, [uuid4()]))
    try:
        assert "webhook_delivery_due" in plan, plan
        assert "Seq Scan on webhook" not in plan, plan
    finally:
        await rows("DELETE FROM prediction WHERE request_hash = 'many'")


def test_events_are_kept_in_their_order_without_doubles() -> None:
    from server.services.webhooks import events_of

    asked = (WebhookEvent.COMPLETED, WebhookEvent.START, WebhookEvent.COMPLETED)
    assert events_of(NewWebhook(URL, asked)) == ["start", "completed"]
    assert events_of(None) is None
