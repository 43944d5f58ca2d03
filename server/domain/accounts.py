"""The rules of handles, e-mail addresses and passwords, and who asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from server.domain.storable import is_storable
from server.errors import Violation

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
PASSWORD_MIN, PASSWORD_MAX = 8, 256


@dataclass(frozen=True)
class Viewer:
    """Who asks: a signed-in user, or nobody (`user_id` None) at an address."""

    user_id: UUID | None = None
    is_admin: bool = False
    address: str = "unknown"

    @property
    def owner_key(self) -> str:
        """Whom idempotency keys count for: the user, or the client address of an anonymous caller."""
        return f"user:{self.user_id}" if self.user_id else f"anon:{self.address}"


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


def registration_violations(new: NewUser) -> list[Violation]:
    """Every rule that a registration breaks."""
    found = []
    if not HANDLE.fullmatch(new.handle):
        rule = "A handle has 2 to 39 lower-case letters and digits, with single dashes between them."
        found.append(Violation("/handle", rule, "pattern"))
    elif new.handle in RESERVED_HANDLES:
        found.append(Violation("/handle", "This handle is reserved.", "reserved"))
    try:
        normalise_email(new.email)
    except ValueError as error:
        found.append(Violation("/email", str(error), "format"))
    if not PASSWORD_MIN <= len(new.password) <= PASSWORD_MAX:
        rule = f"A password has {PASSWORD_MIN} to {PASSWORD_MAX} characters."
        found.append(Violation("/password", rule, "length"))
    elif not is_storable(new.password):
        found.append(Violation("/password", "The password holds characters that are no text.", "format"))
    return found
