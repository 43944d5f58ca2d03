"""What predictions are charged when they end: by the prices that held when they were accepted, exactly."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from tortoise.transactions import in_transaction

from server.adapters.database import from_json, now, rows
from server.domain.lineage import Environment
from server.domain.models import DeviceClass
from server.domain.predictions import Failure, PredictionErrorCode, PredictionStatus
from server.domain.prices import Cost, Price, PriceUnit
from server.queue import prices
from server.queue.cancel import cancel_prediction
from server.queue.claim import claim
from server.queue.finish import Result, finish, hand_back
from server.queue.recover import expire_leases
from server.tables import Prediction, Usage, Version
from tests.integration.queue.store import add

MEASURED = {"predict_seconds": 0.1, "input_tokens": 7, "output_tokens": 3}
CPU = Environment(device="cpu")
SECOND = Price(PriceUnit.SECOND, Decimal("0.1"))
OUTPUT = Price(PriceUnit.OUTPUT_TOKEN, Decimal("0.000001"))
PICTURE = {"key": "k", "contentType": "image/png", "bytes": 1, "width": 1000, "height": 500, "sha256": "0"}


async def hold(*listed: Price, currency: str = "EUR", **rules: bool) -> UUID:
    """A price list that holds from now on."""
    charges = {"charges_failed": False, "charges_canceled": True} | rules
    async with in_transaction():
        _, listing = await prices.add(currency, listed, **charges)
    return listing.id


async def run(version: Version, queue: str, price_list: UUID | None, status: PredictionStatus, **changes: Any) -> Usage:
    """The line in the ledger of a prediction that ran."""
    await add(version, queue, price_list_id=price_list)
    (lease,) = await claim(queue, uuid4(), 30.0, 1)
    failure = Failure(PredictionErrorCode.INPUT_REJECTED, "no") if status is PredictionStatus.FAILED else None
    given: dict[str, Any] = {"failure": failure, "metrics": MEASURED, "environment": CPU} | changes
    assert await finish(lease, Result(status, **given))
    return await Usage.get(prediction_id=lease.id)


async def test_without_prices_nothing_is_charged(version: Version, queue: str) -> None:
    line = await run(version, queue, None, PredictionStatus.SUCCEEDED)
    assert (line.amount, line.charge) == (None, None)
    row = await Prediction.get(id=line.prediction_id)
    assert (line.model_id, line.key_id) == (row.model_id, None)
    assert await prices.cost_of(row) is None
    assert await prices.costs_of([row.id]) == {}


async def test_a_charge_is_exact_and_names_its_list(version: Version, queue: str) -> None:
    listed = await hold(SECOND, OUTPUT)
    line = await run(version, queue, listed, PredictionStatus.SUCCEEDED)
    assert line.amount == Decimal("0.010003")
    assert line.charge["list"] == str(listed)
    cost = await prices.cost_of(await Prediction.get(id=line.prediction_id))
    assert cost is not None
    assert (cost.amount, cost.currency) == (line.amount, "EUR")
    parts = {part.unit: (part.quantity, part.amount) for part in cost.lines}
    assert parts == {
        PriceUnit.SECOND: (Decimal("0.1"), Decimal("0.01")),
        PriceUnit.OUTPUT_TOKEN: (3, Decimal("0.000003")),
    }
    assert sum(part.amount for part in cost.lines) == cost.amount


async def test_the_list_that_the_row_names_counts_whatever_held_since(version: Version, queue: str) -> None:
    former = await hold(SECOND)
    latter = await hold(Price(PriceUnit.SECOND, Decimal(50)))
    assert (await run(version, queue, former, PredictionStatus.SUCCEEDED)).amount == Decimal("0.01")
    assert (await run(version, queue, latter, PredictionStatus.SUCCEEDED)).amount == 5


async def test_the_nearest_price_counts(version: Version, queue: str) -> None:
    amounts = [(DeviceClass.ANY, None, 1), (DeviceClass.CPU, None, 2), (DeviceClass.CUDA, None, 3),
               (DeviceClass.ANY, version.id, 4), (DeviceClass.CUDA, version.id, 5)]  # fmt: skip
    listed = await hold(*(Price(PriceUnit.INPUT_TOKEN, Decimal(amount), device, of) for device, of, amount in amounts))
    assert (await run(version, queue, listed, PredictionStatus.SUCCEEDED)).amount == 28
    on_cuda = Environment(device="cuda")
    assert (await run(version, queue, listed, PredictionStatus.SUCCEEDED, environment=on_cuda)).amount == 35
    general = await hold(*(Price(PriceUnit.INPUT_TOKEN, Decimal(amount), device) for device, _, amount in amounts[:3]))
    assert (await run(version, queue, general, PredictionStatus.SUCCEEDED, environment=on_cuda)).amount == 21
    assert (await run(version, queue, general, PredictionStatus.SUCCEEDED, environment=None)).amount == 7


async def test_pictures_are_counted_and_their_pixels(version: Version, queue: str) -> None:
    listed = await hold(Price(PriceUnit.PICTURE, Decimal("0.5")), Price(PriceUnit.MEGAPIXEL_STEP, Decimal(2)))
    files = [PICTURE, PICTURE, {**PICTURE, "contentType": "audio/wav", "width": None, "height": None}]
    line = await run(version, queue, listed, PredictionStatus.SUCCEEDED, files=files, metrics={"steps": 4})
    assert line.amount == 1 + 8


@pytest.mark.parametrize(
    ("status", "rules", "is_charged"),
    [
        (PredictionStatus.FAILED, {}, False),
        (PredictionStatus.FAILED, {"charges_failed": True}, True),
        (PredictionStatus.CANCELED, {}, True),
        (PredictionStatus.CANCELED, {"charges_canceled": False}, False),
    ],
)
async def test_what_failed_or_was_canceled_is_charged_by_rule(
    version: Version, queue: str, status: PredictionStatus, rules: dict[str, bool], is_charged: bool
) -> None:
    line = await run(version, queue, await hold(SECOND, **rules), status)
    assert (line.amount is not None) == is_charged
    cost = await prices.cost_of(await Prediction.get(id=line.prediction_id))
    assert cost == (
        Cost(Decimal("0.010000000000"), "EUR", cost.lines) if is_charged and cost else Cost(Decimal(0), "EUR")
    )


async def test_what_never_ran_is_free(version: Version, queue: str) -> None:
    row = await add(version, queue, price_list_id=await hold(SECOND, charges_failed=True), key_id=(key := uuid4()))
    assert await cancel_prediction(row.id)
    line = await Usage.get(prediction_id=row.id)
    assert (line.amount, line.charge, line.model_id, line.key_id) == (None, None, row.model_id, key)
    assert await prices.cost_of(await Prediction.get(id=row.id)) == Cost(Decimal(0), "EUR")


async def test_only_the_attempt_that_ended_is_charged(version: Version, queue: str) -> None:
    await add(version, queue, price_list_id=await hold(SECOND))
    (lost,) = await claim(queue, uuid4(), 30.0, 1)
    assert await hand_back(lost)
    (lease,) = await claim(queue, uuid4(), 30.0, 1)
    result = Result(PredictionStatus.SUCCEEDED, metrics=MEASURED, environment=CPU)
    assert not await finish(lost, replace(result, metrics={"predict_seconds": 900.0}))
    assert await finish(lease, result)
    assert await finish(lease, result), "the reply was lost"
    assert [line.amount for line in await Usage.filter(prediction_id=lease.id)] == [Decimal("0.01")]


async def test_a_lost_worker_costs_nothing(version: Version, queue: str) -> None:
    listed = await hold(SECOND, charges_failed=True)
    ago = now() - timedelta(seconds=1)
    row = await add(version, queue, status="processing", price_list_id=listed, alone=True, lease_until=ago)
    assert row.id in {each["id"] for each in await expire_leases(1)}
    assert (await Prediction.get(id=row.id)).error_code == "WORKER_LOST"
    assert (await Usage.get(prediction_id=row.id)).amount is None


async def test_shared_results_are_free_and_what_a_model_calls_so_is_not(version: Version, queue: str) -> None:
    listed = await hold(SECOND)
    shared = {**MEASURED, "cached": True}
    assert (await run(version, queue, listed, PredictionStatus.SUCCEEDED, metrics=shared)).amount is None
    for own in ({"cached": 1.0}, {"custom": {"cached": 1.0}}):
        line = await run(version, queue, listed, PredictionStatus.SUCCEEDED, metrics={**MEASURED, **own})
        assert line.amount == Decimal("0.01")


@pytest.mark.parametrize("odd", [-5, "many", 1e300, None, {"a": 1}, True, [], 0.5])
async def test_whatever_a_model_reports_its_prediction_ends(version: Version, queue: str, odd: object) -> None:
    listed = await hold(SECOND, *(Price(unit, Decimal(1_000_000)) for unit in PriceUnit if unit is not SECOND.unit))
    files = [{**PICTURE, "width": odd, "height": odd}, {**PICTURE, "contentType": odd}]
    metrics = {"steps": odd, "predict_seconds": 1.0, "input_tokens": -4, "output_tokens": 2**31 - 1}
    line = await run(version, queue, listed, PredictionStatus.SUCCEEDED, files=files, metrics=metrics)
    assert line.amount is not None
    assert line.amount >= (2**31 - 1) * 1_000_000


@pytest.mark.parametrize(
    "listed", ["{}", "[1]", '[{"unit": "SECOND", "amount": "x", "device": "ANY", "version": null}]']
)
async def test_a_broken_price_list_keeps_nothing_from_ending(version: Version, queue: str, listed: str) -> None:
    price_list = await hold(SECOND)
    await rows("UPDATE price_list SET prices = $2::jsonb WHERE id = $1 RETURNING id", price_list, listed)
    assert (await run(version, queue, price_list, PredictionStatus.SUCCEEDED)).amount is None
    assert (await run(version, queue, uuid4(), PredictionStatus.SUCCEEDED)).amount is None
    await rows("DELETE FROM price_list WHERE id = $1 RETURNING id", price_list)


async def test_the_newest_list_of_a_currency_holds(version: Version) -> None:
    first, other = await hold(SECOND, currency="AAA"), await hold(OUTPUT, currency="BBB")
    listing = await prices.read("AAA")
    assert listing is not None
    assert (listing.id, listing.prices) == (first, (SECOND,))
    lists = await asyncio.gather(*(hold(Price(PriceUnit.SECOND, Decimal(n)), currency="AAA") for n in range(10)))
    newest = await prices.read("AAA")
    assert newest is not None
    assert newest.id in lists
    (row,) = await rows("SELECT prices, created_at FROM price_list WHERE id = $1", newest.id)
    assert from_json(row["prices"]) == [newest.prices[0].row()]
    assert row["created_at"] > listing.created_at
    assert (await prices.read("BBB")).id == other  # type: ignore[union-attr]
    assert await prices.read("ZZZ") is None
