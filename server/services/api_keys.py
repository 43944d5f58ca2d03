"""API keys: made once, shown once, revoked for good."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from server.adapters.database import now
from server.adapters.security import KEY_PREFIX, fingerprint, opaque
from server.domain.accounts import Viewer
from server.domain.api_keys import MAX_KEYS, NewApiKey, Scope, key_violations
from server.domain.audit import AuditAction, Subject, SubjectType
from server.errors import ConflictError, InvalidInputError, NotFoundError
from server.services import audit
from server.tables import ApiKey, User

SHOWN = len(KEY_PREFIX) + 8


async def create(viewer: Viewer, new: NewApiKey) -> tuple[ApiKey, str]:
    """A new key of the viewer's, and its text, which is kept nowhere.

    Raises:
        UnauthenticatedError, ForbiddenError: nobody is signed in, or an API key asks.
        InvalidInputError: name, scopes or expiry break rules.
        ConflictError: the user has as many as they may.
    """
    user_id = viewer.signed_in()
    if violations := key_violations(new, now(), is_admin=viewer.is_admin):
        raise InvalidInputError(violations)
    text = opaque(KEY_PREFIX)
    async with in_transaction():
        # Counted under the user's row lock, so that many at once are not more than allowed
        await User.select_for_update().get(id=user_id)
        if await ApiKey.filter(user_id=user_id, revoked_at=None).count() >= MAX_KEYS:
            raise ConflictError(f"You have {MAX_KEYS} API keys already; revoke one first.")
        row = await ApiKey.create(
            user_id=user_id,
            name=new.name.strip(),
            prefix=text[:SHOWN],
            hash=fingerprint(text),
            scopes=sorted(scope.value for scope in new.scopes),
            expires_at=new.expires_at,
        )
        facts = {"scopes": row.scopes, "expires_at": row.expires_at}
        await audit.record(viewer, AuditAction.API_KEY_CREATED, _subject(row), after=facts)
    return row, text


async def revoke(viewer: Viewer, key_id: UUID) -> ApiKey:
    """End a key of the viewer's at once.

    Raises:
        UnauthenticatedError, ForbiddenError: nobody is signed in, or an API key asks.
        NotFoundError: the viewer has no such key.
    """
    user_id = viewer.signed_in()
    async with in_transaction():
        revoked = await ApiKey.filter(id=key_id, user_id=user_id, revoked_at=None).update(revoked_at=now())
        row = await ApiKey.get_or_none(id=key_id, user_id=user_id)
        if row is not None and revoked:
            await audit.record(viewer, AuditAction.API_KEY_REVOKED, _subject(row))
    if row is None:
        raise NotFoundError("You have no API key with this id.")
    return row


def _subject(row: ApiKey) -> Subject:
    return Subject(SubjectType.API_KEY, row.id, f"{row.name} ({row.prefix}...)", row.user_id)


async def listing(viewer: Viewer) -> list[ApiKey]:
    """The viewer's keys that were not revoked, newest first."""
    return await _own(viewer).order_by("-created_at", "-id")


async def by_ids(viewer: Viewer, ids: Iterable[UUID]) -> dict[UUID, ApiKey]:
    """Keys by id, those that are the viewer's and were not revoked."""
    if viewer.user_id is None:
        return {}
    return {row.id: row for row in await _own(viewer).filter(id__in=list(ids))}


def _own(viewer: Viewer) -> QuerySet[ApiKey]:
    viewer.require(Scope.READ)
    return ApiKey.filter(user_id=viewer.user_id, revoked_at=None)
