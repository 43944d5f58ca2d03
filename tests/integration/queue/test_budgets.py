"""Budgets: what is held of them at accept, and what is spent at the end, whichever that is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from tortoise.transactions import in_transaction

from server.adapters.database import now, rows
from server.adapters.metrics import REGISTRY
from server.domain.budgets import BudgetPeriod
from server.domain.lineage import Environment
from server.domain.models import kind_queue
from server.domain.predictions import Failure, NewPrediction, PredictionErrorCode, PredictionStatus
from server.domain.prices import Price, PriceUnit
from server.errors import BudgetExceededError
from server.queue import budgets, prices
from server.queue.accept import accept
from server.queue.budgets import BudgetReport, Hold
from server.queue.cancel import cancel_prediction
from server.queue.claim import claim
from server.queue.finish import Result, finish, hand_back
from server.queue.recover import abort_overdue, expire_leases
from server.tables import Prediction, User, Version
from tests.integration.queue.store import new_row

MOST = Decimal("0.3")
CPU = Environment(device="cpu")
NEW = NewPrediction("x", {})
SUMS = """
SELECT b.spent, b.reserved,
  coalesce((SELECT sum(amount) FROM budget_hold h WHERE h.budget_id = b.id), 0) AS holds,
  coalesce((SELECT sum(u.amount) FROM usage u WHERE u.owner = b.subject OR 'key:' || u.key_id = b.subject), 0) AS ledger
