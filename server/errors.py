"""The errors that a client may read.

ServiceError
 +- InvalidInputError     INVALID_INPUT    the input breaks rules; all violations at once
 +- NotFoundError         NOT_FOUND        it does not exist, or the viewer may not know that it does
 +- ForbiddenError        FORBIDDEN        the viewer may know, but not do
 +- ConflictError         CONFLICT         something of that name or key exists already
 +- UnavailableError      UNAVAILABLE      it exists but cannot serve now; the message says why
 |   +- BusyError         UNAVAILABLE      too much goes on now; says when to ask again
 +- BudgetExceededError   BUDGET_EXCEEDED  it may cost more than a budget has left
 +- CredentialsError      BAD_CREDENTIALS  wrong e-mail, password or refresh token
 +- UnauthenticatedError  UNAUTHENTICATED  needs a signed-in user, or the token is not valid
 +- RateLimitedError      RATE_LIMITED     too often; says when to ask again
 |   +- QueueFullError    QUEUE_FULL       too many of the caller's predictions wait; says when to ask again
 +- ResponseTooLargeError RESPONSE_TOO_LARGE  the answer would have too many bytes
 +- BadUserInputError     BAD_USER_INPUT   an argument (cursor, id, page size) is malformed
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

MAX_VIOLATIONS = 50


@dataclass(frozen=True)
class Violation:
    """One broken rule: where (a JSON Pointer such as `/input/steps`), what, and the rule's name."""

    path: str
    message: str
    code: str


class ServiceError(Exception):
    """Base of every error whose code and message a client may read."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInputError(ServiceError):
    """The input breaks rules; of many violations the first MAX_VIOLATIONS are told, and how many there are."""

    code = "INVALID_INPUT"

    def __init__(self, violations: list[Violation]) -> None:
        count = len(violations)
        more = f"; the first {MAX_VIOLATIONS} are listed" if count > MAX_VIOLATIONS else ""
        super().__init__(f"The input has {count} violation{'' if count == 1 else 's'}{more}.")
        self.violations = violations[:MAX_VIOLATIONS]


class NotFoundError(ServiceError):
    """It does not exist, or the viewer may not know that it does."""

    code = "NOT_FOUND"


class ForbiddenError(ServiceError):
    """The viewer may know of it, but not do this."""

    code = "FORBIDDEN"


class ConflictError(ServiceError):
    """Something of that name or key exists already."""

    code = "CONFLICT"


class UnavailableError(ServiceError):
    """It exists but cannot serve now; the message says why."""

    code = "UNAVAILABLE"


class BusyError(UnavailableError):
    """Too much goes on now; `retry_after_seconds` is when it may be asked again."""

    def __init__(self, message: str, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class BudgetExceededError(ServiceError):
    """It may cost more than a budget has left."""

    code = "BUDGET_EXCEEDED"


class CredentialsError(ServiceError):
    """Wrong e-mail or password, in the same words for both; or a refresh token that is not valid."""

    code = "BAD_CREDENTIALS"

    def __init__(self, message: str = "The e-mail address or the password is wrong.") -> None:
        super().__init__(message)


class UnauthenticatedError(ServiceError):
    """It needs a signed-in user, or the token is not valid."""

    code = "UNAUTHENTICATED"


class RateLimitedError(ServiceError):
    """It was asked too often; `retry_after_seconds` is when it may be asked again."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class QueueFullError(RateLimitedError):
    """Too many predictions of the caller wait."""

    code = "QUEUE_FULL"


class ResponseTooLargeError(ServiceError):
    """The answer would have too many bytes."""

    code = "RESPONSE_TOO_LARGE"


class BadUserInputError(ServiceError):
    """An argument is malformed."""

    code = "BAD_USER_INPUT"
