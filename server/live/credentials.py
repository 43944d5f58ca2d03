"""The user behind an access token or an API key, and the watcher that ends long connections with their credential."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog

from server.adapters.batches import Batches
from server.adapters.database import CONNECTION_ERRORS, DATABASE_ERRORS, from_json, now, rows
from server.adapters.security import KEY_PREFIX, TokenError, fingerprint
from server.adapters.tasks import wait_for_event
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.errors import UnauthenticatedError
from server.runtime import Runtime

logger = structlog.get_logger(__name__)

CHECK_SECONDS = 5.0


async def viewer_of(rt: Runtime, credential: str | None, address: str) -> Viewer:
    """The viewer with this access token or API key; without one, an anonymous viewer.

    Raises:
        UnauthenticatedError: it is not valid, has expired, or was revoked.
    """
    if credential is None:
        return Viewer(address=address)
    if credential.startswith(KEY_PREFIX):
        key = await _KEYS.ask(fingerprint(credential))
        if key is None:
            raise UnauthenticatedError("This API key does not exist, has expired, or was revoked.")
        if key["is_stale"]:
            await rows(_USED, key["id"])
        scopes = frozenset(Scope(name) for name in from_json(key["scopes"]))
        is_admin = key["is_admin"] and Scope.ADMIN in scopes
        return Viewer(key["user_id"], is_admin, address, scopes=scopes, key_id=key["id"], expires_at=key["expires_at"])
    try:
        claims = rt.tokens.read(credential)
    except TokenError as error:
        raise UnauthenticatedError(str(error)) from None
    is_admin = await _SESSIONS.ask((claims.session_id, claims.user_id))
    if is_admin is None:
        raise UnauthenticatedError("The session of this access token has ended; sign in again.")
    return Viewer(claims.user_id, is_admin, address, session_id=claims.session_id, expires_at=claims.expires_at)


async def _admins_of_sessions(sessions: Sequence[tuple[UUID, UUID]]) -> list[bool | None]:
    """Whether each is an administrator's, in one statement for all requests of a moment; None for one that ended."""
    admins = await rows(_SESSION, [session for session, _ in sessions], [user for _, user in sessions])
    return [row["is_admin"] for row in admins]


async def _rows_of_keys(hashes: Sequence[str]) -> list[dict[str, Any] | None]:
    """The API keys, in one statement for all requests of a moment."""
    keys = {row["hash"]: row for row in await rows(_KEY, list(hashes))}
    return [keys.get(each) for each in hashes]


_SESSIONS: Batches[tuple[UUID, UUID], bool | None] = Batches(_admins_of_sessions, common_errors=CONNECTION_ERRORS)
_KEYS: Batches[str, dict[str, Any] | None] = Batches(_rows_of_keys, common_errors=CONNECTION_ERRORS)


class CredentialWatcher:
    """Watches the credentials of all long connections of this node, with one statement every CHECK_SECONDS."""

    def __init__(self) -> None:
        self._ends: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._keys: set[UUID] = set()
        self._due = asyncio.Event()

    def look(self) -> None:
        """Some credential may have ended: check now."""
        self._due.set()

    async def run(self) -> None:
        """Check for ever; an outage of PostgreSQL is logged and waited out."""
        while True:
            await wait_for_event(self._due, CHECK_SECONDS)
            self._due.clear()
            try:
                await self.check()
            except DATABASE_ERRORS as error:
                logger.warning("guard.failed", error=str(error))

    async def check(self) -> None:
        """Wake those whose session has ended or whose key was revoked."""
        if not self._ends:
            return
        keys = self._keys & set(self._ends)
        for row in await rows(_DEAD, list(set(self._ends) - keys), list(keys)):
            for event in self._ends.get(row["id"], ()):
                event.set()

    async def wait_for_expiry(self, viewer: Viewer) -> str:
        """Return once the viewer's credential is not valid any more, with a sentence that says so.

        Raises:
            ValueError: the viewer is anonymous.
        """
        credential = viewer.session_id or viewer.key_id
        if credential is None:
            raise ValueError("an anonymous viewer has no credential")
        event = asyncio.Event()
        seconds = (viewer.expires_at - now()).total_seconds() if viewer.expires_at else None
        self._ends[credential].add(event)
        if viewer.key_id is not None:
            self._keys.add(credential)
        try:
            await wait_for_event(event, seconds)
        finally:
            self._ends[credential].discard(event)
            if not self._ends[credential]:
                del self._ends[credential]
                self._keys.discard(credential)
        if viewer.key_id is not None:
            return "The API key was revoked." if event.is_set() else "The API key has expired."
        return "The session has ended." if event.is_set() else "The access token has expired."


_SESSION = """
SELECT (SELECT u.is_admin FROM session s JOIN "user" u ON u.id = s.user_id
  WHERE s.id = q.session AND s.user_id = q.owner AND s.ended_at IS NULL
    AND u.deactivated_at IS NULL) AS is_admin
FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS q (session, owner, place) ORDER BY q.place
"""
_KEY = """
SELECT k.hash, k.id, k.user_id, k.scopes, k.expires_at, u.is_admin,
  k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute' AS is_stale
FROM api_key k JOIN "user" u ON u.id = k.user_id
WHERE k.hash = ANY($1::text[]) AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
  AND u.deactivated_at IS NULL
"""
# Of many requests at once only one writes
_USED = """
UPDATE api_key SET last_used_at = now()
WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute') RETURNING id
"""
_DEAD = """
SELECT i.id FROM unnest($1::uuid[]) AS i (id)
WHERE NOT EXISTS (SELECT 1 FROM session s WHERE s.id = i.id AND s.ended_at IS NULL)
UNION ALL
SELECT i.id FROM unnest($2::uuid[]) AS i (id)
WHERE NOT EXISTS (
  SELECT 1 FROM api_key k JOIN "user" u ON u.id = k.user_id
  WHERE k.id = i.id AND k.revoked_at IS NULL AND u.deactivated_at IS NULL)
"""
