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

# Points, as GraphQL counts them: one for what is read, and this for what changes something
CHANGE = 10
PASSWORD = 50
SCHEMES = ("bearer", "token")


@dataclass(frozen=True)
class Caller:
    """One request: who asks, and what answers it."""

    rt: Runtime
    hubs: Hubs
    viewer: Viewer
    base_url: str
    credential_watcher: CredentialWatcher

    async def spend(self, points: int) -> None:
        """Count points beyond the one that every request costs; raises RateLimitedError."""
        await rate_limits.spend(self.rt, self.viewer, points)


async def caller(request: Request) -> Caller:
    """The caller of a request, whose first point is counted.

    Raises:
        UnauthenticatedError: the credential is not valid.
        RateLimitedError: the caller has no points left.
    """
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
    await rate_limits.spend(rt, viewer, 1)
    if viewer.user_id is not None:
        bind_contextvars(user=str(viewer.user_id))
    url = base_url(request, rt.settings.public_url)
    return Caller(rt, request.state.hubs, viewer, url, request.state.credential_watcher)


# What Swagger UI's "Authorize" offers; `caller` reads the header
_BEARER = HTTPBearer(auto_error=False, description="An access token or an API key.")
_PASSWORD = OAuth2PasswordBearer("/v1/auth/token", auto_error=False)
Calling = Annotated[Caller, Depends(caller)]
SIGN_IN = [Security(_BEARER), Security(_PASSWORD)]
