"""Resolvers of prices."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.prices import PriceList, SetPricesInput, SetPricesResult
from server.services import prices


@strawberry.type
class PriceQuery:
    @strawberry.field(description="What predictions cost that are accepted now; null if they cost nothing.")
    async def prices(self, info: Info) -> PriceList | None:
        listing = await prices.find(info.context.rt, info.context.viewer)
        return PriceList.of(listing) if listing else None


@strawberry.type
class PriceMutation:
    @strawberry.mutation(
        description="Set what predictions cost that are accepted from now on; what was accepted before is charged by "
        "the prices of then. Administrators only."
    )
    async def set_prices(
        self,
        info: Info,
        input: Annotated[SetPricesInput, strawberry.argument(description="The prices.")],  # noqa: A002
    ) -> SetPricesResult:
        context = info.context
        return PriceList.of(await prices.set_prices(context.rt, context.viewer, input.new()))
