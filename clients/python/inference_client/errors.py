"""Everything that the client raises about the server.

InferenceError
 +- UnreachableError         no server answers at this URL, or something else does
 +- UnauthenticatedError     nobody is signed in, or the key is not valid
 +- ForbiddenError           the key may not do this
 +- NotFoundError            it does not exist, or the key may not see it
 +- InvalidInputError        the input breaks rules; `violations` has all of them
 +- ConflictError            a name, or an idempotency key, is taken
 +- UnavailableError         it exists, but cannot be used now
 +- RateLimitedError         too much was asked; `retry_after` says when to ask again
 +- ServerError              a bug of the server, or an answer that this client does not know
 +- PredictionFailedError    the prediction did not succeed; `code` and `prediction` say more
 +- WaitTimeoutError         it has not ended in time; it goes on (a TimeoutError too)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inference_client.predictions import Prediction


@dataclass(frozen=True)
class Violation:
    """One broken rule of an input: where (a JSON Pointer such as `/input/steps`), what, and the rule's name."""

    path: str
    message: str
    code: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class InferenceError(Exception):
    """Base of all errors; `message` is for people, `code` for programs."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class UnreachableError(InferenceError):
    """No server answers at this URL, or what answers is none of ours."""


class UnauthenticatedError(InferenceError):
    """Nobody is signed in, or the key or password is not valid."""


class ForbiddenError(InferenceError):
    """The key's owner, or its scopes, may not do this."""


class NotFoundError(InferenceError):
    """It does not exist, or the key may not see it."""


class InvalidInputError(InferenceError):
    """The input breaks rules; `violations` has all of them, each with its place."""

    def __init__(self, message: str, code: str = "INVALID_INPUT", violations: Sequence[Violation] = ()) -> None:
        lines = [message, *(f"  {violation}" for violation in violations)]
        super().__init__("\n".join(lines), code)
        self.violations = list(violations)


class ConflictError(InferenceError):
    """A name is taken, an idempotency key was used with another request, or all that may be stored is stored."""


class UnavailableError(InferenceError):
    """It exists, but cannot be used now; the message says why."""


class RateLimitedError(InferenceError):
    """Too much was asked; `retry_after` is the seconds until it may be asked again."""

    def __init__(self, message: str, code: str = "RATE_LIMITED", retry_after: float = 0) -> None:
        super().__init__(message, code)
        self.retry_after = retry_after


class ServerError(InferenceError):
    """A bug of the server; `incident`, where there is one, names the line of its log that says more."""

    def __init__(self, message: str, code: str = "", incident: str | None = None) -> None:
        super().__init__(message, code)
        self.incident = incident


class PredictionFailedError(InferenceError):
    """A prediction ended as FAILED, CANCELED or ABORTED.

    `code` is that of a failure, such as INPUT_REJECTED or OUT_OF_MEMORY, else the status; `prediction` has its logs and
    the output so far.
    """

    def __init__(self, prediction: Prediction) -> None:
        self.prediction = prediction
        error = prediction.error
        reason = f": {error.message}" if error else "."
        code = error.code if error else prediction.status
        super().__init__(f"The prediction ended as {prediction.status}{reason}", code)


class WaitTimeoutError(InferenceError, TimeoutError):
    """A prediction, or a version, has not ended in time; it goes on at the server."""


KINDS: dict[str, type[InferenceError]] = {
    "UNAUTHENTICATED": UnauthenticatedError,
    "BAD_CREDENTIALS": UnauthenticatedError,
    "FORBIDDEN": ForbiddenError,
    "NOT_FOUND": NotFoundError,
    "INVALID_INPUT": InvalidInputError,
    "BAD_USER_INPUT": InvalidInputError,
    "CONFLICT": ConflictError,
    "UNAVAILABLE": UnavailableError,
    "RATE_LIMITED": RateLimitedError,
    "QUEUE_FULL": RateLimitedError,
    "TOO_MANY_SUBSCRIPTIONS": RateLimitedError,
}


def error_of(code: str, message: str, details: Mapping[str, Any]) -> InferenceError:
    """The error that an answer's code stands for; `details` has `violations`, `retryAfter` or `incident`."""
    kind = KINDS.get(code, ServerError)
    if kind is InvalidInputError:
        broken = [Violation(each["path"], each["message"], each["code"]) for each in details.get("violations", ())]
        return InvalidInputError(message, code, broken)
    if kind is RateLimitedError:
        return RateLimitedError(message, code, float(details.get("retryAfter", 0)))
    if kind is ServerError:
        return ServerError(message, code, details.get("incident"))
    return kind(message, code)
