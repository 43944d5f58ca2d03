"""What purging results answers."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.errors import ForbiddenError, NotFoundError


@strawberry.input(description="Which results to forget.")
class PurgeResultsInput:
    """Which results to forget."""

    model: str | None = strawberry.field(default=None, description="Those of one model, owner/name; else all.")


@strawberry.type(description="Results that no prediction takes any more; the predictions that made them stay.")
class PurgedResults:
    """Results that no prediction takes any more."""

    count: int = strawberry.field(description="How many.")


PurgeResultsResult = Annotated[
    PurgedResults | ForbiddenError | NotFoundError,
    strawberry.union("PurgeResultsResult", description="What purging results ends in."),
]
