"""Prices, what sets them, and what predictions cost by them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

import strawberry

from graph.context import Info
from graph.types.enums import DeviceClass, PriceUnit
from graph.types.errors import ForbiddenError, InvalidInput
from graph.types.models import ModelVersion
from graph.types.scalars import Money
from server.domain import prices as domain
from server.domain.prices import DECIMALS, MOST_PRICE, MOST_PRICES
from server.queue.prices import PriceListing
from server.services.prices import NewPrices


@strawberry.type(description="What one unit costs.")
class Price:
    row: strawberry.Private[domain.Price]

    unit: PriceUnit = strawberry.field(description="What is counted.")
    amount: Money = strawberry.field(description="Price of one, in the currency of the list.")
    device: DeviceClass = strawberry.field(description="Kind of device that it is for.")

    @strawberry.field(description="Version that it is for; null for all that have no price of their own.")
    async def version(self, info: Info) -> ModelVersion | None:
        row = await info.context.loaders.versions.load(self.row.version) if self.row.version else None
        return ModelVersion.of(row) if row else None

    @classmethod
    def of(cls, price: domain.Price) -> Self:
        return cls(row=price, unit=price.unit, amount=Money(price.amount), device=price.device)


@strawberry.type(
    description="What predictions cost that are accepted while it holds, whenever they end. Of the prices of one unit "
    "the nearest counts: of the version before of all, of the kind of device before of any."
)
class PriceList:
    currency: str = strawberry.field(description="Currency of all amounts (ISO 4217).")
    charges_failed: bool = strawberry.field(description="Whether what ran is charged where the prediction failed.")
    charges_canceled: bool = strawberry.field(
        description="Whether what ran is charged where the prediction was canceled."
    )
    prices: list[Price] = strawberry.field(description="The prices, without those of versions that you cannot see.")
    created_at: datetime = strawberry.field(description="Time since which it holds.")

    @classmethod
    def of(cls, listing: PriceListing) -> Self:
        return cls(
            currency=listing.currency,
            charges_failed=listing.charges_failed,
            charges_canceled=listing.charges_canceled,
            prices=[Price.of(price) for price in listing.prices],
            created_at=listing.created_at,
        )


@strawberry.type(description="What one unit of a prediction came to.")
class CostLine:
    unit: PriceUnit = strawberry.field(description="What was counted.")
    quantity: Money = strawberry.field(description="How much of it was measured.")
    price: Money = strawberry.field(description="Price of one.")
    amount: Money = strawberry.field(description="The quantity by its price.")


@strawberry.type(description="What a prediction is charged.")
class Cost:
    amount: Money = strawberry.field(
        description="The amounts of all lines together, without what is waived; 0 where nothing is charged."
    )
    waived: Money = strawberry.field(description="What is more than was held of a budget for it, and is not charged.")
    currency: str = strawberry.field(description="Currency (ISO 4217).")
    lines: list[CostLine] = strawberry.field(description="What it is made of.")

    @classmethod
    def of(cls, cost: domain.Cost) -> Self:
        lines = [
            CostLine(unit=line.unit, quantity=Money(line.quantity), price=Money(line.price), amount=Money(line.amount))
            for line in cost.lines
        ]
        return cls(amount=Money(cost.amount), waived=Money(cost.waived), currency=cost.currency, lines=lines)


@strawberry.type(description="What several predictions are charged together.")
class CostSum:
    amount: Money = strawberry.field(description="The amount.")
    currency: str = strawberry.field(description="Currency (ISO 4217).")


@strawberry.type(description="What a prediction may cost.")
class CostEstimate:
    most: Money = strawberry.field(
        description="The most that it may cost, which budgets hold for it: by the longest run and the longest output."
    )
    currency: str = strawberry.field(description="Currency (ISO 4217).")


@strawberry.input(description="What one unit shall cost.")
class PriceInput:
    unit: PriceUnit = strawberry.field(description="What is counted.")
    amount: Money = strawberry.field(
        description=f"Price of one, 0 to {MOST_PRICE} with at most {DECIMALS} decimals, in the server's currency."
    )
    device: DeviceClass = strawberry.field(
        default=DeviceClass.ANY, description="Kind of device that it is for; where it ran elsewhere, it does not count."
    )
    version: str | None = strawberry.field(
        default=None, description="Version that it is for, as `owner/name:number`; left out, all."
    )

    def price(self) -> domain.Price:
        return domain.Price(self.unit, self.amount, self.device)


@strawberry.input(description="The prices to hold from now on, in place of all that held before.")
class SetPricesInput:
    prices: list[PriceInput] = strawberry.field(
        description=f"Up to {MOST_PRICES} prices; with none at all, nothing costs anything."
    )
    charges_failed: bool = strawberry.field(
        default=False, description="Charge what ran of predictions that failed; what never ran is free."
    )
    charges_canceled: bool = strawberry.field(
        default=True, description="Charge what ran of predictions that were canceled; what never ran is free."
    )

    def new(self) -> NewPrices:
        prices = [(price.price(), price.version) for price in self.prices]
        return NewPrices(prices, self.charges_failed, self.charges_canceled)


SetPricesResult = Annotated[
    PriceList | InvalidInput | ForbiddenError,
    strawberry.union("SetPricesResult", description="Result of `setPrices`."),
]
