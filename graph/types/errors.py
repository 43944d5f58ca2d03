"""Expected outcomes that are no success: members of result unions."""

from __future__ import annotations

from enum import Enum

import strawberry

from server import errors


@strawberry.enum(description="Stable codes of errors.")
class ErrorCode(Enum):
    """Stable codes of errors."""

    UNAUTHENTICATED = strawberry.enum_value("UNAUTHENTICATED", description="Needs a signed-in user.")
    FORBIDDEN = strawberry.enum_value("FORBIDDEN", description="You may not do this.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="It does not exist, as far as you may know.")
    BAD_USER_INPUT = strawberry.enum_value("BAD_USER_INPUT", description="An argument is malformed.")
    BAD_CREDENTIALS = strawberry.enum_value("BAD_CREDENTIALS", description="Wrong e-mail address or password.")
    CONFLICT = strawberry.enum_value("CONFLICT", description="Something of that name or key exists already.")
    INVALID_INPUT = strawberry.enum_value("INVALID_INPUT", description="The input breaks rules; see violations.")
    UNAVAILABLE = strawberry.enum_value("UNAVAILABLE", description="It exists, but cannot serve now.")


@strawberry.interface(description="An expected outcome that is no success.")
class UserError:
    """An expected outcome that is no success."""

    message: str = strawberry.field(description="A sentence for people.")
    code: ErrorCode = strawberry.field(description="A stable code for programs.")


@strawberry.type(description="One broken rule of an input.")
class Violation:
    """One broken rule of an input."""

    path: str = strawberry.field(description="JSON Pointer to the place, such as /input/steps.")
    message: str = strawberry.field(description="What is wrong there.")
    code: str = strawberry.field(description="The rule's name, such as maximum or required.")


@strawberry.type(description="The input breaks rules; all of them are listed.")
class InvalidInput(UserError):
    """The input breaks rules."""

    violations: list[Violation] = strawberry.field(description="Every broken rule.")


@strawberry.type(description="It does not exist, or you may not know that it does.")
class NotFoundError(UserError):
    """It does not exist."""


@strawberry.type(description="You may not do this.")
class ForbiddenError(UserError):
    """The viewer may not do this."""


@strawberry.type(description="Something of that name or key exists already.")
class ConflictError(UserError):
    """Something of that name or key exists already."""


@strawberry.type(description="It exists, but cannot serve now; the message says why.")
class UnavailableError(UserError):
    """It cannot serve now."""


@strawberry.type(description="The e-mail address or the password is wrong.")
class CredentialsError(UserError):
    """The e-mail address or the password is wrong."""


MEMBERS: dict[type[errors.ServiceError], type[UserError]] = {
    errors.NotFoundError: NotFoundError,
    errors.ForbiddenError: ForbiddenError,
    errors.ConflictError: ConflictError,
    errors.UnavailableError: UnavailableError,
    errors.CredentialsError: CredentialsError,
}


def member(error: errors.ServiceError) -> UserError | None:
    """A service's error as a member of a result union; None for those that are top-level errors."""
    if isinstance(error, errors.InvalidInputError):
        found = [Violation(path=v.path, message=v.message, code=v.code) for v in error.violations]
        return InvalidInput(message=error.message, code=ErrorCode.INVALID_INPUT, violations=found)
    cls = MEMBERS.get(type(error))
    return cls(message=error.message, code=ErrorCode[error.code]) if cls else None
