"""Resolvers of shared results."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.results import PurgedResults, PurgeResultsInput, PurgeResultsResult
from server.services import results


@strawberry.type
class ResultMutation:
    @strawberry.mutation(description="Purge results, so that later predictions do not reuse them; administrators only.")
    async def purge_results(
        self,
        info: Info,
        input: Annotated[PurgeResultsInput, strawberry.argument(description="The results to purge.")],  # noqa: A002
    ) -> PurgeResultsResult:
        return PurgedResults(count=await results.purge(info.context.viewer, input.model))
