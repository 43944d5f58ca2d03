"""Long connections end with the session or API key behind them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from uuid import UUID

import structlog

from server.adapters.database import DATABASE_ERRORS, now
from server.adapters.tasks import wait_for_event
from server.domain.accounts import Viewer
from server.live import credentials

logger = structlog.get_logger(__name__)

CHECK_SECONDS = 5.0


class Guard:
    """Knows of every long connection of this node, and asks for all of them with one statement every CHECK_SECONDS."""

    def __init__(self) -> None:
        self._ended: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._keys: set[UUID] = set()

    async def run(self) -> None:
        """Look for ever; an outage of PostgreSQL is logged and waited out."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.look()
            except DATABASE_ERRORS as error:
                logger.warning("guard.failed", error=str(error))

    async def look(self) -> None:
        """Tell those whose session has ended or whose key was revoked."""
        if not self._ended:
            return
        keys = self._keys & set(self._ended)
        for credential in await credentials.dead(list(set(self._ended) - keys), list(keys)):
            for event in self._ended.get(credential, ()):
                event.set()

    async def lapse(self, viewer: Viewer) -> str:
        """Return once the viewer's credential is not valid any more, with a sentence; nobody has none to lose."""
        credential = viewer.session_id or viewer.key_id
        if credential is None:
            raise ValueError("an anonymous viewer has no credential")
        event = asyncio.Event()
        seconds = (viewer.expires_at - now()).total_seconds() if viewer.expires_at else None
        self._add(credential, event, is_key=viewer.key_id is not None)
        try:
            await wait_for_event(event, seconds)
        finally:
            self._remove(credential, event)
        if viewer.key_id is not None:
            return "The API key was revoked." if event.is_set() else "The API key has expired."
        return "The session has ended." if event.is_set() else "The access token has expired."

    def _add(self, credential: UUID, event: asyncio.Event, *, is_key: bool) -> None:
        self._ended[credential].add(event)
        if is_key:
            self._keys.add(credential)

    def _remove(self, credential: UUID, event: asyncio.Event) -> None:
        self._ended[credential].discard(event)
        if not self._ended[credential]:
            del self._ended[credential]
            self._keys.discard(credential)
