"""Budgets: what predictions may cost in a time, and the most that one of them may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal, localcontext
from enum import StrEnum
from typing import Any

import orjson

from server.domain.models import DeviceClass
from server.domain.prices import DECIMALS, Price, PriceUnit

MOST_AMOUNT = Decimal(1_000_000_000)
MOST_HELD = Decimal(10) ** 15
TEMPLATE_TOKENS = 1024
"""What a model's template may add to a prompt."""
USUAL_PIXELS = 1024 * 1024
USUAL_STEPS = 100


class BudgetPeriod(StrEnum):
    """For how long a budget is."""

    MONTH = "MONTH"
    TOTAL = "TOTAL"


@dataclass(frozen=True)
class RunBounds:
    """How much a run may take: seconds, new tokens of each text."""

    seconds: float
    new_tokens: int


def most_quantities(values: Mapping[str, Any], bounds: RunBounds) -> dict[PriceUnit, Decimal]:
    """How much a prediction may use at most, by its complete input.

    A token is a byte at least. What an input does not say, such as the size of a picture, is taken for a usual one.
    """
    count = _whole(values.get("num_images"), 1) * _whole(values.get("n"), 1)
    pixels = _whole(values.get("width"), 0) * _whole(values.get("height"), 0) or USUAL_PIXELS
    steps = _whole(values.get("steps"), USUAL_STEPS)
    new_tokens = _whole(values.get("max_new_tokens"), bounds.new_tokens)
    return {
        PriceUnit.SECOND: Decimal(str(bounds.seconds)),
        PriceUnit.INPUT_TOKEN: Decimal(len(orjson.dumps(values, default=str)) + TEMPLATE_TOKENS),
        PriceUnit.OUTPUT_TOKEN: Decimal(new_tokens * count),
        PriceUnit.PICTURE: Decimal(count),
        PriceUnit.MEGAPIXEL_STEP: Decimal(pixels * count * steps) / 1_000_000,
    }


def nearest_prices(prices: Iterable[Price], version: object, device: DeviceClass) -> dict[PriceUnit, Decimal]:
    """What each unit costs of a version on a kind of device: the price of the version before one of all, and of the
    device before one of any."""
    best: dict[PriceUnit, tuple[tuple[bool, bool], Decimal]] = {}
    for price in prices:
        if price.version not in (None, version) or price.device not in (DeviceClass.ANY, device):
            continue
        rank = (price.version is not None, price.device is not DeviceClass.ANY)
        if price.unit not in best or rank > best[price.unit][0]:
            best[price.unit] = (rank, price.amount)
    return {unit: amount for unit, (_, amount) in best.items()}


def most_amount(
    prices: Iterable[Price], version: object, device: DeviceClass, quantities: Mapping[PriceUnit, Decimal]
) -> Decimal:
    """The most that a prediction may cost, on the dearest kind of device where any may run it."""
    listed = list(prices)
    devices = [device] if device is not DeviceClass.ANY else list(DeviceClass)
    with localcontext(prec=60):
        most = max(
            sum((quantities[unit] * each for unit, each in nearest_prices(listed, version, kind).items()), Decimal(0))
            for kind in devices
        )
        return min(most, MOST_HELD).quantize(Decimal(1).scaleb(-DECIMALS), ROUND_UP)


def _whole(value: object, usual: int) -> int:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return min(int(value), 1_000_000) if is_count else usual  # type: ignore[call-overload]
