"""How much somebody may ask of the API: points of cost within a minute, by user, or by address for strangers."""

from __future__ import annotations

from server.adapters.rate_limiter import Rate, RateState
from server.domain.accounts import Viewer
from server.domain.callers import network_of
from server.errors import RateLimitedError
from server.runtime import Runtime

WINDOW_SECONDS = 60


def rate_of(rt: Runtime, viewer: Viewer) -> tuple[Rate, str] | None:
    """The rate that counts for a viewer, and under which name; None where there is no limit."""
    settings = rt.settings
    if viewer.user_id:
        rate, who = Rate("user", settings.rate_limit_user, WINDOW_SECONDS), str(viewer.user_id)
    else:
        rate, who = Rate("address", settings.rate_limit_address, WINDOW_SECONDS), network_of(viewer.address)
    return (rate, who) if rate.amount else None


async def spend(rt: Runtime, viewer: Viewer, points: int) -> None:
    """Count points of a viewer.

    Raises:
        RateLimitedError: they have too few left; then nothing is counted.
    """
    found = rate_of(rt, viewer)
    if found and (seconds := await rt.limiter.take(*found, cost=points)):
        raise _spent(found[0], seconds)


def check(rt: Runtime, viewer: Viewer) -> None:
    """Count nothing, but let nobody in who is known here to have nothing left; raises RateLimitedError."""
    found = rate_of(rt, viewer)
    if found and (seconds := rt.limiter.spent(*found)):
        raise _spent(found[0], seconds)


def _spent(rate: Rate, seconds: float) -> RateLimitedError:
    message = f"You have spent the {rate.amount} points that a {rate.name} has in {rate.seconds} seconds."
    return RateLimitedError(message, seconds)


async def state(rt: Runtime, viewer: Viewer) -> tuple[Rate, RateState] | None:
    """What a viewer has left; None where there is no limit."""
    found = rate_of(rt, viewer)
    return (found[0], await rt.limiter.state(*found)) if found else None
