"""Sessions: signing in for long by refresh tokens that are exchanged at each use, and signing out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from tortoise.transactions import in_transaction

from server.adapters import metrics
from server.adapters.database import now, rows
from server.adapters.security import REFRESH_PREFIX, AccessToken, fingerprint, opaque
from server.domain.accounts import SignInMethod, Viewer
from server.domain.audit import AuditAction, Subject, SubjectType
from server.errors import CredentialsError, UnauthenticatedError
from server.runtime import Runtime
from server.services import audit
from server.tables import RefreshToken, Session, User

logger = structlog.get_logger(__name__)

# A client whose answer got lost asks again with the token that it has
GRACE_SECONDS = 30


@dataclass(frozen=True)
class SessionTokens:
    """A signed-in user, the access token, and the refresh token that gives the next ones."""

    user: User
    id: UUID
    token: AccessToken
    refresh_token: str
    refresh_expires_at: datetime


async def begin(rt: Runtime, user: User, method: SignInMethod) -> SessionTokens:
    """Sign a user in.

    Raises:
        CredentialsError: the account is deactivated.
    """
    expires_at = _expiry(rt)
    async with in_transaction():
        # The lock waits for whoever deactivates the account now, and then sees it; a foreign key's would not
        if not await rows(_ACTIVE, user.id):
            raise CredentialsError("This account is deactivated; ask an administrator of this server.")
        row = await Session.create(user=user, expires_at=expires_at, method=method.value)
        token = opaque(REFRESH_PREFIX)
        await _insert(token, row.id, 1, expires_at)
    metrics.SIGN_INS.labels(method.value, "begun").inc()
    return SessionTokens(user, row.id, rt.tokens.issue(user.id, row.id), token, expires_at)


async def refresh(rt: Runtime, token: str, client: str) -> SessionTokens:
    """Exchange a refresh token for the next one and a new access token.

    A token that was exchanged before ends its whole session: it is a thief's, or the thief has the next. Only the
    answer that was given last is given once more, with the same next token: to the same `client` (of `client_of`),
    within GRACE_SECONDS, while that token is unused, and unless the token that asks was itself given twice. So two who
    hold the same token part at once where they differ, else at the next exchange: the second ends the session.

    Raises:
        CredentialsError: it is none, or has expired, or was used before, or its session has ended.
    """
    async with in_transaction():
        # A statement of its own: the next one sees what whoever held the lock wrote
        locked = await rows(_LOCK, fingerprint(token))
        row = (await rows(_FIND, fingerprint(token)))[0] if locked else None
        if row and row["alive"]:
            session_id, user_id = row["session_id"], row["user_id"]
            following = rt.refresh_tokens.successors(token, client)
            successor: str | None = following[0]
            expires_at = _expiry(rt)
            if not row["used"]:
                await rows(_USE, session_id, fingerprint(token), expires_at)
                await _insert(following[0], session_id, row["generation"] + 1, expires_at)
            elif row["spared"]:
                # None where it was made for another client, or by a SECRET_KEY that this server does not have any more
                successor = next((one for one in following if fingerprint(one) == row["next_hash"]), None)
                expires_at = row["next_expires_at"]
                await rows(_REPEAT, fingerprint(token))
            else:
                successor = None
            if successor is not None:
                user = await User.get(id=user_id)
                return SessionTokens(user, session_id, rt.tokens.issue(user_id, session_id), successor, expires_at)
            await rows(_END, session_id)
            logger.warning("sessions.reused", session=str(session_id), user=str(user_id))
    # Raised behind the transaction, so that the end of the session is committed
    raise CredentialsError("This refresh token is not valid any more; sign in again.")


async def _insert(token: str, session_id: UUID, generation: int, expires_at: datetime) -> None:
    await RefreshToken.create(
        hash=fingerprint(token), session_id=session_id, generation=generation, expires_at=expires_at
    )


def _expiry(rt: Runtime) -> datetime:
    return now() + timedelta(seconds=rt.settings.refresh_token_seconds)


async def end(viewer: Viewer, token: str | None = None) -> list[str | None]:
    """Sign out: end the session of a refresh token, or else the viewer's; how those that ended had begun.

    Raises:
        UnauthenticatedError: there is neither.
    """
    if token is not None:
        return [row["method"] for row in await rows(_END_FAMILY, fingerprint(token))]
    if viewer.session_id is None:
        raise UnauthenticatedError("You are not signed in.")
    return [row["method"] for row in await rows(_END, viewer.session_id)]


async def end_all(viewer: Viewer) -> int:
    """Sign out everywhere; how many sessions ended. API keys stay.

    Raises:
        UnauthenticatedError, ForbiddenError: nobody is signed in, or an API key asks.
    """
    user_id = viewer.signed_in()
    async with in_transaction():
        ended = await end_all_of(user_id)
        user = Subject(SubjectType.USER, user_id, await audit.handle_of(user_id), user_id)
        await audit.record(viewer, AuditAction.SESSIONS_ENDED, user, after={"sessions": ended})
    return ended


async def end_all_of(user_id: UUID) -> int:
    """End all sessions of a user; how many ended. API keys stay."""
    return len(await rows(_END_ALL, user_id))


_ACTIVE = 'SELECT id FROM "user" WHERE id = $1 AND deactivated_at IS NULL FOR SHARE'
_LOCK = """
SELECT s.id FROM session s JOIN refresh_token t ON t.session_id = s.id WHERE t.hash = $1 FOR UPDATE OF s
"""
_FIND = f"""
SELECT t.session_id, s.user_id, t.generation, t.used_at IS NOT NULL AS used,
  s.ended_at IS NULL AND t.expires_at > now() AS alive,
  n.hash AS next_hash, n.expires_at AS next_expires_at,
  t.used_at > now() - interval '{GRACE_SECONDS} seconds' AND t.repeated_at IS NULL AND p.repeated_at IS NULL
    AND n.used_at IS NULL AS spared
FROM refresh_token t JOIN session s ON s.id = t.session_id
LEFT JOIN refresh_token p ON p.session_id = t.session_id AND p.generation = t.generation - 1
LEFT JOIN refresh_token n ON n.session_id = t.session_id AND n.generation = t.generation + 1
WHERE t.hash = $1
"""  # noqa: S608 - a number of ours
_USE = """
WITH u AS (UPDATE refresh_token SET used_at = now() WHERE hash = $2)
UPDATE session SET expires_at = $3 WHERE id = $1 RETURNING id
"""
_REPEAT = "UPDATE refresh_token SET repeated_at = now() WHERE hash = $1 RETURNING hash"
_END = "UPDATE session SET ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING id, method"
_END_ALL = "UPDATE session SET ended_at = now() WHERE user_id = $1 AND ended_at IS NULL RETURNING id"
_END_FAMILY = """
UPDATE session SET ended_at = now()
WHERE id = (SELECT session_id FROM refresh_token WHERE hash = $1) AND ended_at IS NULL RETURNING id, method
"""
