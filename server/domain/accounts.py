"""The rules of handles, e-mail addresses and passwords, and the viewer."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from server.domain.api_keys import ALL_SCOPES, Scope
from server.domain.passwords import password_violations
from server.errors import ForbiddenError, UnauthenticatedError, Violation

HANDLE = re.compile(r"(?=.{2,39}\Z)[a-z0-9](?:-?[a-z0-9])*", re.ASCII)
RESERVED_HANDLES = frozenset(
    [
        "admin",
        "administrator",
        "api",
        "anonymous",
        "demo",
        "files",
        "graphql",
        "health",
        "help",
        "me",
        "metrics",
        "models",
        "new",
        "root",
        "server",
        "settings",
        "static",
        "support",
        "system",
        "user",
        "users",
        "v1",
        "viewer",
        "www",
    ]
)


class SignInMethod(StrEnum):
    """How a session began."""

    PASSWORD = "password"  # noqa: S105 - no password
    REGISTRATION = "registration"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - no password
    OIDC = "oidc"


USER_OWNER = "user:"
ANONYMOUS_OWNER = "anon:"


@dataclass(frozen=True)
class Viewer:
    """The caller: a user with a session or an API key, or an anonymous one (`user_id` None) at an address.

    `is_admin` is false for an administrator's key without the scope ADMIN. `expires_at` is when the credential ends.
    """

    user_id: UUID | None = None
    is_admin: bool = False
    address: str = "unknown"
    scopes: frozenset[Scope] = ALL_SCOPES
    session_id: UUID | None = None
    key_id: UUID | None = None
    expires_at: datetime | None = None

    @property
    def owner_key(self) -> str:
        """The owner of predictions and idempotency keys: the user, or the address of an anonymous caller."""
        return f"{USER_OWNER}{self.user_id}" if self.user_id else f"{ANONYMOUS_OWNER}{self.address}"

    def require(self, scope: Scope) -> None:
        """Raise ForbiddenError for an API key that lacks a scope; everybody else has all of them."""
        if scope not in self.scopes:
            raise ForbiddenError(f"This API key lacks the scope {scope}.")

    def administer(self, scope: Scope, act: str) -> None:
        """Raise ForbiddenError unless an administrator asks, or an API key of one with this scope and ADMIN.

        `act` completes the sentence "Only administrators may ...".
        """
        if not self.is_admin:
            raise ForbiddenError(f"Only administrators may {act}.")
        self.require(scope)

    def signed_in(self) -> UUID:
        """The user behind a session; API keys cannot change an account.

        Raises:
            UnauthenticatedError: nobody is signed in.
            ForbiddenError: an API key asks.
        """
        if self.user_id is None:
            raise UnauthenticatedError("Sign in first.")
        if self.key_id is not None:
            raise ForbiddenError("An API key cannot change the account; sign in with your password.")
        return self.user_id


ANONYMOUS = Viewer()


@dataclass(frozen=True)
class NewUser:
    """A registration as it was typed."""

    handle: str
    email: str
    password: str


def normalise_email(email: str) -> str:
    """The address in its one comparable form: normalised and case-folded.

    Raises:
        ValueError: with a sentence, when it is no address.
    """
    if len(email) > 254:
        raise ValueError("An e-mail address has at most 254 characters.")
    try:
        return validate_email(email, check_deliverability=False).normalized.casefold()
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None


def registration_violations(new: NewUser, common: Container[str] = frozenset()) -> list[Violation]:
    """Every rule that a registration breaks; `common` are passwords that attackers try first."""
    violations = []
    if not HANDLE.fullmatch(new.handle):
        rule = "A handle has 2 to 39 lower-case letters and digits, with single dashes between them."
        violations.append(Violation("/handle", rule, "pattern"))
    elif new.handle in RESERVED_HANDLES:
        violations.append(Violation("/handle", "This handle is reserved.", "reserved"))
    try:
        normalise_email(new.email)
    except ValueError as error:
        violations.append(Violation("/email", str(error), "format"))
    return violations + password_violations(new.password, "/password", (new.handle, new.email), common)
