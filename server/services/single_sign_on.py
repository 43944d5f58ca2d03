"""Single sign-on: a session for whom an OpenID Connect provider vouches.

The browser that begins keeps a secret, and gets a ticket by way of the provider; for both it gets a session. So no
token is in any URL, a link that somebody else began signs nobody in, and no cookie is needed.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction
from uuid6 import uuid7

from server.adapters import metrics
from server.adapters.database import insert_all, now, rows
from server.adapters.security import LINK_PREFIX, fingerprint, opaque
from server.adapters.vault import UnreadableSecretError
from server.domain.accounts import SignInMethod, Viewer
from server.domain.audit import AuditAction, AuditDoor, Subject, SubjectType
from server.domain.identities import ClaimsRefusedError, Person, handles, person_of, require_domain
from server.errors import CredentialsError, UnavailableError
from server.runtime import Runtime
from server.services import audit, password_resets, rate_limits, sessions
from server.services.sessions import SessionTokens
from server.tables import ApiKey, Identity, SignIn, User

if TYPE_CHECKING:
    from server.adapters.oidc import OidcProvider

logger = structlog.get_logger(__name__)

UNDER_WAY_SECONDS = 600
TICKET_SECONDS = 120
PAGE_PATH = "/sign-in"
OFF = "This server has no single sign-on."
ENDED = "This sign-in is not valid any more; begin again."


@dataclass(frozen=True)
class SignInStart:
    """Where the browser goes, and the secret that it keeps meanwhile."""

    url: str
    secret: str


async def begin(rt: Runtime, viewer: Viewer) -> SignInStart:
    """Begin to sign in at the provider.

    Raises:
        UnavailableError: none is configured, or it is away.
        RateLimitedError: too many tries from this address.
    """
    from server.adapters.oidc import OidcError

    provider = _provider(rt)
    await rate_limits.count_link(rt, viewer)
    state, nonce, verifier, secret = (secrets.token_urlsafe(32) for _ in range(4))
    try:
        url = await provider.authorization_url(state, nonce, verifier)
    except OidcError as error:
        raise UnavailableError(str(error)) from None
    await SignIn.create(
        state_hash=fingerprint(state),
        secret_hash=fingerprint(secret),
        nonce=nonce,
        sealed_verifier=rt.vault.seal(verifier),
        expires_at=now() + timedelta(seconds=UNDER_WAY_SECONDS),
    )
    return SignInStart(url, secret)


async def answer(
    rt: Runtime, viewer: Viewer, state: str, code: str | None, error: str | None, issuer: str | None
) -> str | None:
    """What the provider sent the browser back with; the ticket that it goes on with, once for each `state`.

    None where the sign-in is none of ours, or was answered before, or took too long.
    """
    from server.adapters.oidc import OidcError

    if rt.oidc is None:
        return None
    matches = await rows(_TAKE, fingerprint(state))
    if not matches:
        return None
    row = matches[0]
    user_id: UUID | None = None
    problem: str | None = None
    try:
        if error is not None or not code:
            logger.info("oidc.declined", error=(error or "")[:100])
            raise OidcError("The provider did not sign you in.")
        names = ("email", *([rt.settings.oidc_group_claim.partition(".")[0]] if rt.settings.oidc_admin_group else []))
        claims = await rt.oidc.claims(code, rt.vault.open(row["sealed_verifier"]), row["nonce"], issuer, names)
        user_id = await _account(rt, viewer, claims)
    except (OidcError, ClaimsRefusedError) as refusal:
        problem = str(refusal)
    except UnreadableSecretError:
        problem = ENDED
    ticket = opaque(LINK_PREFIX)
    await rows(_ANSWER, row["id"], fingerprint(ticket), user_id, problem, TICKET_SECONDS)
    return ticket


async def finish(rt: Runtime, viewer: Viewer, ticket: str, secret: str) -> SessionTokens:
    """The session, for the ticket and the secret of the browser that began; once.

    Raises:
        CredentialsError: they do not belong together, or not any more; or the provider's word did not suffice.
        RateLimitedError: too many tries from this address.
    """
    await rate_limits.count_link(rt, viewer)
    matches = await rows(_FINISH, fingerprint(ticket), fingerprint(secret))
    problem = matches[0]["problem"] if matches else ENDED
    user = await User.get_or_none(id=matches[0]["user_id"]) if matches and problem is None else None
    if user is None:
        metrics.SIGN_INS.labels(SignInMethod.OIDC.value, "refused").inc()
        raise CredentialsError(problem or ENDED)
    return await sessions.begin(rt, user, SignInMethod.OIDC)


async def logout_url(rt: Runtime) -> str | None:
    """The page that ends the sign-in at the provider; None where there is none."""
    return await rt.oidc.logout_url() if rt.oidc else None


async def _account(rt: Runtime, viewer: Viewer, claims: dict[str, object]) -> UUID:
    """The account of whom the provider vouches for: known already, linked, or new.

    Raises:
        ClaimsRefusedError: there is none, and none may be made.
    """
    settings = rt.settings
    person = person_of(
        claims,
        assume_verified=settings.oidc_assume_email_verified,
        group_claim=settings.oidc_group_claim,
        admin_group=settings.oidc_admin_group,
    )
    require_domain(person, settings.oidc_allowed_domains)
    try:
        return await _matched(rt, viewer, person)
    except IntegrityError:
        # Somebody did the same at the same time
        return await _matched(rt, viewer, person)


async def _matched(rt: Runtime, viewer: Viewer, person: Person) -> UUID:
    issuer = rt.settings.oidc_issuer or ""
    async with in_transaction():
        known = await rows(_KNOWN, issuer, person.subject)
        user_id: UUID
        if known:
            user_id = known[0]["user_id"]
        else:
            holder = await User.select_for_update().get_or_none(email=person.email) if person.email else None
            if holder and (known := await rows(_KNOWN, issuer, person.subject)):
                # Somebody did the same at the same time
                return UUID(str(known[0]["user_id"]))
            linked = await _linked(rt, person, holder)
            user_id = linked or await _new(rt, person)
            action = AuditAction.PROVIDER_LINKED if linked else AuditAction.PROVIDER_REGISTERED
            await _record(viewer, action, user_id)
            at = now()
            await Identity.create(
                user_id=user_id, issuer=issuer, subject=person.subject, created_at=at, last_used_at=at
            )
        if person.is_admin is not None:
            changed = await rows(_SET_ADMIN, user_id, person.is_admin)
            if changed:
                before, after = {"admin": not person.is_admin}, {"admin": person.is_admin}
                await _record(viewer, AuditAction.PROVIDER_CHANGED_ROLE, user_id, before, after)
        return user_id


async def _record(
    viewer: Viewer,
    action: AuditAction,
    user_id: UUID,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """A line of the audit log, about the user who signs in."""
    subject = Subject(SubjectType.USER, user_id, await audit.handle_of(user_id), user_id)
    actor = replace(viewer, user_id=user_id)
    await audit.record(actor, action, subject, before, after, AuditDoor.SINGLE_SIGN_ON)


async def _linked(rt: Runtime, person: Person, user: User | None) -> UUID | None:
    """The account that has the person's address, taken over; None where nobody has it.

    Anybody may have registered it with an address that was never proved, and would share it with its owner: so whatever
    let them in ends. Without the provider's word that the address is the person's, it stays as it is.
    """
    if user is None:
        return None
    if not person.is_verified:
        raise ClaimsRefusedError(
            "An account here has your e-mail address, which the provider has not verified. Sign in by your password."
        )
    if not rt.settings.oidc_link_by_email:
        raise ClaimsRefusedError(
            "An account here has your e-mail address already. Sign in by your password; only an administrator can let "
            "the provider sign in to it."
        )
    await User.filter(id=user.id).update(password_hash=None)
    await password_resets.end_links(user.id)
    await sessions.end_all_of(user.id)
    await ApiKey.filter(user_id=user.id, revoked_at=None).update(revoked_at=now())
    return user.id


async def _new(rt: Runtime, person: Person) -> UUID:
    if not rt.settings.oidc_registration:
        raise ClaimsRefusedError("You have no account here, and new ones are not made at sign-in.")
    if person.email is None or not person.is_verified:
        raise ClaimsRefusedError("The provider has not verified your e-mail address, which a new account needs.")
    for handle in handles(person, _digits()):
        row = User(id=uuid7(), handle=handle, email=person.email, password_hash=None, created_at=now())
        if (await insert_all([row], [{}], "handle"))[0]:
            return row.id
    raise ClaimsRefusedError("No free handle could be made of your name; ask an administrator for an invitation.")


def _digits() -> Iterator[str]:
    while True:
        # Nobody is kept from guessing it
        yield str(random.randrange(10, 100_000))  # noqa: S311


def _provider(rt: Runtime) -> OidcProvider:
    if rt.oidc is None:
        raise UnavailableError(OFF)
    return rt.oidc


_TAKE = """
UPDATE sign_in SET answered_at = now() WHERE state_hash = $1 AND answered_at IS NULL AND expires_at > now()
RETURNING id, nonce, sealed_verifier
"""
_ANSWER = """
UPDATE sign_in SET ticket_hash = $2, user_id = $3, problem = $4, expires_at = now() + make_interval(secs => $5)
WHERE id = $1 RETURNING id
"""
_FINISH = """
DELETE FROM sign_in WHERE ticket_hash = $1 AND secret_hash = $2 AND expires_at > now() RETURNING user_id, problem
"""
_KNOWN = "UPDATE identity SET last_used_at = now() WHERE issuer = $1 AND subject = $2 RETURNING user_id"
_SET_ADMIN = 'UPDATE "user" SET is_admin = $2 WHERE id = $1 AND is_admin <> $2 RETURNING id'
