"""Who calls a door of plain HTTP: the same accounts, keys, scopes and points as GraphQL's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer, OAuth2PasswordBearer
from structlog.contextvars import bind_contextvars

from server.adapters.database import CONNECTION_ERRORS
from server.adapters.requests import address_of_client, base_url, bearer_token
from server.domain.accounts import Viewer
from server.errors import UnauthenticatedError
from server.live import credentials
from server.live.credentials import CredentialWatcher
from server.live.hubs import Hubs
from server.runtime import Runtime
from server.services import rate_limits

# Points, as GraphQL counts them: one for what is read, and this more for what changes something
READ = 1
CHANGE = 10
PASSWORD = 50
SCHEMES = ("bearer", "token")


@dataclass
class Caller:
    """One request: who asks, what answers it, and how many points were left when some were last counted."""

    rt: Runtime
    hubs: Hubs
    viewer: Viewer
    base_url: str
    credential_watcher: CredentialWatcher
    left: rate_limits.Points | None = None

    async def spend(self, points: int) -> None:
        """Count points beyond those that the operation costs everybody; raises RateLimitedError."""
        if points:
            self.left = await rate_limits.spend(self.rt, self.viewer, points)


async def _caller(request: Request, points: int) -> Caller:
    rt: Runtime = request.state.rt
    address = address_of_client(request)
    request.state.viewer = Viewer(address=address)
    try:
        token = bearer_token(request.headers.get("authorization"), SCHEMES)
        viewer = await credentials.viewer_of(rt, token, address)
    except (UnauthenticatedError, *CONNECTION_ERRORS):
        # Whoever tries credentials pays for it
        await rate_limits.spend(rt, request.state.viewer, 1)
        raise
    # The answer's headers tell what is left to whoever it was counted for
    request.state.viewer = viewer
    left = await rate_limits.spend(rt, viewer, points)
    if viewer.user_id is not None:
        bind_contextvars(user=str(viewer.user_id))
    url = base_url(request, rt.settings)
    caller = Caller(rt, request.state.hubs, viewer, url, request.state.credential_watcher, left)
    request.state.caller = caller
    return caller


async def _reading(request: Request) -> Caller:
    return await _caller(request, READ)


async def _changing(request: Request) -> Caller:
    return await _caller(request, READ + CHANGE)


# What Swagger UI's "Authorize" offers; `_caller` reads the header
_BEARER = HTTPBearer(auto_error=False, description="An access token or an API key.")
_PASSWORD = OAuth2PasswordBearer("/v1/auth/token", auto_error=False)
# The caller of a request, whose points are counted: where the credential is not valid, or there are no points left, it
# is refused before anything else of it is read
Calling = Annotated[Caller, Depends(_reading)]
Changing = Annotated[Caller, Depends(_changing)]
SIGN_IN = [Security(_BEARER), Security(_PASSWORD)]
