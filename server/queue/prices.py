"""Price lists, and what the ledger says of predictions that were charged by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from server.adapters.batches import Batches
from server.adapters.database import from_json, rows, to_json
from server.domain.prices import Cost, Price
from server.errors import BadUserInputError
from server.tables import Prediction


@dataclass(frozen=True)
class PriceListing:
    """A price list; `charges_failed` and `charges_canceled`: what of these ran is charged."""

    id: UUID
    currency: str
    prices: tuple[Price, ...]
    charges_failed: bool
    charges_canceled: bool
    created_at: Any


async def read(currency: str) -> PriceListing | None:
    """The list that holds, if there ever was one."""
    return _listing(await rows(_NEWEST, currency))


async def find(price_list_id: UUID) -> PriceListing | None:
    """A list by its id."""
    return _listing(await rows(_BY_ID, price_list_id))


async def add(
    currency: str, prices: Sequence[Price], *, charges_failed: bool, charges_canceled: bool
) -> tuple[PriceListing | None, PriceListing]:
    """Make a list hold from now on, within a transaction of the caller's; the one before it, and it."""
    # One after the other, so that the newest is the one that was committed last
    await rows("SELECT pg_advisory_xact_lock(hashtext('price_list'))")
    former = await read(currency)
    data = to_json([price.row() for price in prices])
    added = _listing(await rows(_ADD, uuid4(), currency, charges_failed, charges_canceled, data))
    if added is None:
        raise BadUserInputError("The prices were not stored.")
    return former, added


async def costs_of_batches(batch_ids: Sequence[UUID]) -> dict[UUID, Cost]:
    """What the items of batches are charged together, those that were deleted included; without prices missing."""
    return {row["id"]: Cost(row["amount"], row["currency"]) for row in await rows(_COSTS_OF_BATCHES, list(batch_ids))}


async def costs_of(prediction_ids: Sequence[UUID]) -> dict[UUID, Cost]:
    """What predictions are charged that have ended and were accepted while prices held; others are missing."""
    return {
        row["prediction_id"]: Cost.of_charge(charge) if (charge := from_json(row["charge"])) else _free(row["currency"])
        for row in await rows(_COSTS, list(prediction_ids))
    }


async def cost_of(row: Prediction) -> Cost | None:
    """What a prediction is charged, once it has ended; None where no prices held when it was accepted."""
    if row.price_list_id is None or row.completed_at is None:
        return None
    return await _COST.ask(row.id)


def _free(currency: str) -> Cost:
    return Cost.of_charge({"amount": "0", "currency": currency, "lines": []})


def _listing(records: list[dict[str, Any]]) -> PriceListing | None:
    for row in records:
        prices = tuple(Price.of_row(each) for each in from_json(row["prices"]))
        rules = (row["charges_failed"], row["charges_canceled"])
        return PriceListing(row["id"], row["currency"], prices, *rules, row["created_at"])
    return None


async def _read_costs(prediction_ids: Sequence[UUID]) -> list[Cost | None]:
    costs = await costs_of(list(dict.fromkeys(prediction_ids)))
    return [costs.get(prediction_id) for prediction_id in prediction_ids]


_COLUMNS = "id, currency, charges_failed, charges_canceled, prices, created_at"
_NEWEST = f"SELECT {_COLUMNS} FROM price_list WHERE currency = $1 ORDER BY created_at DESC, id DESC LIMIT 1"  # noqa: S608 - constants only
_BY_ID = f"SELECT {_COLUMNS} FROM price_list WHERE id = $1"  # noqa: S608 - constants only
# By the clock of now, not of the transaction's begin, which may lie before the list that it waited for
_ADD = f"""
INSERT INTO price_list (id, currency, charges_failed, charges_canceled, prices, created_at)
VALUES ($1, $2, $3, $4, $5::jsonb, clock_timestamp()) RETURNING {_COLUMNS}
"""  # noqa: S608 - constants only
_COSTS_OF_BATCHES = """
SELECT b.id, l.currency, b.amount FROM batch b JOIN price_list l ON l.id = b.price_list_id WHERE b.id = ANY($1::uuid[])
"""
_COSTS = """
SELECT u.prediction_id, u.charge, l.currency
FROM usage u JOIN price_list l ON l.id = u.price_list_id
WHERE u.prediction_id = ANY($1::uuid[])
"""
_COST: Batches[UUID, Cost | None] = Batches(_read_costs)
