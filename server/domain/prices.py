"""What predictions cost: exact decimals, never floats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from server.domain.models import DeviceClass
from server.errors import Violation

MOST_PRICES = 100
MOST_PRICE = Decimal(1_000_000)
DECIMALS = 12


class PriceUnit(StrEnum):
    """What is counted."""

    SECOND = "SECOND"
    INPUT_TOKEN = "INPUT_TOKEN"  # noqa: S105 - no secret
    OUTPUT_TOKEN = "OUTPUT_TOKEN"  # noqa: S105 - no secret
    PICTURE = "PICTURE"
    MEGAPIXEL_STEP = "MEGAPIXEL_STEP"


@dataclass(frozen=True)
class Price:
    """What one unit costs on a kind of device, of one version or of all."""

    unit: PriceUnit
    amount: Decimal
    device: DeviceClass = DeviceClass.ANY
    version: UUID | None = None

    @classmethod
    def of_row(cls, data: Mapping[str, Any]) -> Self:
        """As a row of a list has it."""
        version = UUID(data["version"]) if data["version"] else None
        return cls(PriceUnit(data["unit"]), Decimal(data["amount"]), DeviceClass(data["device"]), version)

    def row(self) -> dict[str, Any]:
        """What the row of its list has."""
        version = str(self.version) if self.version else None
        return {
            "unit": self.unit.value,
            "amount": decimal_text(self.amount),
            "device": self.device.value,
            "version": version,
        }


@dataclass(frozen=True)
class CostLine:
    """What one unit of a prediction came to: the quantity that was measured by its price."""

    unit: PriceUnit
    quantity: Decimal
    price: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Cost:
    """What a prediction is charged; the amounts of its lines are the amount together, and what is waived.

    More than was held of a budget for it is waived.
    """

    amount: Decimal
    currency: str
    lines: tuple[CostLine, ...] = ()
    waived: Decimal = Decimal(0)

    @classmethod
    def of_charge(cls, charge: Mapping[str, Any]) -> Self:
        """As a line of the ledger has it."""
        lines = tuple(
            CostLine(PriceUnit(line["unit"]), *(Decimal(line[name]) for name in ("quantity", "price", "amount")))
            for line in charge["lines"]
        )
        return cls(Decimal(charge["amount"]), charge["currency"], lines, Decimal(charge.get("waived", 0)))

    def body(self) -> dict[str, Any]:
        """As JSON has it: decimals are texts."""
        return {
            "amount": decimal_text(self.amount),
            "currency": self.currency,
            "lines": [
                {
                    "unit": line.unit.value,
                    "quantity": decimal_text(line.quantity),
                    "price": decimal_text(line.price),
                    "amount": decimal_text(line.amount),
                }
                for line in self.lines
            ],
            "waived": decimal_text(self.waived),
        }


def decimal_text(value: Decimal) -> str:
    """A decimal with all its digits and no more, without an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_amount(value: Decimal, most: Decimal) -> bool:
    """Whether it is a number from 0 to `most` that the ledger can hold exactly."""
    return value.is_finite() and 0 <= value <= most and -int(value.as_tuple().exponent) <= DECIMALS


def price_violations(prices: Sequence[Price]) -> list[Violation]:
    """What is wrong with a list of prices; an empty one is right."""
    if len(prices) > MOST_PRICES:
        return [Violation("/prices", f"A list has at most {MOST_PRICES} prices.", "maxItems")]
    violations = []
    places: set[tuple[PriceUnit, DeviceClass, UUID | None]] = set()
    for index, price in enumerate(prices):
        if not is_amount(price.amount, MOST_PRICE):
            rule = f"A price is 0 to {MOST_PRICE} with at most {DECIMALS} decimals."
            violations.append(Violation(f"/prices/{index}/amount", rule, "range"))
        if (place := (price.unit, price.device, price.version)) in places:
            rule = "A unit has one price for each device and version."
            violations.append(Violation(f"/prices/{index}", rule, "uniqueItems"))
        places.add(place)
    return violations
