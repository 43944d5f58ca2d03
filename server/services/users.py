"""All accounts, for administrators: listing them, and deactivating, reactivating and deleting one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from server.adapters.database import rows
from server.domain.accounts import USER_OWNER, Viewer
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction, Subject, SubjectType
from server.domain.storable import is_storable
from server.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError
from server.maintenance import erasure
from server.queue.cancel import cancel_predictions_of_model
from server.runtime import Runtime
from server.services import audit
from server.services.accounts import DEMO_HANDLE
from server.tables import Model, User
from server.unit_of_work import UnitOfWork, send, unit_of_work

DELETE_SECONDS = 5.0


@dataclass(frozen=True)
class UserCriteria:
    """Which users to list; None takes all."""

    search: str | None = None
    is_admin: bool | None = None


def may_look_into(viewer: Viewer, user_id: UUID) -> bool:
    """Whether a viewer may see what a user does here: users see their own, administrators all."""
    return viewer.is_admin or (viewer.user_id == user_id and Scope.READ in viewer.scopes)


def listing(viewer: Viewer | None, criteria: UserCriteria) -> QuerySet[User]:
    """All users, filtered; no viewer is the operator at the command line.

    Raises:
        ForbiddenError: the viewer is no admin, or the API key may not read.
        BadUserInputError: the search text holds characters that are no text.
    """
    if viewer is not None:
        viewer.require(Scope.READ)
        if not viewer.is_admin:
            raise ForbiddenError("Only administrators may list the users.")
    query = User.all()
    if criteria.search:
        if not is_storable(criteria.search):
            raise BadUserInputError("The text to search for holds characters that are no text.")
        query = query.filter(Q(handle__icontains=criteria.search) | Q(email__icontains=criteria.search))
    return query if criteria.is_admin is None else query.filter(is_admin=criteria.is_admin)


async def prediction_counts(user_ids: list[UUID]) -> dict[UUID, int]:
    """How many predictions users made; users who made none are missing."""
    return {row["user_id"]: row["n"] for row in await rows(_COUNTS, user_ids)}


async def last_seen(user_ids: list[UUID]) -> dict[UUID, datetime]:
    """When users last began or renewed a session, or used an API key.

    Users who did neither, or whose sessions are forgotten since, are missing.
    """
    return {row["user_id"]: row["seen"] for row in await rows(_LAST_SEEN, user_ids)}


async def deactivate(rt: Runtime, viewer: Viewer | None, user_id: UUID) -> User:
    """Lock an account: its sessions end, its API keys hold no more, and what waits or runs of it is canceled.

    Doing it again is no error. No viewer is the operator at the command line.

    Raises:
        ForbiddenError: the viewer is no admin, or an API key without the scope WRITE.
        NotFoundError: there is no such user.
        ConflictError: it is the last administrator, or an account of the server itself.
    """
    async with in_transaction():
        user = await _lock(viewer, user_id, "deactivate users")
        if user.deactivated_at is None:
            await _require_another_admin(user)
            await rows(_DEACTIVATE, user.id)
            await rows(_END_SESSIONS, user.id)
            await audit.record(viewer, AuditAction.USER_DEACTIVATED, _subject(user))
    await _end_at_once(rt, user)
    return await User.get(id=user.id)


async def reactivate(viewer: Viewer | None, user_id: UUID) -> User:
    """Unlock an account: its user can sign in again, and its API keys hold again; what was canceled stays so.

    Raises:
        ForbiddenError, NotFoundError: as in `deactivate`.
        ConflictError: the user is being deleted.
    """
    async with in_transaction():
        user = await _lock(viewer, user_id, "reactivate users")
        if user.deleting_at is not None:
            raise ConflictError("This user is being deleted.")
        if user.deactivated_at is not None:
            await rows('UPDATE "user" SET deactivated_at = NULL WHERE id = $1 RETURNING id', user.id)
            await audit.record(viewer, AuditAction.USER_REACTIVATED, _subject(user))
    return await User.get(id=user.id)


async def delete(rt: Runtime, viewer: Viewer | None, user_id: UUID) -> tuple[str, bool]:
    """Delete a user with all that is theirs; their handle, and whether nothing is left.

    They are locked out and their models are gone at once. The rest is removed for DELETE_SECONDS here, and what is left
    then by whichever process comes to it (`server.maintenance.erasure`). The ledger stays, without a name.

    Raises:
        ForbiddenError, NotFoundError, ConflictError: as in `deactivate`.
    """
    async with unit_of_work(rt) as work:
        user = await _lock(viewer, user_id, "delete users")
        if user.deleting_at is None:
            if user.deactivated_at is None:
                await _require_another_admin(user)
            await rows(_BEGIN_DELETION, user.id)
            await rows(_END_SESSIONS, user.id)
            for model in await Model.filter(owner_id=user.id, deleted_at=None).only("id"):
                for row in await cancel_predictions_of_model(model.id):
                    work.announce_move(row)
            await rows(_DELETE_MODELS, user.id)
            await audit.record(viewer, AuditAction.USER_DELETED, _subject(user))
    await _end_at_once(rt, user)
    return user.handle, await erasure.delete_user(rt, user.id, DELETE_SECONDS)


async def _lock(viewer: Viewer | None, user_id: UUID, act: str) -> User:
    """A user whose state is to change, locked together with all administrators: of two changes one comes after."""
    if viewer is not None:
        viewer.administer(Scope.WRITE, act)
    locked = {row["id"] for row in await rows(_LOCK_ADMINS, user_id)}
    # Somebody may have locked the viewer out while this waited
    if viewer is not None and not await rows(_IS_ADMIN, viewer.user_id):
        raise ForbiddenError(f"Only administrators may {act}.")
    user = await User.get_or_none(id=user_id) if user_id in locked else None
    if user is None:
        raise NotFoundError("There is no user with this id.")
    if user.handle in (DEMO_HANDLE, erasure.TOMBSTONE):
        raise ConflictError(f"{user.handle} is an account of the server itself.")
    return user


async def _require_another_admin(user: User) -> None:
    if user.is_admin and not await rows(_OTHER_ADMIN, user.id):
        raise ConflictError("This is the last administrator of the server; make another one first.")


async def _end_at_once(rt: Runtime, user: User) -> None:
    owner = f"{USER_OWNER}{user.id}"
    await rt.event_log.announce_credentials(owner)
    await erasure.cancel_work(rt, user.id, owner)
    await send(rt, UnitOfWork(deliver=True))


def _subject(user: User) -> Subject:
    return Subject(SubjectType.USER, user.id, user.handle, user.id)


# In one order, so that two administrators who do it to each other do not wait for ever
_LOCK_ADMINS = """
SELECT id FROM "user" WHERE id = $1 OR (is_admin AND deactivated_at IS NULL) ORDER BY id FOR UPDATE
"""
_IS_ADMIN = 'SELECT id FROM "user" WHERE id = $1 AND is_admin AND deactivated_at IS NULL'
_OTHER_ADMIN = 'SELECT id FROM "user" WHERE id <> $1 AND is_admin AND deactivated_at IS NULL LIMIT 1'
_DEACTIVATE = 'UPDATE "user" SET deactivated_at = now() WHERE id = $1 RETURNING id'
_END_SESSIONS = "UPDATE session SET ended_at = now() WHERE user_id = $1 AND ended_at IS NULL RETURNING id"
_BEGIN_DELETION = """
UPDATE "user" SET deactivated_at = coalesce(deactivated_at, now()), deleting_at = now() WHERE id = $1 RETURNING id
"""
_DELETE_MODELS = "UPDATE model SET deleted_at = now() WHERE owner_id = $1 AND deleted_at IS NULL RETURNING id"
_COUNTS = "SELECT user_id, count(*) AS n FROM prediction WHERE user_id = ANY($1::uuid[]) GROUP BY user_id"
_LAST_SEEN = """
SELECT user_id, max(seen) AS seen FROM (
  SELECT s.user_id, t.created_at AS seen FROM session s JOIN refresh_token t ON t.session_id = s.id
  WHERE s.user_id = ANY($1::uuid[])
  UNION ALL
  SELECT user_id, last_used_at FROM api_key WHERE user_id = ANY($1::uuid[]) AND last_used_at IS NOT NULL) AS signs
GROUP BY user_id
"""
