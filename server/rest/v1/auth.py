"""Accounts and sessions of `/v1`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.adapters.database import now
from server.adapters.requests import address_of_client
from server.domain.accounts import NewUser
from server.domain.callers import client_of
from server.errors import InvalidInputError, Violation
from server.rest.answers import answer
from server.rest.caller import PASSWORD, Calling
from server.rest.requests import BoundedRoute
from server.rest.v1.answers import ERRORS, Body
from server.rest.v1.forms import Registration, Token
from server.services import accounts, sessions
from server.services.sessions import SessionTokens

router = APIRouter(route_class=BoundedRoute, prefix="/auth", tags=["accounts"], responses=ERRORS)
FIELDS = ("grant_type", "username", "email", "password", "refresh_token")
_FIELD = {"type": "string"}
_SIGN_IN = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"type": "object", "properties": dict.fromkeys(FIELDS, _FIELD)}}
            for media_type in ("application/json", "application/x-www-form-urlencoded")
        },
    }
}


@router.post("/register", status_code=201, response_model=Token)
async def register(caller: Calling, new: Registration) -> Response:
    """Make an account, and begin a session."""
    await caller.spend(PASSWORD)
    session = await accounts.register(caller.rt, caller.viewer, NewUser(new.username, new.email, new.password))
    return answer(_token(session), 201)


@router.post("/token", response_model=Token, openapi_extra=_SIGN_IN)
async def token(caller: Calling, request: Request) -> Response:
    """Sign in: with `email` and `password`, or with the `refresh_token` of a session, as JSON or as a form.

    As a form it is OAuth 2's password grant, with the e-mail address as `username`.
    """
    fields = await _fields(request)
    if fields.get("refresh_token") or fields.get("grant_type") == "refresh_token":
        await caller.spend(1)
        client = client_of(address_of_client(request), request.headers.get("user-agent", ""))
        return answer(_token(await sessions.refresh(caller.rt, fields.get("refresh_token", ""), client)))
    await caller.spend(PASSWORD)
    email = fields.get("email") or fields.get("username") or ""
    return answer(_token(await accounts.login(caller.rt, caller.viewer, email, fields.get("password", ""))))


async def _fields(request: Request) -> dict[str, str]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    fields: Any
    if media_type == "application/x-www-form-urlencoded":
        async with request.form(max_files=0, max_fields=20) as form:
            fields = dict(form)
    else:
        try:
            fields = await request.json()
        except ValueError:
            raise InvalidInputError([Violation("", "The body is not JSON.", "json")]) from None
    if not isinstance(fields, dict):
        raise InvalidInputError([Violation("", "The body is a JSON object.", "type")])
    named = {name: fields[name] for name in FIELDS if fields.get(name) is not None}
    if wrong := [name for name, value in named.items() if not isinstance(value, str)]:
        raise InvalidInputError([Violation(f"/{name}", "This is a text.", "type") for name in wrong])
    return named


def _token(session: SessionTokens) -> Body:
    return {
        "access_token": session.token.token,
        "token_type": "bearer",
        "expires_in": max(0, int((session.token.expires_at - now()).total_seconds())),
        "refresh_token": session.refresh_token,
        "username": session.user.handle,
    }
