"""Resolver of the caller's rate limit."""

from __future__ import annotations

from datetime import timedelta

import strawberry

from graph.context import Info
from graph.types.rate_limits import RateLimit
from server.adapters.database import now
from server.services import rate_limits


@strawberry.type
class RateLimitQuery:
    @strawberry.field(description="Points that you have left in this minute; null if there is no limit.")
    async def rate_limit(self, info: Info) -> RateLimit | None:
        if (limit := await rate_limits.state(info.context.rt, info.context.viewer)) is None:
            return None
        rate, state = limit
        reset_at = now() + timedelta(seconds=state.reset_seconds)
        return RateLimit(limit=state.limit, remaining=state.remaining, reset_at=reset_at, seconds=rate.seconds)
