"""Purging of shared results."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.errors import ForbiddenError, NotFoundError


@strawberry.input(description="The results to purge.")
class PurgeResultsInput:
    model: str | None = strawberry.field(
        default=None, description="Model as `owner/name`; if unset, the results of all models are purged."
    )


@strawberry.type(description="Purged results: no later prediction reuses them. The predictions themselves stay.")
class PurgedResults:
    count: int = strawberry.field(description="Number of results purged.")


PurgeResultsResult = Annotated[
    PurgedResults | ForbiddenError | NotFoundError,
    strawberry.union("PurgeResultsResult", description="Result of `purgeResults`."),
]
