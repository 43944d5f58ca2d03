"""Accounts: registration, login, and passwords."""

from __future__ import annotations

from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from server.adapters import metrics
from server.adapters.common_passwords import common_passwords
from server.adapters.database import rows
from server.domain.accounts import NewUser, SignInMethod, Viewer, normalise_email, registration_violations
from server.domain.audit import AuditAction, Subject, SubjectType
from server.domain.passwords import PASSWORD_MAX, normalise_password, password_violations
from server.domain.storable import is_storable
from server.errors import ConflictError, CredentialsError, ForbiddenError, InvalidInputError, NotFoundError
from server.runtime import Runtime
from server.services import audit, password_resets, rate_limits, sessions
from server.services.sessions import SessionTokens
from server.settings.types import Registration
from server.tables import User

DEMO_HANDLE = "demo"
DEMO_EMAIL = "demo@inference-server.invalid"


async def register(rt: Runtime, viewer: Viewer, new: NewUser) -> SessionTokens:
    """Make an account and sign its user in.

    Raises:
        ForbiddenError: registration is closed.
        RateLimitedError: too many came from this address.
        InvalidInputError: handle, e-mail address or password break rules.
        ConflictError: handle or e-mail address are taken.
    """
    if rt.settings.registration is Registration.CLOSED:
        raise ForbiddenError("Registration is closed on this server.")
    if violations := registration_violations(new, common_passwords()):
        raise InvalidInputError(violations)
    await rate_limits.count_registration(rt, viewer)
    user = await _create(rt, new, is_admin=False)
    return await sessions.begin(rt, user, SignInMethod.REGISTRATION)


async def create_admin(rt: Runtime, new: NewUser) -> User:
    """Make an administrator at the command line, whatever REGISTRATION says; raises as `register`."""
    return await _create(rt, new, is_admin=True)


async def _create(rt: Runtime, new: NewUser, *, is_admin: bool) -> User:
    if violations := registration_violations(new, common_passwords()):
        raise InvalidInputError(violations)
    password_hash = await rt.passwords.hash(normalise_password(new.password))
    email = normalise_email(new.email)
    try:
        async with in_transaction():
            user = await User.create(handle=new.handle, email=email, password_hash=password_hash, is_admin=is_admin)
            if is_admin:
                await audit.record(None, AuditAction.ADMIN_CREATED, subject_of(user), after={"admin": True})
            return user
    except IntegrityError:
        raise await name_conflict(new.handle) from None


async def name_conflict(handle: str) -> ConflictError:
    """The error of a new account whose handle or else whose e-mail address somebody has."""
    field = "handle" if await User.exists(handle=handle) else "e-mail address"
    return ConflictError(f"This {field} is taken.")


async def login(rt: Runtime, viewer: Viewer, email: str, password: str) -> SessionTokens:
    """Sign in.

    Raises:
        CredentialsError: the same, after the same time, for an unknown address and a wrong password.
        RateLimitedError: too many tries, on this account or from this address.
    """
    try:
        normalised: str | None = normalise_email(email)
    except ValueError:
        normalised = None
    await rate_limits.count_sign_in(rt, viewer, normalised or email)
    user = await User.get_or_none(email=normalised) if normalised else None
    if not await _is_password_of(rt, user, password) or user is None:
        metrics.SIGN_INS.labels(SignInMethod.PASSWORD.value, "refused").inc()
        raise CredentialsError
    await rate_limits.forget_sign_ins(rt, user.email)
    return await sessions.begin(rt, user, SignInMethod.PASSWORD)


async def change_password(rt: Runtime, viewer: Viewer, current: str, new: str) -> SessionTokens:
    """Give the account another password: all its sessions end, and a new one begins. API keys stay.

    Raises:
        UnauthenticatedError, ForbiddenError: nobody is signed in, or an API key asks.
        CredentialsError: the current password is wrong.
        InvalidInputError: the new one breaks rules.
        RateLimitedError: too many tries, on this account or from this address.
    """
    user = await User.get(id=viewer.signed_in())
    await rate_limits.count_sign_in(rt, viewer, user.email)
    if not await _is_password_of(rt, user, current):
        raise CredentialsError("The current password is wrong.")
    await rate_limits.forget_sign_ins(rt, user.email)
    if violations := password_violations(new, "/newPassword", (user.handle, user.email), common_passwords()):
        raise InvalidInputError(violations)
    # Of two changes at once, the later one came with a password that is not the current one any more
    password_hash = await rt.passwords.hash(normalise_password(new))
    async with in_transaction():
        if not await rows(_CHANGE, user.id, user.password_hash, password_hash):
            raise CredentialsError("The current password is wrong.")
        await audit.record(viewer, AuditAction.PASSWORD_CHANGED, subject_of(user))
        await password_resets.end_links(user.id)
        await sessions.end_all(viewer)
    return await sessions.begin(rt, user, SignInMethod.PASSWORD)


_CHANGE = 'UPDATE "user" SET password_hash = $3 WHERE id = $1 AND password_hash = $2 RETURNING id'


async def _is_password_of(rt: Runtime, user: User | None, password: str) -> bool:
    """Whether it is the password of the user; it takes as long where there is no user."""
    is_possible = len(password) <= PASSWORD_MAX and is_storable(password)
    typed = password if is_possible else ""
    password_hash = user.password_hash if user else None
    is_right = await rt.passwords.verify(normalise_password(typed), password_hash)
    if not is_right and typed != normalise_password(typed):
        # Hashes of before are of what was typed
        is_right = await rt.passwords.verify(typed, password_hash)
    return is_right and is_possible


async def find(handle: str) -> User:
    """A user by handle; raises NotFoundError."""
    user = await User.get_or_none(handle=handle) if handle.isprintable() else None
    if user is None:
        raise NotFoundError("There is no user of this handle.")
    return user


async def by_ids(user_ids: list[UUID]) -> dict[UUID, User]:
    """Users by id, those that exist."""
    return {user.id: user for user in await User.filter(id__in=user_ids)}


def subject_of(user: User) -> Subject:
    """A user as the audit log names them."""
    return Subject(SubjectType.USER, user.id, user.handle, user.id)


async def demo_owner() -> User:
    """The system account that owns the bundled models; nobody can log in as it."""
    user, _ = await User.get_or_create(handle=DEMO_HANDLE, defaults={"email": DEMO_EMAIL, "password_hash": None})
    return user
