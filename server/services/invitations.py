"""Invitations: an administrator lets one person in, whatever REGISTRATION says, by a link that works once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction
from uuid6 import uuid7

from server.adapters.common_passwords import common_passwords
from server.adapters.database import now, rows
from server.adapters.security import fingerprint
from server.domain.accounts import NewUser, SignInMethod, Viewer, normalise_email, registration_violations
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction, Subject, SubjectType
from server.domain.mails import InvitationState, MailKind, MailState, MailText, invitation_text
from server.domain.passwords import normalise_password
from server.errors import ConflictError, CredentialsError, ForbiddenError, InvalidInputError, NotFoundError, Violation
from server.queue import mails
from server.queue.mails import MailLease
from server.runtime import Runtime
from server.services import accounts, audit, rate_limits, sessions
from server.services.sessions import SessionTokens
from server.tables import Invitation, User

PURPOSE = "invitation"
PATH = "/invitation"
ENDED = "This invitation is not valid any more: it was used or revoked, or has expired. Ask for another."


@dataclass(frozen=True)
class NewInvitation:
    """A new invitation, and its link where no mail carries it."""

    invitation: Invitation
    link: str | None


async def create(
    rt: Runtime, viewer: Viewer | None, email: str, *, is_admin: bool, base_url: str, by_link: bool = False
) -> NewInvitation:
    """Invite somebody by mail, or by a link that the administrator hands on where no mail server is configured.

    With `by_link` it is a link in any case. Earlier invitations to the address are revoked. `viewer` is None for the
    operator at a terminal; links begin with PUBLIC_URL, or with `base_url` where that is not set.

    Raises:
        UnauthenticatedError, ForbiddenError: no administrator's session asks.
        InvalidInputError: it is no e-mail address.
        ConflictError: somebody has an account with it.
    """
    inviter_id = _administrator(viewer) if viewer else None
    try:
        address = normalise_email(email)
    except ValueError as error:
        raise InvalidInputError([Violation("/email", str(error), "format")]) from None
    if await User.exists(email=address):
        raise ConflictError("Somebody with this e-mail address has an account.")
    row_id, created_at, by_mail = uuid7(), now(), rt.settings.sends_mail and not by_link
    token = rt.link_tokens.tokens(PURPOSE, row_id)[0]
    async with in_transaction():
        await Invitation.filter(email=address, revoked_at=None).update(revoked_at=created_at)
        row = await Invitation.create(
            id=row_id,
            email=address,
            is_admin=is_admin,
            hash=fingerprint(token),
            inviter_id=inviter_id,
            mail_state=MailState.PENDING.value if by_mail else None,
            created_at=created_at,
            expires_at=created_at + timedelta(seconds=rt.settings.invitation_seconds),
        )
        if by_mail:
            await mails.insert(MailKind.INVITATION, address, rt.settings.invitation_seconds, row.id)
        await audit.record(viewer, AuditAction.USER_INVITED, _subject(row), after={"admin": is_admin})
    rt.mail_wake.set()
    return NewInvitation(row, None if by_mail else _link(rt, token, base_url))


async def revoke(viewer: Viewer, invitation_id: UUID) -> Invitation:
    """End an invitation that nobody has accepted; one that has ended stays as it is.

    Raises:
        UnauthenticatedError, ForbiddenError: no administrator's session asks.
        NotFoundError: there is none.
    """
    _administrator(viewer)
    async with in_transaction():
        live = Invitation.filter(id=invitation_id, accepted_at=None, revoked_at=None)
        is_changed = await live.update(revoked_at=now())
        row = await Invitation.get_or_none(id=invitation_id)
        if row is None:
            raise NotFoundError("There is no invitation with this id.")
        if is_changed:
            await audit.record(viewer, AuditAction.INVITATION_REVOKED, _subject(row))
    return row


async def accept(rt: Runtime, viewer: Viewer, token: str, handle: str, password: str) -> SessionTokens:
    """Make the account of an invitation, and sign its user in.

    Raises:
        CredentialsError: the invitation is not valid, or not any more.
        InvalidInputError: handle or password break rules; the invitation stays.
        ConflictError: the handle or the e-mail address are taken; the invitation stays.
        RateLimitedError: too many tries from this address.
    """
    await rate_limits.count_link(rt, viewer)
    invitation = await Invitation.get_or_none(hash=fingerprint(token))
    if invitation is None or invitation.email is None or state_of(invitation) is not InvitationState.PENDING:
        raise CredentialsError(ENDED)
    if violations := registration_violations(NewUser(handle, invitation.email, password), common_passwords()):
        raise InvalidInputError(violations)
    password_hash = await rt.passwords.hash(normalise_password(password))
    try:
        async with in_transaction():
            user = await User.create(
                handle=handle, email=invitation.email, password_hash=password_hash, is_admin=invitation.is_admin
            )
            # Of two at once, one
            if not await rows(_ACCEPT, invitation.id, user.id):
                raise CredentialsError(ENDED)
            actor, subject = replace(viewer, user_id=user.id), accounts.subject_of(user)
            await audit.record(actor, AuditAction.INVITATION_ACCEPTED, subject, after={"admin": user.is_admin})
    except IntegrityError:
        raise await accounts.name_conflict(handle) from None
    return await sessions.begin(rt, user, SignInMethod.INVITATION)


_ACCEPT = """
UPDATE invitation SET accepted_at = now(), user_id = $2, email = NULL
WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now() RETURNING id
"""


def state_of(row: Invitation, at: datetime | None = None) -> InvitationState:
    """Where an invitation stands."""
    if row.accepted_at is not None:
        return InvitationState.ACCEPTED
    if row.revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.EXPIRED if row.expires_at <= (at or now()) else InvitationState.PENDING


def listing(viewer: Viewer) -> QuerySet[Invitation]:
    """All invitations.

    Raises:
        ForbiddenError: the viewer is no admin, or the API key may not read.
    """
    viewer.require(Scope.READ)
    if not viewer.is_admin:
        raise ForbiddenError("Only administrators may list invitations.")
    return Invitation.all()


async def by_ids(viewer: Viewer, ids: Iterable[UUID]) -> dict[UUID, Invitation]:
    """Invitations by id, which administrators alone see."""
    viewer.require(Scope.READ)
    return {row.id: row for row in await Invitation.filter(id__in=list(ids))} if viewer.is_admin else {}


async def mail_text(rt: Runtime, lease: MailLease) -> MailText | None:
    """The mail of an invitation that can still be accepted."""
    row = await Invitation.get_or_none(id=lease.subject_id).select_related("inviter")
    if row is None or state_of(row) is not InvitationState.PENDING:
        return None
    token = next((one for one in rt.link_tokens.tokens(PURPOSE, row.id) if fingerprint(one) == row.hash), None)
    if token is None:
        # SECRET_KEY was replaced
        return None
    site = (rt.settings.public_url or "").rstrip("/")
    inviter = row.inviter.handle if row.inviter else None
    return invitation_text(site, inviter, _link(rt, token, site), (row.expires_at - now()).total_seconds())


def _subject(row: Invitation) -> Subject:
    """An invitation as the audit log names it: not by the address of somebody who may never come."""
    return Subject(SubjectType.INVITATION, row.id)


def _link(rt: Runtime, token: str, base_url: str) -> str:
    """Behind the `#`, which browsers send to no server, so that no log and no referrer has the token."""
    return f"{(rt.settings.public_url or base_url).rstrip('/')}{PATH}#{token}"


def _administrator(viewer: Viewer) -> UUID:
    user_id = viewer.signed_in()
    if not viewer.is_admin:
        raise ForbiddenError("Only administrators may invite.")
    return user_id
