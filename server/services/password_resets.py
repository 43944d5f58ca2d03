"""Another password by a link in a mail, or one that an operator hands on, for whoever forgot theirs."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from server.adapters.common_passwords import common_passwords
from server.adapters.database import rows
from server.adapters.security import fingerprint
from server.domain.accounts import SignInMethod, Viewer, normalise_email
from server.domain.audit import AuditAction, Subject, SubjectType
from server.domain.mails import MailKind, MailText, password_reset_text
from server.domain.passwords import normalise_password, password_violations
from server.errors import ConflictError, CredentialsError, InvalidInputError, UnavailableError, Violation
from server.queue import mails
from server.queue.mails import MailLease
from server.runtime import Runtime
from server.services import audit, rate_limits, sessions
from server.services.sessions import SessionTokens
from server.tables import User

PURPOSE = "password-reset"
PATH = "/reset"
NO_MAIL = "This server sends no mail, so that passwords cannot be reset here; ask an administrator."
ENDED = "This link is not valid any more: it was used, or has expired. Ask for another."


async def request(rt: Runtime, viewer: Viewer, email: str) -> None:
    """Have a link sent to an address, if it is an account's that signs in by password.

    Nobody learns whether it is, by the answer or by its time: all that is done here is to write the address down.

    Raises:
        UnavailableError: no mail server is configured.
        InvalidInputError: it is no e-mail address.
        RateLimitedError: too many were asked for, for this e-mail address or from this network address.
    """
    if not rt.settings.sends_mail:
        raise UnavailableError(NO_MAIL)
    try:
        address = normalise_email(email)
    except ValueError as error:
        raise InvalidInputError([Violation("/email", str(error), "format")]) from None
    await rate_limits.count_password_reset(rt, viewer, address)
    await mails.insert(MailKind.PASSWORD_RESET, address, rt.settings.password_reset_seconds)
    rt.mail_wake.set()


async def create_link(rt: Runtime, user: User, base_url: str) -> str:
    """A link that an operator at the command line hands on; it begins with PUBLIC_URL, else with `base_url`.

    Raises:
        ConflictError: nobody signs in to the account by a password, or it is deactivated.
    """
    token, seconds = rt.link_tokens.tokens(PURPOSE, uuid4())[0], rt.settings.password_reset_seconds
    async with in_transaction():
        if not await rows(_INSERT, fingerprint(token), user.email, seconds):
            raise ConflictError("This account is deactivated, or nobody signs in to it by a password.")
        subject = Subject(SubjectType.USER, user.id, user.handle, user.id)
        await audit.record(None, AuditAction.RESET_LINK_CREATED, subject)
    return _link(rt, token, base_url)


def _link(rt: Runtime, token: str, base_url: str = "") -> str:
    """Behind the `#`, as the links of invitations."""
    return f"{(rt.settings.public_url or base_url).rstrip('/')}{PATH}#{token}"


async def mail_text(rt: Runtime, lease: MailLease) -> MailText | None:
    """The mail with a link; None where nobody signs in with this address and a password.

    An account that another server vouches for (OIDC) gets no password so: whoever is shut out there would come in here.
    """
    token = rt.link_tokens.tokens(PURPOSE, lease.id)[0]
    seconds = rt.settings.password_reset_seconds
    users = await rows(_INSERT, fingerprint(token), lease.recipient, seconds)
    if not users:
        return None
    site = (rt.settings.public_url or "").rstrip("/")
    return password_reset_text(site, users[0]["handle"], _link(rt, token), seconds)


async def confirm(rt: Runtime, viewer: Viewer, token: str, password: str) -> SessionTokens:
    """Set another password by a link: all sessions end, and a new one begins. API keys stay, as with any new password.

    Raises:
        CredentialsError: the link is not valid, or not any more.
        InvalidInputError: the password breaks rules; the link stays.
        RateLimitedError: too many tries from this address.
    """
    await rate_limits.count_link(rt, viewer)
    users = await rows(_FIND, fingerprint(token))
    user = await User.get_or_none(id=users[0]["user_id"]) if users else None
    if user is None:
        raise CredentialsError(ENDED)
    if violations := password_violations(password, "/newPassword", (user.handle, user.email), common_passwords()):
        raise InvalidInputError(violations)
    password_hash = await rt.passwords.hash(normalise_password(password))
    async with in_transaction():
        # Of two at once, one; other links of the account end with it
        if not await rows(_USE, fingerprint(token)):
            raise CredentialsError(ENDED)
        await end_links(user.id)
        await rows(_SET, user.id, password_hash)
        await sessions.end_all_of(user.id)
        subject = Subject(SubjectType.USER, user.id, user.handle, user.id)
        await audit.record(replace(viewer, user_id=user.id), AuditAction.PASSWORD_RESET, subject)
    await rate_limits.forget_sign_ins(rt, user.email)
    return await sessions.begin(rt, user, SignInMethod.PASSWORD_RESET)


async def end_links(user_id: UUID) -> None:
    """End all links that could set another password of a user."""
    await rows(_END, user_id)


_INSERT = """
WITH u AS (SELECT id, handle FROM "user" WHERE email = $2 AND password_hash IS NOT NULL
  AND deactivated_at IS NULL),
r AS (
  INSERT INTO password_reset AS p (hash, user_id, created_at, expires_at)
  SELECT $1, id, now(), now() + make_interval(secs => $3) FROM u
  ON CONFLICT (hash) DO UPDATE SET expires_at = EXCLUDED.expires_at WHERE p.used_at IS NULL)
SELECT handle FROM u
"""
_FIND = """
SELECT r.user_id FROM password_reset r JOIN "user" u ON u.id = r.user_id
WHERE r.hash = $1 AND r.used_at IS NULL AND r.expires_at > now() AND u.deactivated_at IS NULL
"""
_USE = """
UPDATE password_reset SET used_at = now() WHERE hash = $1 AND used_at IS NULL AND expires_at > now() RETURNING hash
"""
_END = "UPDATE password_reset SET used_at = now() WHERE user_id = $1 AND used_at IS NULL RETURNING hash"
_SET = 'UPDATE "user" SET password_hash = $2 WHERE id = $1 RETURNING id'
