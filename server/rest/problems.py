"""Errors of REST as problem details (RFC 9457), for all that goes wrong below a door."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.adapters import wire
from server.adapters.metrics import REFUSALS
from server.adapters.requests import OPENAI_ENDINGS, nothing_at
from server.adapters.storage import StorageError
from server.domain.storable import storable
from server.errors import MAX_VIOLATIONS, BusyError, InvalidInputError, RateLimitedError, ServiceError, Violation

logger = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
STATUSES = {
    "INVALID_INPUT": 422,
    "NOT_FOUND": 404,
    "FORBIDDEN": 403,
    "CONFLICT": 409,
    # It exists, and its state is what stands against the request
    "UNAVAILABLE": 409,
    "BAD_CREDENTIALS": 401,
    "UNAUTHENTICATED": 401,
    "RATE_LIMITED": 429,
    "QUEUE_FULL": 429,
    "RESPONSE_TOO_LARGE": 413,
    "BAD_USER_INPUT": 400,
    "BUDGET_EXCEEDED": 402,
}
CODES = {
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "BODY_TOO_LARGE",
}
STORE_AWAY = "The file store is unavailable; try again."


def problem(
    status: int,
    code: str,
    detail: str,
    violations: Iterable[Violation] = (),
    retry_after: int = 0,
    also: Mapping[str, Any] | None = None,
) -> Response:
    """One error; `also` are members beside those that all have."""
    REFUSALS.labels(code).inc()
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **(also or {}),
    }
    if listed := [{"path": each.path, "message": each.message, "code": each.code} for each in violations]:
        body["violations"] = listed
    headers = {"content-type": MEDIA_TYPE}
    if retry_after:
        headers["retry-after"] = str(retry_after)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return Response(wire.encode(body), status, headers)


def refusal(_: Headers, status: int, code: str, message: str) -> Response:
    """An answer to what no route takes, to an outage and to a bug."""
    return problem(status, code, message)


async def answer_service_error(_: Request, error: Exception) -> Response:
    """The answer to an error that a service raised."""
    if not isinstance(error, ServiceError):
        raise error
    if isinstance(error, RateLimitedError):
        seconds = math.ceil(error.retry_after_seconds)
        # Clients read the seconds out of this sentence
        detail = f"{error.message} Your rate limit resets in ~{seconds}s."
        return problem(429, error.code, detail, retry_after=seconds)
    if isinstance(error, BusyError):
        return problem(503, error.code, error.message, retry_after=math.ceil(error.retry_after_seconds))
    if isinstance(error, InvalidInputError):
        sentences = " ".join(f"{each.path}: {each.message}" for each in error.violations[:3])
        return problem(422, error.code, f"{error.message} {sentences}", error.violations)
    return problem(STATUSES.get(error.code, 400), error.code, error.message)


async def answer_invalid_request(request: Request, error: Exception) -> Response:
    """The answer to a request whose body, path or query is not of the documented form."""
    if not isinstance(error, RequestValidationError):
        raise error
    violations = [_violation(each) for each in error.errors()[:MAX_VIOLATIONS]]
    return await answer_service_error(request, InvalidInputError(violations))


def _violation(error: dict[str, Any]) -> Violation:
    place: Sequence[Any] = error.get("loc", ())
    if error.get("type") == "json_invalid":
        return Violation("", "The body is not JSON.", "json")
    path = "".join(f"/{part}" for part in place[1:])
    return Violation(storable(path)[:200], storable(str(error.get("msg", "")))[:300], str(error.get("type", "")))


async def answer_http_error(request: Request, error: Exception) -> Response:
    """The answer to a path or method that no route takes, and to a body that is too large."""
    if not isinstance(error, HTTPException):
        raise error
    is_missing, path = error.status_code == HTTPStatus.NOT_FOUND, request.url.path
    detail = nothing_at(path) if is_missing else storable(str(error.detail))
    # Clients of OpenAI's API read nothing else
    also = {"error": {"message": detail}} if is_missing and path.endswith(OPENAI_ENDINGS) else {}
    answer = problem(error.status_code, CODES.get(error.status_code, "BAD_USER_INPUT"), detail, also=also)
    answer.headers.update({name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"})
    return answer


async def answer_storage_error(_: Request, error: Exception) -> Response:
    """The answer where the file store failed."""
    if not isinstance(error, StorageError):
        raise error
    logger.warning("rest.store_failed", error=str(error))
    return problem(503, "UNAVAILABLE", STORE_AWAY, retry_after=1)
