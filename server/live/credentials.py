"""Who asks: the user behind an access token or an API key."""

from __future__ import annotations

from uuid import UUID

from server.adapters.database import from_json, rows
from server.adapters.security import KEY_PREFIX, TokenError, fingerprint
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.errors import UnauthenticatedError
from server.runtime import Runtime


async def viewer_of(rt: Runtime, credential: str | None, address: str) -> Viewer:
    """Who asks with this access token or API key; without one, nobody.

    Raises:
        UnauthenticatedError: it is not valid, has expired, or was revoked.
    """
    if credential is None:
        return Viewer(address=address)
    if credential.startswith(KEY_PREFIX):
        return await _of_key(credential, address)
    return await _of_token(rt, credential, address)


async def _of_token(rt: Runtime, token: str, address: str) -> Viewer:
    try:
        claims = rt.tokens.read(token)
    except TokenError as error:
        raise UnauthenticatedError(str(error)) from None
    found = await rows(_SESSION, claims.session_id, claims.user_id)
    if not found:
        raise UnauthenticatedError("The session of this access token has ended; sign in again.")
    return Viewer(
        claims.user_id, found[0]["is_admin"], address, session_id=claims.session_id, expires_at=claims.expires_at
    )


async def _of_key(key: str, address: str) -> Viewer:
    found = await rows(_KEY, fingerprint(key))
    if not found:
        raise UnauthenticatedError("This API key does not exist, has expired, or was revoked.")
    row = found[0]
    if row["is_stale"]:
        await rows(_USED, row["id"])
    scopes = frozenset(Scope(name) for name in from_json(row["scopes"]))
    is_admin = row["is_admin"] and Scope.ADMIN in scopes
    return Viewer(row["user_id"], is_admin, address, scopes=scopes, key_id=row["id"], expires_at=row["expires_at"])


async def dead(session_ids: list[UUID], key_ids: list[UUID]) -> set[UUID]:
    """Which of these sessions and keys give no access any more."""
    return {row["id"] for row in await rows(_DEAD, session_ids, key_ids)}


_SESSION = """
SELECT u.is_admin FROM session s JOIN "user" u ON u.id = s.user_id
WHERE s.id = $1 AND s.user_id = $2 AND s.ended_at IS NULL
"""
_KEY = """
SELECT k.id, k.user_id, k.scopes, k.expires_at, u.is_admin,
  k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute' AS is_stale
FROM api_key k JOIN "user" u ON u.id = k.user_id
WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
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
WHERE NOT EXISTS (SELECT 1 FROM api_key k WHERE k.id = i.id AND k.revoked_at IS NULL)
"""
