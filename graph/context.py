"""What every resolver can reach: who asks, the runtime, the hubs, and the loaders of this request or socket."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import strawberry

from graph.loaders import Loaders
from server.domain.accounts import ANONYMOUS, Viewer
from server.errors import UnauthenticatedError
from server.runtime import Runtime
from server.services.hubs import Hubs


@dataclass
class Context:
    """One HTTP request, or one WebSocket; `refused` is set when its access token is not valid."""

    rt: Runtime
    hubs: Hubs
    base_url: str
    address: str
    viewer: Viewer = ANONYMOUS
    refused: UnauthenticatedError | None = None
    connection_params: Any = None
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.rt)

    async def absolute(self, key: str, content_type: str) -> str:
        """A signed, expiring URL of an output file."""
        url = await self.rt.storage.url(key, content_type, self.rt.settings.file_url_seconds)
        return f"{self.base_url}{url}" if url.startswith("/") else url


Info = strawberry.Info[Context, None]
