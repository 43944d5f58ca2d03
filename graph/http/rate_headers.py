"""Headers that tell a client how many points it has left (draft-ietf-httpapi-ratelimit-headers)."""

from __future__ import annotations

import math
from collections.abc import Iterable

from graphql import GraphQLError

from graph.context import Context
from server.services import rate_limits


async def rate_headers(context: Context, errors: Iterable[GraphQLError]) -> dict[str, str]:
    """`RateLimit-Policy` and `RateLimit`, and `Retry-After` where something was refused."""
    waits = [int((error.extensions or {}).get("retryAfter", 0)) for error in errors]
    retry = {"retry-after": str(max(waits))} if any(waits) else {}
    if (limit := await rate_limits.state(context.rt, context.viewer)) is None:
        return retry
    rate, state = limit
    return {
        "ratelimit-policy": f'"{rate.name}";q={rate.amount};w={rate.seconds}',
        "ratelimit": f'"{rate.name}";r={state.remaining};t={math.ceil(state.reset_seconds)}',
        **retry,
    }
