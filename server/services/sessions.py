"""Sessions: signing in for long by refresh tokens that are exchanged at each use, and signing out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from tortoise.transactions import in_transaction

from server.adapters.database import now, rows
from server.adapters.security import REFRESH_PREFIX, AccessToken, fingerprint, opaque
from server.domain.accounts import Viewer
from server.errors import CredentialsError, UnauthenticatedError
from server.runtime import Runtime
from server.tables import RefreshToken, Session, User

logger = structlog.get_logger(__name__)

# A client that lost the answer asks again with the token that it has
GRACE_SECONDS = 30


@dataclass(frozen=True)
class SessionTokens:
    """A signed-in user, the access token, and the refresh token that gives the next ones."""

    user: User
    id: UUID
    token: AccessToken
    refresh_token: str
    refresh_expires_at: datetime


async def begin(rt: Runtime, user: User) -> SessionTokens:
    """Sign a user in."""
    expires_at = _expiry(rt)
    async with in_transaction():
        row = await Session.create(user=user, expires_at=expires_at)
        return await _next(rt, user, row.id, 1, expires_at)


async def refresh(rt: Runtime, token: str) -> SessionTokens:
    """Exchange a refresh token for the next one and a new access token.

    A token that was exchanged before ends its whole session: it is a thief's, or the thief has the next. Only the token
    that was exchanged last is accepted again, for GRACE_SECONDS and while its successor is unused, which then ends.

    Raises:
        CredentialsError: it is none, or has expired, or was used before, or its session has ended.
    """
    async with in_transaction():
        # A statement of its own: the next one sees what whoever held the lock wrote
        locked = await rows(_LOCK, fingerprint(token))
        row = (await rows(_FIND, fingerprint(token)))[0] if locked else None
        if row and row["alive"]:
            if not row["used"] or row["spared"]:
                expires_at = _expiry(rt)
                await rows(_USE, row["session_id"], expires_at)
                user = await User.get(id=row["user_id"])
                return await _next(rt, user, row["session_id"], row["newest"] + 1, expires_at)
            await rows(_END, row["session_id"])
            logger.warning("sessions.reused", session=str(row["session_id"]), user=str(row["user_id"]))
    # Raised behind the transaction, so that the end of the session is committed
    raise CredentialsError("This refresh token is not valid any more; sign in again.")


async def _next(rt: Runtime, user: User, session_id: UUID, generation: int, expires_at: datetime) -> SessionTokens:
    token = opaque(REFRESH_PREFIX)
    await RefreshToken.create(
        hash=fingerprint(token), session_id=session_id, generation=generation, expires_at=expires_at
    )
    return SessionTokens(user, session_id, rt.tokens.issue(user.id, session_id), token, expires_at)


def _expiry(rt: Runtime) -> datetime:
    return now() + timedelta(seconds=rt.settings.refresh_token_seconds)


async def end(viewer: Viewer, token: str | None = None) -> int:
    """Sign out: end the session of a refresh token, or else the viewer's; how many ended.

    Raises:
        UnauthenticatedError: there is neither.
    """
    if token is not None:
        return len(await rows(_END_FAMILY, fingerprint(token)))
    if viewer.session_id is None:
        raise UnauthenticatedError("You are not signed in.")
    return len(await rows(_END, viewer.session_id))


async def end_all(viewer: Viewer) -> int:
    """Sign out everywhere; how many sessions ended. API keys stay.

    Raises:
        UnauthenticatedError, ForbiddenError: nobody is signed in, or an API key asks.
    """
    return len(await rows(_END_ALL, viewer.signed_in()))


_LOCK = """
SELECT s.id FROM session s JOIN refresh_token t ON t.session_id = s.id WHERE t.hash = $1 FOR UPDATE OF s
"""
_FIND = f"""
SELECT t.session_id, s.user_id, n.generation AS newest, t.used_at IS NOT NULL AS used,
  s.ended_at IS NULL AND t.expires_at > now() AS alive,
  t.used_at > now() - interval '{GRACE_SECONDS} seconds' AND n.used_at IS NULL
    AND n.generation = t.generation + 1 AS spared
FROM refresh_token t JOIN session s ON s.id = t.session_id
CROSS JOIN LATERAL (
  SELECT generation, used_at FROM refresh_token WHERE session_id = s.id ORDER BY generation DESC LIMIT 1) n
WHERE t.hash = $1
"""  # noqa: S608 - a number of ours
_USE = """
WITH u AS (UPDATE refresh_token SET used_at = now() WHERE session_id = $1 AND used_at IS NULL)
UPDATE session SET expires_at = $2 WHERE id = $1 RETURNING id
"""
_END = "UPDATE session SET ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING id"
_END_ALL = "UPDATE session SET ended_at = now() WHERE user_id = $1 AND ended_at IS NULL RETURNING id"
_END_FAMILY = """
UPDATE session SET ended_at = now()
WHERE id = (SELECT session_id FROM refresh_token WHERE hash = $1) AND ended_at IS NULL RETURNING id
"""
