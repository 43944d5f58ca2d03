"""How much a caller may do: points of cost a minute for the whole API, and tries of what needs no account."""

from __future__ import annotations

import math
from uuid import UUID

from server.adapters.rate_limiter import Rate, RateState
from server.adapters.security import fingerprint
from server.domain.accounts import Viewer
from server.domain.callers import network_of
from server.errors import RateLimitedError
from server.runtime import Runtime

MINUTE, HOUR = 60, 3600
# A rate, and what of it is left
Points = tuple[Rate, RateState]


async def spend(rt: Runtime, viewer: Viewer, points: int) -> Points | None:
    """Count points of cost; what is left then, None where there is no limit.

    Raises:
        RateLimitedError: the viewer has too few left; then nothing is counted.
    """
    rate, caller = _points(rt, viewer)
    if not rate.amount:
        return None
    seconds, left = await rt.limiter.spend(rate, caller, points)
    if seconds:
        raise _no_points(rate, seconds)
    return rate, left


def check(rt: Runtime, viewer: Viewer) -> None:
    """Refuse a viewer whom this process knows to have no points left, without counting; raises RateLimitedError."""
    rate, caller = _points(rt, viewer)
    if seconds := rt.limiter.spent(rate, caller):
        raise _no_points(rate, seconds)


async def state(rt: Runtime, viewer: Viewer) -> Points | None:
    """How many points a viewer has left; None where there is no limit."""
    rate, caller = _points(rt, viewer)
    return (rate, await rt.limiter.state(rate, caller)) if rate.amount else None


def headers(points: Points | None) -> dict[str, str]:
    """`RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers); none where there is no limit."""
    if points is None:
        return {}
    rate, left = points
    return {
        "ratelimit-policy": f'"{rate.name}";q={rate.amount};w={rate.seconds}',
        "ratelimit": f'"{rate.name}";r={left.remaining};t={math.ceil(left.reset_seconds)}',
    }


def _points(rt: Runtime, viewer: Viewer) -> tuple[Rate, str]:
    if viewer.user_id:
        return Rate("user", rt.settings.rate_limit_user, MINUTE), str(viewer.user_id)
    return Rate("address", rt.settings.rate_limit_address, MINUTE), network_of(viewer.address)


def _no_points(rate: Rate, seconds: float) -> RateLimitedError:
    message = f"You have spent the {rate.amount} points that a {rate.name} has in {rate.seconds} seconds."
    return RateLimitedError(message, seconds)


async def count_sign_in(rt: Runtime, viewer: Viewer, email: str) -> None:
    """Count a try of a password, for the account and for the address, whether that account exists or not.

    Raises:
        RateLimitedError: there were too many; the password is then not even looked at.
    """
    by_address = Rate("login-address", rt.settings.login_address_per_minute, MINUTE)
    await _count(rt, by_address, network_of(viewer.address), "sign-ins from your address")
    await _count(rt, _sign_ins_to_account(rt), fingerprint(email), "sign-ins to this account")


async def forget_sign_ins(rt: Runtime, email: str) -> None:
    """Let an account begin anew after the right password; its address does not, or one account would free all."""
    await rt.limiter.forget(_sign_ins_to_account(rt), fingerprint(email))


async def count_link(rt: Runtime, viewer: Viewer) -> None:
    """Count a try of a link's or a sign-in's token, for the address alone; raises RateLimitedError."""
    by_address = Rate("login-address", rt.settings.login_address_per_minute, MINUTE)
    await _count(rt, by_address, network_of(viewer.address), "sign-ins from your address")


async def count_password_reset(rt: Runtime, viewer: Viewer, email: str) -> None:
    """Count that a reset of a password was asked for, whether that account exists or not; raises RateLimitedError."""
    settings = rt.settings
    by_address = Rate("password-reset-address", settings.password_resets_address_per_hour, HOUR)
    await _count(rt, by_address, network_of(viewer.address), "password resets from your address")
    by_email = Rate("password-reset", settings.password_resets_per_hour, HOUR)
    await _count(rt, by_email, fingerprint(email), "password resets for this e-mail address")


async def count_registration(rt: Runtime, viewer: Viewer) -> None:
    """Count a registration; raises RateLimitedError."""
    rate = Rate("registration", rt.settings.registrations_per_hour, HOUR)
    await _count(rt, rate, network_of(viewer.address), "registrations from your address")


async def count_anonymous_prediction(rt: Runtime, viewer: Viewer) -> None:
    """Count an anonymous prediction; raises RateLimitedError."""
    rate = Rate("anonymous-prediction", rt.settings.anonymous_predictions_per_minute, MINUTE)
    await _count(rt, rate, network_of(viewer.address), "predictions without an account from your address")


async def count_model_report(rt: Runtime, viewer: Viewer) -> None:
    """Count a report of a model; raises RateLimitedError."""
    rate = Rate("model-report", rt.settings.model_reports_per_hour, HOUR)
    await _count(rt, rate, str(viewer.user_id), "reports of models")


async def count_redelivery(rt: Runtime, viewer: Viewer) -> None:
    """Count a delivery that is to be sent again; raises RateLimitedError."""
    rate = Rate("redelivery", rt.settings.redeliveries_per_minute, MINUTE)
    await _count(rt, rate, str(viewer.user_id), "redeliveries")


async def pace_webhook(rt: Runtime, user_id: UUID, host: str) -> float:
    """Count a message to a host; 0.0 where it may go now, else (not counted for this user) seconds until it might."""
    settings = rt.settings
    by_user = Rate("webhook-host-user", settings.webhook_host_user_per_second, 1)
    if wait := await rt.limiter.take(by_user, f"{user_id}@{host}"):
        return wait
    return await rt.limiter.take(Rate("webhook-host", settings.webhook_host_per_second, 1), host)


def _sign_ins_to_account(rt: Runtime) -> Rate:
    return Rate("login-account", rt.settings.login_account_per_minute, MINUTE)


async def _count(rt: Runtime, rate: Rate, caller: str, what: str) -> None:
    if wait := await rt.limiter.take(rate, caller):
        raise RateLimitedError(f"Too many {what}; try again in {math.ceil(wait)} s.", wait)
