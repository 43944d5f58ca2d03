"""Headers that tell a client how many points it has left."""

from __future__ import annotations

from collections.abc import Iterable

from graphql import GraphQLError

from graph.context import Context
from server.services import rate_limits


async def rate_headers(context: Context, errors: Iterable[GraphQLError]) -> dict[str, str]:
    """Those of the viewer, and `Retry-After` where something was refused."""
    waits = [int((error.extensions or {}).get("retryAfter", 0)) for error in errors]
    retry = {"retry-after": str(max(waits))} if any(waits) else {}
    left = context.left or await rate_limits.state(context.rt, context.viewer)
    return {**rate_limits.headers(left), **retry}
