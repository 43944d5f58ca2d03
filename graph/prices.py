"""Resolvers of prices."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.predictions import CreatePredictionInput
from graph.types.prices import CostEstimate, PriceList, SetPricesInput, SetPricesResult
from graph.types.scalars import Money
from server.services import predictions, prices


@strawberry.type
class PriceQuery:
    @strawberry.field(description="What predictions cost that are accepted now; null if they cost nothing.")
    async def prices(self, info: Info) -> PriceList | None:
        listing = await prices.find(info.context.rt, info.context.viewer)
        return PriceList.of(listing) if listing else None

    @strawberry.field(
        description="What a prediction may cost, without running it; null if it costs nothing. An input that would be "
        "refused is an error here too."
    )
    async def estimate_cost(
        self,
        info: Info,
        input: Annotated[CreatePredictionInput, strawberry.argument(description="The prediction.")],  # noqa: A002
    ) -> CostEstimate | None:
        context = info.context
        estimate = await predictions.estimate_cost(context.rt, context.viewer, input.new(""))
        return CostEstimate(most=Money(estimate[0]), currency=estimate[1]) if estimate else None


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
