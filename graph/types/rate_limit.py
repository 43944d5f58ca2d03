"""The rate of the caller."""

from __future__ import annotations

from datetime import datetime

import strawberry


@strawberry.type(description="How many points the caller may spend; `extensions.cost` tells what an operation costs.")
class RateLimit:
    """How many points the caller may spend."""

    limit: int = strawberry.field(description="Points within the window.")
    remaining: int = strawberry.field(description="Points that are left.")
    reset_at: datetime = strawberry.field(description="When all of them are there again.")
    seconds: int = strawberry.field(description="Length of the sliding window.")
