"""What belongs to the caller, and what runs models."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from server.domain.models import DeviceClass
from server.errors import UnauthenticatedError
from server.rest.answers import answer
from server.rest.caller import SIGN_IN, Calling
from server.rest.requests import BoundedRoute
from server.rest.v1.answers import ERRORS
from server.rest.v1.forms import Account, Hardware, WebhookSecret
from server.services import accounts, catalogue, webhooks

router = APIRouter(route_class=BoundedRoute, tags=["account"], responses=ERRORS, dependencies=SIGN_IN)


@router.get("/account", response_model=Account)
async def get_account(caller: Calling) -> Response:
    """The account behind the credential."""
    if caller.viewer.user_id is None:
        raise UnauthenticatedError("Sign in first.")
    user = (await accounts.by_ids([caller.viewer.user_id]))[caller.viewer.user_id]
    return answer({"type": "user", "username": user.handle, "name": user.handle, "github_url": None})


@router.get("/hardware", response_model=list[Hardware])
async def list_hardware(caller: Calling) -> Response:
    """The kinds of devices that living workers have, besides `any`."""
    skus = [DeviceClass.ANY.lower(), *sorted(await catalogue.devices())]
    return answer([{"name": sku.upper() if sku != "any" else "Any device", "sku": sku} for sku in skus])


@router.get("/webhooks/default/secret", response_model=WebhookSecret)
async def get_webhook_secret(caller: Calling) -> Response:
    """The secret that receivers of your webhooks verify with."""
    return answer({"key": await webhooks.secret(caller.rt, caller.viewer.signed_in())})