FROM budget b WHERE b.user_id = $1
"""


@pytest.fixture(scope="module")
async def price_list(database: str) -> UUID:
    """0.1 a second, whether it fails or is canceled."""
    async with in_transaction():
        price = Price(PriceUnit.SECOND, Decimal("0.1"))
        _, listing = await prices.add("EUR", [price], charges_failed=True, charges_canceled=True)
    return listing.id


@pytest.fixture
async def user(database: str) -> User:
    mark = uuid4().hex[:12]
    return await User.create(handle=f"b{mark}", email=f"{mark}@example.com")


@pytest.fixture(autouse=True)
async def _sums_are_right(database: str, user: User) -> AsyncIterator[None]:
    """However a test ended: what is held and spent is what the rows say."""
    yield
    for row in await rows(SUMS, user.id):
        assert row["reserved"] == row["holds"]
        assert row["spent"] == row["ledger"]


async def put(user: User, amount: str, key: UUID | None = None, *, is_hard: bool = True, **more: Any) -> BudgetReport:
    subject = f"key:{key}" if key else f"user:{user.id}"
    period = more.get("period", BudgetPeriod.TOTAL)
    return await budgets.put(subject, user.id, period, "EUR", Decimal(amount), is_hard=is_hard)


async def budget_of(user: User, number: int = 0) -> tuple[Decimal, Decimal]:
    """What is spent and held."""
    found = (await budgets.list_of([user.id]))[number]
    return found.spent, found.reserved


async def ask(user: User, version: Version, queue: str, price_list: UUID, **fields: Any) -> Prediction:
    """A prediction that was accepted."""
    fields = {"owner": f"user:{user.id}", "user_id": user.id, "price_list_id": price_list, **fields}
    most, deadline = fields.pop("most", MOST), fields.pop("deadline", None)
    row = new_row(version, queue, **fields)
    hold = Hold(most, "EUR", row.owner, row.key_id)
    assert await accept(row, {}, NewPrediction("x", {}, deadline_seconds=deadline), hold=hold)
    return row


async def end(queue: str, seconds: float = 1.0, status: PredictionStatus = PredictionStatus.SUCCEEDED) -> UUID:
    """Run what is next."""
    (lease,) = await claim(queue, uuid4(), 30.0, 1)
    failure = Failure(PredictionErrorCode.INTERNAL, "no") if status is PredictionStatus.FAILED else None
    metrics = {"predict_seconds": seconds}
    assert await finish(lease, Result(status, failure=failure, metrics=metrics, environment=CPU))
    return lease.id


def charges(queue: str) -> float:
    """What the metric says is charged of a kind."""
    return REGISTRY.get_sample_value("inference_charges_total", {"kind": kind_queue(queue)}) or 0.0


async def test_what_is_held_becomes_what_is_spent(user: User, version: Version, queue: str, price_list: UUID) -> None:
    await put(user, "1")
    await ask(user, version, queue, price_list)
    assert await budget_of(user) == (0, MOST)
    await end(queue)
    assert await budget_of(user) == (Decimal("0.1"), 0)


async def test_fifty_at_once_never_overspend(user: User, version: Version, queue: str, price_list: UUID) -> None:
    await put(user, "2.9")
    asked = (ask(user, version, queue, price_list) for _ in range(50))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [each for each in answers if isinstance(each, BudgetExceededError)]
    assert (len(answers) - len(refused), len(refused)) == (9, 41)
    assert "2.9 EUR in all" in refused[0].message
    assert await budget_of(user) == (0, 9 * MOST)
    assert await Prediction.filter(user_id=user.id).count() == 9
    for _ in range(9):
        await end(queue, 3.0)
    assert await budget_of(user) == (Decimal("2.7"), 0)
    with pytest.raises(BudgetExceededError):
        await ask(user, version, queue, price_list)
    await ask(user, version, queue, price_list, most=Decimal("0.2"))


async def test_no_more_is_charged_than_was_held(user: User, version: Version, queue: str, price_list: UUID) -> None:
    await put(user, "0.3")
    await ask(user, version, queue, price_list)
    before = charges(queue)
    prediction_id = await end(queue, 1000.0)
    assert await budget_of(user) == (MOST, 0)
    assert charges(queue) == pytest.approx(before + float(MOST))
    cost = (await prices.costs_of([prediction_id]))[prediction_id]
    assert (cost.amount, cost.waived) == (MOST, Decimal("99.7"))
    assert sum(line.amount for line in cost.lines) == cost.amount + cost.waived


async def test_one_that_only_warns_counts_and_refuses_nothing(
    user: User, version: Version, queue: str, price_list: UUID
) -> None:
    await put(user, "0.1", is_hard=False)
    for _ in range(3):
        await ask(user, version, queue, price_list)
        await end(queue, 1000.0)
    assert await budget_of(user) == (300, 0)


async def test_a_key_has_a_budget_of_its_own(user: User, version: Version, queue: str, price_list: UUID) -> None:
    key = uuid4()
    await put(user, "1")
    await put(user, "0.4", key)
    await ask(user, version, queue, price_list, key_id=key)
    with pytest.raises(BudgetExceededError, match="this API key"):
        await ask(user, version, queue, price_list, key_id=key)
    await ask(user, version, queue, price_list)
    assert [await budget_of(user, number) for number in range(2)] == [(0, 2 * MOST), (0, MOST)]
    await end(queue)
    await end(queue)
    assert [await budget_of(user, number) for number in range(2)] == [(Decimal("0.2"), 0), (Decimal("0.1"), 0)]


async def test_a_month_begins_anew_with_what_is_held(
    user: User, version: Version, queue: str, price_list: UUID
) -> None:
    await put(user, "0.5", period=BudgetPeriod.MONTH)
    await ask(user, version, queue, price_list)
    await end(queue, 2.0)
    await ask(user, version, queue, price_list)
    with pytest.raises(BudgetExceededError, match="this month"):
        await ask(user, version, queue, price_list, most=Decimal("0.1"))
    await rows("UPDATE budget SET begins_at = now() - interval '40 days' WHERE user_id = $1 RETURNING id", user.id)
    assert await budget_of(user) == (0, MOST)
    await ask(user, version, queue, price_list, most=Decimal("0.2"))
    assert await budget_of(user) == (0, Decimal("0.5"))
    await end(queue)
    await end(queue)
    # The fixture adds up the ledger of all months
    await rows("UPDATE budget SET spent = spent + 0.2 WHERE user_id = $1 RETURNING id", user.id)


async def test_an_idempotent_repeat_holds_nothing(user: User, version: Version, queue: str, price_list: UUID) -> None:
    await put(user, "10")
    await ask(user, version, queue, price_list, idempotency_key="k")
    row = new_row(version, queue, owner=f"user:{user.id}", user_id=user.id, idempotency_key="k")
    assert not await accept(row, {}, NEW, hold=Hold(MOST, "EUR", row.owner))
    assert await budget_of(user) == (0, MOST)
    await end(queue)


async def test_every_end_settles(user: User, version: Version, queue: str, price_list: UUID) -> None:
    await put(user, "100")
    waiting = await ask(user, version, queue, price_list)
    assert await cancel_prediction(waiting.id)
    late = await ask(user, version, queue, price_list, deadline=1)
    await rows("UPDATE prediction SET deadline_at = now() - interval '1 s' WHERE id = $1 RETURNING id", late.id)
    assert late.id in {row["id"] for row in await abort_overdue()}
    assert await budget_of(user) == (0, 0)
    for status in (PredictionStatus.FAILED, PredictionStatus.CANCELED):
        await ask(user, version, queue, price_list)
        await end(queue, status=status)
    assert await budget_of(user) == (Decimal("0.2"), 0)
    lost = await ask(user, version, queue, price_list)
    (lease,) = await claim(queue, uuid4(), 30.0, 1)
    assert await hand_back(lease)
    assert (await budget_of(user))[1] == MOST
    await claim(queue, uuid4(), 30.0, 1)
    expired = {"lease_until": now() - timedelta(seconds=1), "alone": True}
    await Prediction.filter(id=lost.id).update(**expired)
    assert lost.id in {row["id"] for row in await expire_leases(1)}
    assert await budget_of(user) == (Decimal("0.2"), 0)


async def test_one_that_was_set_later_counts_what_ends(
    user: User, version: Version, queue: str, price_list: UUID
) -> None:
    await ask(user, version, queue, price_list)
    await put(user, "1")
    await end(queue)
    assert await budget_of(user) == (Decimal("0.1"), 0)
    await ask(user, version, queue, price_list)
    await budgets.remove(f"user:{user.id}", BudgetPeriod.TOTAL)
    await end(queue)
    assert await budgets.list_of([user.id]) == []


@pytest.mark.parametrize("seed", range(8))
async def test_random_lives_add_up(user: User, version: Version, queue: str, price_list: UUID, seed: int) -> None:
    """Create, cancel, fail, retry, lose, share: the fixture adds up, and all of it is settled in the end."""
    rng = random.Random(seed)
    key = uuid4()
    await put(user, "2")
    await put(user, "1", key)
    live: list[UUID] = []
    for _ in range(40):
        act = rng.choice(("ask", "ask", "ask", "cancel", "fail", "succeed", "share", "lose", "hand back"))
        if act == "ask":
            most = Decimal(rng.randint(1, 9)).scaleb(-1)
            chosen = rng.choice((key, None))
            with suppress(BudgetExceededError):
                live.append((await ask(user, version, queue, price_list, most=most, key_id=chosen)).id)
        elif act == "cancel" and live:
            await cancel_prediction(rng.choice(live))
        elif claimed := await claim(queue, uuid4(), 30.0, 1):
            (lease,) = claimed
            metrics: dict[str, Any] = {"predict_seconds": rng.random() * 12}
            if act == "hand back":
                await hand_back(lease)
            elif act == "lose":
                past = {"lease_until": now() - timedelta(seconds=1), "alone": True}
                await Prediction.filter(id=lease.id).update(**past)
                await expire_leases(1)
            else:
                metrics |= {"cached": True} if act == "share" else {}
                failure = Failure(PredictionErrorCode.INTERNAL, "no") if act == "fail" else None
                status = PredictionStatus.FAILED if failure else PredictionStatus.SUCCEEDED
                assert await finish(lease, Result(status, failure=failure, metrics=metrics, environment=CPU))
        for spent_held in [await budget_of(user, number) for number in range(2)]:
            assert min(spent_held) >= 0
        total, of_key = [await budget_of(user, number) for number in range(2)]
        assert sum(total) <= 2
        assert sum(of_key) <= 1
    for prediction_id in live:
        await cancel_prediction(prediction_id)
    assert {(await budget_of(user, number))[1] for number in range(2)} == {Decimal(0)}
    assert await Prediction.filter(user_id=user.id, completed_at=None).count() == 0
