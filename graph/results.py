"""Resolvers of shared results."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.results import PurgedResults, PurgeResultsInput, PurgeResultsResult
from server.services import results


@strawberry.type
class ResultMutation:
    """Mutations of shared results."""

    @strawberry.mutation(description="Let no prediction take the result of an earlier one; for admins.")
    async def purge_results(
        self,
        info: Info,
        input: Annotated[PurgeResultsInput, strawberry.argument(description="Which ones.")],  # noqa: A002
    ) -> PurgeResultsResult:
        """Forget results."""
        return PurgedResults(count=await results.purge(info.context.viewer, input.model))
