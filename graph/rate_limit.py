"""Resolver of what the caller has left of their rate."""

from __future__ import annotations

from datetime import timedelta

import strawberry

from graph.context import Info
from graph.types.rate_limit import RateLimit
from server.adapters.database import now
from server.services import rate_limits


@strawberry.type
class RateLimitQuery:
    """Queries of the caller's rate."""

    @strawberry.field(description="What you may still ask for in this minute; null where there is no limit.")
    async def rate_limit(self, info: Info) -> RateLimit | None:
        """What is left of the caller's rate."""
        found = await rate_limits.state(info.context.rt, info.context.viewer)
        if found is None:
            return None
        rate, state = found
        reset_at = now() + timedelta(seconds=state.reset_seconds)
        return RateLimit(limit=state.limit, remaining=state.remaining, reset_at=reset_at, seconds=rate.seconds)
