"""What a batch costs is what the ledger says of its items, whatever becomes of them."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from tortoise.transactions import in_transaction

from server.adapters.database import now, rows
from server.domain.budgets import BudgetPeriod
from server.domain.lineage import Environment
from server.domain.predictions import Failure, PredictionErrorCode, PredictionStatus
from server.domain.prices import Price, PriceUnit
from server.queue import batches, budgets, deletions, prices
from server.queue.budgets import Hold
from server.queue.cancel import cancel_prediction, cancel_predictions_of_batch
from server.queue.claim import claim
from server.queue.finish import Result, finish, hand_back
from server.queue.recover import abort_overdue, expire_leases
from server.tables import Batch, Model, Prediction, Version
from tests.integration.queue.store import add

ITEMS = 30
CPU = Environment(device="cpu")
LEDGER = """
SELECT coalesce(sum(u.amount), 0) AS amount FROM (
  SELECT id FROM prediction WHERE batch_id = $1
  UNION ALL SELECT prediction_id FROM deletion WHERE batch_id = $1 AND deleted_at IS NOT NULL) i
JOIN usage u ON u.prediction_id = i.id
"""


@pytest.fixture(scope="module")
async def price_list(database: str) -> UUID:
    """A third of a thousandth a second, as exactly as it can be, whether it fails or is canceled."""
    async with in_transaction():
        price = Price(PriceUnit.SECOND, Decimal("0.000333333333"))
        _, listing = await prices.add("EUR", [price], charges_failed=True, charges_canceled=True)
    return listing.id


async def add_batch(version: Version, queue: str, price_list: UUID | None, first: int) -> Batch:
    """A batch of which ITEMS predictions wait, one of them too long."""
    model = await Model.get(id=version.model_id)
    owner = f"user:{model.owner_id}"
    batch = Batch(
        id=uuid4(), user_id=model.owner_id, owner=owner, model_id=model.id, version_id=version.id, queue=queue,
        status="processing", request_hash="", price_list_id=price_list, total=ITEMS, items=ITEMS, expanded_at=now(),
        created_at=now(), updated_at=now(),
    )  # fmt: skip
    await batch.save(force_create=True)
    for index in range(ITEMS):
        await add(version, queue, owner=owner, user_id=model.owner_id, batch_id=batch.id, batch_index=index,
                  price_list_id=price_list, rank=first + 2 * index)  # fmt: skip
    return batch


async def cost_of(batch: Batch) -> Decimal:
    """What the batch says, which is what the lines say."""
    (line,) = await rows(LEDGER, batch.id)
    cost = (await prices.costs_of_batches([batch.id]))[batch.id]
    assert (cost.amount, cost.currency) == (line["amount"], "EUR")
    return cost.amount


@pytest.mark.parametrize("seed", range(6))
async def test_random_lives_add_up(version: Version, queue: str, price_list: UUID, seed: int) -> None:
    """Succeed, fail, cancel, share, lose, come too late, delete, at once with others, under a budget that caps."""
    chance = random.Random(seed)
    both = [await add_batch(version, queue, price_list, first) for first in (0, 1)]
    await cap(both[0], Decimal("0.0004"))
    acts = ("succeed", "succeed", "fail", "cancel", "share", "several", "stop", "lose", "hand back", "late", "delete")
    for _ in range(60):
        await live(chance, queue, both, chance.choice(acts))
        for batch in both:
            await cost_of(batch)
    for batch in both:
        while await cancel_predictions_of_batch(batch.id, 10):
            pass
        while claimed := await claim(queue, uuid4(), 30.0, 4):
            await asyncio.gather(*(end(lease, chance, PredictionStatus.CANCELED) for lease in claimed))
    amounts = [await cost_of(batch) for batch in both]
    assert min(amounts) > 0
    for batch in both:
        await batch.refresh_from_db()
        assert (batch.ended, batch.status) == (ITEMS, "completed")


async def cap(batch: Batch, most: Decimal) -> None:
    """Hold so much for each item that waits, so that no more of it is charged."""
    await budgets.put(batch.owner, batch.user_id, BudgetPeriod.TOTAL, "EUR", Decimal(1000), is_hard=True)
    ids = [row.id for row in await Prediction.filter(batch_id=batch.id)]
    async with in_transaction():
        await budgets.hold(Hold(most, "EUR", batch.owner), dict.fromkeys(ids, most))


async def end(lease: Any, chance: random.Random, status: PredictionStatus, **more: Any) -> None:
    failure = Failure(PredictionErrorCode.INTERNAL, "no") if status is PredictionStatus.FAILED else None
    metrics = {"predict_seconds": chance.random() * 3, **more}
    assert await finish(lease, Result(status, failure=failure, metrics=metrics, environment=CPU))


async def live(chance: random.Random, queue: str, both: list[Batch], act: str) -> None:
    ids = [batch.id for batch in both]
    if act == "stop":
        waiting = await Prediction.filter(batch_id__in=ids, status="starting").order_by("id").first()
        if waiting:
            await cancel_prediction(waiting.id)
        return
    if act == "late":
        waiting = await Prediction.filter(batch_id__in=ids, status="starting").order_by("id").first()
        if waiting:
            await Prediction.filter(id=waiting.id).update(deadline_at=now() - timedelta(seconds=1))
            await abort_overdue()
        return
    if act == "delete":
        over = await Prediction.filter(batch_id__in=ids, completed_at__isnull=False).order_by("id").first()
        if over:
            await deletions.request([over.id])
            assert await deletions.remove([over.id])
        return
    claimed = await claim(queue, uuid4(), 30.0, 4 if act == "several" else 1)
    statuses = {"fail": PredictionStatus.FAILED, "cancel": PredictionStatus.CANCELED}
    for lease in claimed[:1]:
        if act == "hand back":
            await hand_back(lease)
        elif act == "lose":
            past = {"lease_until": now() - timedelta(seconds=1), "alone": True}
            await Prediction.filter(id=lease.id).update(**past)
            await expire_leases(1)
        elif act == "share":
            await end(lease, chance, PredictionStatus.SUCCEEDED, cached=True)
        elif act != "several":
            await end(lease, chance, statuses.get(act, PredictionStatus.SUCCEEDED))
    if act == "several":
        await asyncio.gather(*(end(lease, chance, PredictionStatus.SUCCEEDED) for lease in claimed))


async def test_what_a_worker_did_not_count_is_counted_again(version: Version, queue: str, price_list: UUID) -> None:
    batch = await add_batch(version, queue, price_list, 0)
    chance = random.Random(1)
    for lease in await claim(queue, uuid4(), 30.0, 5):
        await end(lease, chance, PredictionStatus.SUCCEEDED)
    amount = await cost_of(batch)
    await Batch.filter(id=batch.id).update(ended=2, succeeded=2, amount=0, updated_at=now() - timedelta(minutes=1))
    assert batch.id in await batches.recount(30.0)
    assert await cost_of(batch) == amount > 0


async def test_an_end_that_is_told_twice_is_charged_once(version: Version, queue: str, price_list: UUID) -> None:
    batch = await add_batch(version, queue, price_list, 0)
    (lease,) = await claim(queue, uuid4(), 30.0, 1)
    chance = random.Random(2)
    for _ in range(2):
        await end(lease, chance, PredictionStatus.SUCCEEDED)
    assert await cost_of(batch) > 0


async def test_it_reads_no_item(version: Version, queue: str, price_list: UUID) -> None:
    batch = await add_batch(version, queue, price_list, 0)
    plan = "\n".join(str(line) for line in await rows(f"EXPLAIN {prices._COSTS_OF_BATCHES}", [batch.id]))
    assert " on batch " in plan
    assert "usage" not in plan
    assert "prediction" not in plan


async def test_without_prices_it_costs_nothing(version: Version, queue: str) -> None:
    batch = await add_batch(version, queue, None, 0)
    assert await prices.costs_of_batches([batch.id]) == {}
