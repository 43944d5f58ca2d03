"""How often strangers may try things: signing in, registering, running models without an account."""

from __future__ import annotations

import math

from server.adapters.rate_limiter import Rate
from server.adapters.security import fingerprint
from server.domain.accounts import Viewer
from server.domain.callers import network_of
from server.errors import RateLimitedError
from server.runtime import Runtime

MINUTE, HOUR = 60, 3600


async def sign_in(rt: Runtime, viewer: Viewer, email: str) -> None:
    """Count a try of a password, for the account and for the address, whether that account exists or not.

    Raises:
        RateLimitedError: there were too many; the password is then not even looked at.
    """
    await _take(rt, _by_address(rt), network_of(viewer.address), "sign-ins from your address")
    await _take(rt, _by_account(rt), fingerprint(email), "sign-ins to this account")


async def signed_in(rt: Runtime, email: str) -> None:
    """Let an account begin anew after the right password; its address does not, or one account would free all."""
    await rt.limiter.forget(_by_account(rt), fingerprint(email))


async def registration(rt: Runtime, viewer: Viewer) -> None:
    """Count a registration; raises RateLimitedError."""
    rate = Rate("registration", rt.settings.registrations_per_hour, HOUR)
    await _take(rt, rate, network_of(viewer.address), "registrations from your address")


async def anonymous_prediction(rt: Runtime, viewer: Viewer) -> None:
    """Count a prediction of nobody; raises RateLimitedError."""
    rate = Rate("anonymous-prediction", rt.settings.anonymous_predictions_per_minute, MINUTE)
    await _take(rt, rate, network_of(viewer.address), "predictions without an account from your address")


def _by_account(rt: Runtime) -> Rate:
    return Rate("login-account", rt.settings.login_account_per_minute, MINUTE)


def _by_address(rt: Runtime) -> Rate:
    return Rate("login-address", rt.settings.login_address_per_minute, MINUTE)


async def _take(rt: Runtime, rate: Rate, who: str, what: str) -> None:
    if wait := await rt.limiter.take(rate, who):
        raise RateLimitedError(f"Too many {what}; try again in {math.ceil(wait)} s.", wait)
