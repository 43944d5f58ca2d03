"""The caller's rate limit."""

from __future__ import annotations

from datetime import datetime

import strawberry


@strawberry.type(
    description="How many points the caller may spend; `extensions.cost` of a response is what its operation cost."
)
class RateLimit:
    limit: int = strawberry.field(description="Points per window.")
    remaining: int = strawberry.field(description="Points left.")
    reset_at: datetime = strawberry.field(description="Time when all points are available again.")
    seconds: int = strawberry.field(description="Length of the sliding window in seconds.")
