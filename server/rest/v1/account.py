"""What belongs to the caller, and what runs models."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import PlainTextResponse, Response

from server.adapters.database import now
from server.adapters.pagination import utc
from server.domain.models import DeviceClass
from server.domain.usage import UsageGrouping, csv_of
from server.errors import UnauthenticatedError
from server.rest.answers import answer
from server.rest.caller import SIGN_IN, Calling
from server.rest.requests import BoundedRoute
from server.rest.v1.answers import ERRORS
from server.rest.v1.forms import Account, Hardware, WebhookSecret
from server.services import accounts, catalogue, usage, webhooks
from server.services.usage import UsagePeriod

USUAL_DAYS = 30
router = APIRouter(route_class=BoundedRoute, tags=["account"], responses=ERRORS, dependencies=SIGN_IN)


@router.get("/account", response_model=Account)
async def get_account(caller: Calling) -> Response:
    """The account behind the credential."""
    if caller.viewer.user_id is None:
        raise UnauthenticatedError("Sign in first.")
    user = (await accounts.by_ids([caller.viewer.user_id]))[caller.viewer.user_id]
    return answer({"type": "user", "username": user.handle, "name": user.handle, "github_url": None})


@router.get("/usage", response_class=PlainTextResponse, responses={200: {"content": {"text/csv": {}}}})
async def get_usage(
    caller: Calling,
    from_: Annotated[
        datetime | None,
        Query(alias="from", description="Predictions that ended at this time or later; left out, 30 days before."),
    ] = None,
    to: Annotated[datetime | None, Query(description="Predictions that ended before this time; left out, now.")] = None,
    group_by: Annotated[UsageGrouping, Query(description="By what it is added up.")] = UsageGrouping.DAY,
    user: Annotated[str | None, Query(description="Handle of another user; administrators only.")] = None,
    everybody: Annotated[bool, Query(description="That of all users; administrators only.")] = False,
) -> Response:
    """What predictions used, and what they are charged, as CSV; the last line is the total."""
    end = utc(to) if to is not None else now()
    # The first year has no days before it
    begin = from_ if from_ is not None else end - timedelta(days=USUAL_DAYS if end.year > 1 else 0)
    period = UsagePeriod(begin, end, group_by)
    if user is not None or everybody:
        report = await usage.of_all(caller.rt, caller.viewer, user, period)
    else:
        report = await usage.of_viewer(caller.rt, caller.viewer, period)
    return PlainTextResponse(csv_of(report), media_type="text/csv")


@router.get("/hardware", response_model=list[Hardware])
async def list_hardware(caller: Calling) -> Response:
    """The kinds of devices that living workers have, besides `any`."""
    skus = [DeviceClass.ANY.lower(), *sorted(await catalogue.devices())]
    return answer([{"name": sku.upper() if sku != "any" else "Any device", "sku": sku} for sku in skus])


@router.get("/webhooks/default/secret", response_model=WebhookSecret)
async def get_webhook_secret(caller: Calling) -> Response:
    """The secret that receivers of your webhooks verify with."""
    return answer({"key": await webhooks.secret(caller.rt, caller.viewer.signed_in())})
