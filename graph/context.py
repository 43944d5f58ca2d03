"""What every resolver can reach: who asks, the runtime, the hubs, and the loaders of this request or socket."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import strawberry

from graph.loaders import Loaders
from server.domain.accounts import ANONYMOUS, Viewer
from server.errors import UnauthenticatedError, UnavailableError
from server.live.credentials import CredentialWatcher
from server.live.hubs import Hubs
from server.live.links import link_of
from server.runtime import Runtime
from server.services.rate_limits import Points
from server.services.sessions import SessionTokens


@dataclass
class Context:
    """One HTTP request, or one WebSocket; `refused` is set when its token is not valid, or cannot be looked up.

    An operation of a request paid its first point at the door (`paid`), one of a socket pays all when it runs; `left`
    is what the viewer had left of them then.
    """

    rt: Runtime
    hubs: Hubs
    base_url: str
    address: str
    user_agent: str = ""
    viewer: Viewer = ANONYMOUS
    refused: UnauthenticatedError | UnavailableError | None = None
    connection_params: Any = None
    paid: int = 1
    left: Points | None = None
    credential_watcher: CredentialWatcher = field(default_factory=CredentialWatcher)

    @cached_property
    def loaders(self) -> Loaders:
        """The loaders, once something is loaded: most sockets only listen."""
        return Loaders(self.rt, self.hubs)

    def renew(self, session: SessionTokens) -> None:
        """Let a WebSocket of this very session live as long as its newest token."""
        if self.viewer.session_id == session.id:
            self.viewer = replace(self.viewer, expires_at=session.token.expires_at)

    async def absolute(self, key: str, content_type: str) -> str:
        """A signed, expiring URL of a file."""
        return await link_of(self.rt, key, content_type, self.base_url)


Info = strawberry.Info[Context, None]
