"""Accounts: registration, login, and who asks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tortoise.exceptions import IntegrityError

from server.adapters.security import AccessToken, TokenError
from server.domain.accounts import (
    PASSWORD_MAX,
    NewUser,
    Viewer,
    normalise_email,
    registration_violations,
)
from server.domain.storable import is_storable
from server.errors import ConflictError, CredentialsError, ForbiddenError, InvalidInputError, UnauthenticatedError
from server.runtime import Runtime
from server.settings import Registration
from server.tables import User

DEMO_HANDLE = "demo"
DEMO_EMAIL = "demo@inference-server.invalid"


@dataclass(frozen=True)
class Session:
    """A signed-in user and the access token."""

    user: User
    token: AccessToken


async def register(rt: Runtime, new: NewUser) -> Session:
    """Make an account and sign it in.

    Raises:
        ForbiddenError: registration is closed.
        InvalidInputError: handle, e-mail address or password break rules.
        ConflictError: handle or e-mail address are taken.
    """
    if rt.settings.registration is Registration.CLOSED:
        raise ForbiddenError("Registration is closed on this server.")
    user = await _create(rt, new, is_admin=False)
    return Session(user, rt.tokens.issue(user.id))


async def create_admin(rt: Runtime, new: NewUser) -> User:
    """Make an administrator, whatever REGISTRATION says; raises as `register`."""
    return await _create(rt, new, is_admin=True)


async def _create(rt: Runtime, new: NewUser, *, is_admin: bool) -> User:
    if violations := registration_violations(new):
        raise InvalidInputError(violations)
    password_hash = await rt.passwords.hash(new.password)
    email = normalise_email(new.email)
    try:
        return await User.create(handle=new.handle, email=email, password_hash=password_hash, is_admin=is_admin)
    except IntegrityError:
        what = "handle" if await User.exists(handle=new.handle) else "e-mail address"
        raise ConflictError(f"This {what} is taken.") from None


async def login(rt: Runtime, email: str, password: str) -> Session:
    """Sign in.

    Raises:
        CredentialsError: the same, after the same time, for an unknown address and a wrong password.
    """
    user = await _find(email)
    password_hash = user.password_hash if user else None
    possible = len(password) <= PASSWORD_MAX and is_storable(password)
    if not await rt.passwords.verify(password if possible else "", password_hash) or not possible:
        raise CredentialsError
    if user is None:
        raise CredentialsError
    return Session(user, rt.tokens.issue(user.id))


async def _find(email: str) -> User | None:
    try:
        return await User.get_or_none(email=normalise_email(email))
    except ValueError:
        return None


async def viewer_of(rt: Runtime, token: str | None, address: str) -> Viewer:
    """Who asks with this access token; without one, nobody.

    Raises:
        UnauthenticatedError: the token is not valid, or its user is gone.
    """
    if token is None:
        return Viewer(address=address)
    try:
        claims = rt.tokens.read(token)
    except TokenError as error:
        raise UnauthenticatedError(str(error)) from None
    user = await User.get_or_none(id=claims.user_id)
    if user is None:
        raise UnauthenticatedError("The user of this access token does not exist.")
    return Viewer(user.id, user.is_admin, address)


async def get(user_ids: list[UUID]) -> dict[UUID, User]:
    """Users by id, those that exist."""
    return {user.id: user for user in await User.filter(id__in=user_ids)}


async def demo_owner() -> User:
    """The system account that owns the bundled models; nobody can log in as it."""
    user, _ = await User.get_or_create(handle=DEMO_HANDLE, defaults={"email": DEMO_EMAIL, "password_hash": None})
    return user
