"""Expected failures: members of result unions."""

from __future__ import annotations

import math
from enum import Enum

import strawberry

from server import errors


@strawberry.enum(description="Stable codes of errors.")
class ErrorCode(Enum):
    UNAUTHENTICATED = strawberry.enum_value("UNAUTHENTICATED", description="You must sign in first.")
    FORBIDDEN = strawberry.enum_value("FORBIDDEN", description="You are not allowed to do this.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="It does not exist, or you cannot see it.")
    BAD_USER_INPUT = strawberry.enum_value("BAD_USER_INPUT", description="An argument is malformed.")
    BAD_CREDENTIALS = strawberry.enum_value("BAD_CREDENTIALS", description="Wrong e-mail address or password.")
    CONFLICT = strawberry.enum_value("CONFLICT", description="The request conflicts with what already exists.")
    INVALID_INPUT = strawberry.enum_value("INVALID_INPUT", description="The input is invalid; see `violations`.")
    QUEUE_FULL = strawberry.enum_value("QUEUE_FULL", description="As many of your predictions wait as may.")
    BUDGET_EXCEEDED = strawberry.enum_value("BUDGET_EXCEEDED", description="It may cost more than a budget has left.")
    UNAVAILABLE = strawberry.enum_value("UNAVAILABLE", description="It exists, but cannot be used now.")


@strawberry.interface(description="An expected failure.")
class UserError:
    message: str = strawberry.field(description="Message for people.")
    code: ErrorCode = strawberry.field(description="Stable code for programs.")


@strawberry.type(description="One violated rule of an input.")
class Violation:
    path: str = strawberry.field(description="JSON Pointer to the invalid value, such as `/input/steps`.")
    message: str = strawberry.field(description="What is wrong with the value.")
    code: str = strawberry.field(description="Name of the rule, such as `maximum` or `required`.")


@strawberry.type(description="The input is invalid; its violations are listed.")
class InvalidInput(UserError):
    violations: list[Violation] = strawberry.field(
        description=f"All violated rules; of more than {errors.MAX_VIOLATIONS} the first, and `message` says how many."
    )


@strawberry.type(description="It does not exist, or you cannot see it.")
class NotFoundError(UserError):
    pass


@strawberry.type(description="You are not allowed to do this.")
class ForbiddenError(UserError):
    pass


@strawberry.type(description="The request conflicts with what already exists, such as a name or key that is taken.")
class ConflictError(UserError):
    pass


@strawberry.type(description="It exists, but cannot be used now; the message says why.")
class UnavailableError(UserError):
    pass


@strawberry.type(description="Wrong e-mail address or password.")
class CredentialsError(UserError):
    pass


@strawberry.type(description="As many of your predictions wait as may, in all or of this model.")
class QueueFull(UserError):
    retry_after: int = strawberry.field(description="Seconds after which to try again.")


@strawberry.type(description="It may cost more than a budget of yours, or of your API key, has left.")
class BudgetExceeded(UserError):
    pass


MEMBERS: dict[type[errors.ServiceError], type[UserError]] = {
    errors.NotFoundError: NotFoundError,
    errors.ForbiddenError: ForbiddenError,
    errors.ConflictError: ConflictError,
    errors.UnavailableError: UnavailableError,
    errors.CredentialsError: CredentialsError,
    errors.BudgetExceededError: BudgetExceeded,
}

OTHER_MEMBERS: dict[type[errors.ServiceError], type[UserError]] = {
    errors.InvalidInputError: InvalidInput,
    errors.QueueFullError: QueueFull,
}
"""Members with fields of their own."""


def member(error: errors.ServiceError) -> UserError | None:
    """A service's error as a member of a result union; None for those that are top-level errors."""
    if isinstance(error, errors.InvalidInputError):
        violations = [Violation(path=v.path, message=v.message, code=v.code) for v in error.violations]
        return InvalidInput(message=error.message, code=ErrorCode.INVALID_INPUT, violations=violations)
    if isinstance(error, errors.QueueFullError):
        seconds = math.ceil(error.retry_after_seconds)
        return QueueFull(message=error.message, code=ErrorCode.QUEUE_FULL, retry_after=seconds)
    cls = MEMBERS.get(type(error))
    return cls(message=error.message, code=ErrorCode[error.code]) if cls else None
