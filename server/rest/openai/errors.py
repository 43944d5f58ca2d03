"""Errors in the form of OpenAI's API, with its statuses and codes, for all that goes wrong below its door."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.adapters import wire
from server.adapters.metrics import REFUSALS
from server.adapters.storage import StorageError
from server.domain.storable import storable
from server.errors import BusyError, InvalidInputError, RateLimitedError, ServiceError, Violation
from server.rest.problems import STORE_AWAY

logger = structlog.get_logger(__name__)

INVALID, SERVER = "invalid_request_error", "server_error"
# By the code of an error in GraphQL: status, type and code in OpenAI's API
QUOTA = "insufficient_quota"
_FORMS = {
    "NOT_FOUND": (404, INVALID, "not_found"),
    "FORBIDDEN": (403, INVALID, "insufficient_permissions"),
    "CONFLICT": (409, INVALID, "conflict"),
    "UNAVAILABLE": (409, INVALID, "model_not_ready"),
    "BAD_CREDENTIALS": (401, INVALID, "invalid_api_key"),
    "UNAUTHENTICATED": (401, INVALID, "invalid_api_key"),
    "RESPONSE_TOO_LARGE": (413, INVALID, "response_too_large"),
    "BAD_USER_INPUT": (400, INVALID, "invalid_value"),
    "BUDGET_EXCEEDED": (429, QUOTA, QUOTA),
    "METHOD_NOT_ALLOWED": (405, INVALID, "method_not_supported"),
    "BODY_TOO_LARGE": (413, INVALID, "request_too_large"),
}
# By the rule that a value breaks; any other is `invalid_value`
_RULES = {
    "required": "missing_required_parameter",
    "missing": "missing_required_parameter",
    "type": "invalid_type",
    "additionalProperties": "unsupported_parameter",
    "minimum": "integer_below_min_value",
    "maximum": "integer_above_max_value",
    "maxLength": "string_above_max_length",
    "maxItems": "array_above_max_length",
    "minItems": "array_below_min_length",
    "json": "invalid_json",
}
_NUMBER = re.compile(r"[0-9]+", re.ASCII)
# What pydantic calls the members of a union, in the place of what is wrong
_TYPE = re.compile(r"str|int|float|bool|(list|dict)\[.*\]|(constrained|function)-.*")


class RefusedError(Exception):
    """A request that this door refuses; `param` is the client's own name of what is wrong.

    `is_final` tells stock clients not to send it again by themselves.
    """

    def __init__(
        self,
        message: str,
        param: str | None = None,
        code: str | None = None,
        status: int = 400,
        type_: str = INVALID,
        *,
        is_final: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.param, self.code, self.status, self.type = message, param, code, status, type_
        self.headers = {**(headers or {}), **({"x-should-retry": "false"} if is_final else {})}


class UnknownModelError(RefusedError):
    """There is no model of this name, or the caller may not know that there is."""

    def __init__(self, name: str) -> None:
        message = f"The model {storable(name)[:100]!r} does not exist, or you do not have access to it."
        super().__init__(message, "model", "model_not_found", 404)


def unreadable_files(error: StorageError, headers: Mapping[str, str]) -> RefusedError:
    """The error where the files of predictions that succeeded cannot be read now; `headers` name these.

    Sent again, the request would only make others.
    """
    logger.warning("openai.store_failed", error=str(error), predictions=headers.get("x-prediction-id"))
    message = (
        "The server's file store does not give what was made. It is kept, as the output of the prediction that the "
        "header 'x-prediction-id' names."
    )
    return RefusedError(message, code=SERVER, status=503, type_=SERVER, is_final=True, headers=headers)


def error_body(message: str, type_: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """An error, as answers and streams have it."""
    return {"error": {"message": message, "type": type_, "param": param, "code": code}}


def refuse(
    status: int,
    message: str,
    type_: str = INVALID,
    param: str | None = None,
    code: str | None = None,
    retry_after: int = 0,
) -> Response:
    """An answer that is an error."""
    REFUSALS.labels(str(code or type_)).inc()
    headers = {"retry-after": str(retry_after)} if retry_after else {}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(wire.encode(error_body(message, type_, param, code)), status, headers, "application/json")


def refusal(_: Headers, status: int, code: str, message: str) -> Response:
    """An answer to what no route takes, to an outage and to a bug."""
    if status >= 500:
        return refuse(status, message, SERVER, code=SERVER)
    form = _FORMS.get(code, (status, INVALID, "invalid_request"))
    return refuse(status, message, form[1], code=form[2])


def place_of(path: str, names: Mapping[str, str]) -> str:
    """A JSON Pointer as OpenAI's API names places, such as `messages[0].content`; `names` has the client's own ones."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    if parts[:1] == ["input"]:
        parts = parts[1:]
    if parts:
        parts[0] = names.get(parts[0], parts[0])
    place = ""
    for part in parts:
        place += f"[{part}]" if _NUMBER.fullmatch(part) and place else f".{part}" if place else part
    return place


def refuse_violations(violations: list[Violation], names: Mapping[str, str]) -> Response:
    """The answer to a request that breaks rules: all of them in the message, the first as `param` and `code`."""
    rules = [(place_of(each.path, names), each) for each in violations]
    sentences = [f"'{place}': {each.message}" if place else each.message for place, each in rules[:5]]
    more = f" ({len(rules) - 5} more.)" if len(rules) > 5 else ""
    place, first = rules[0] if rules else ("", Violation("", "", ""))
    return refuse(400, " ".join(sentences) + more, INVALID, place or None, violation_code(first.code))


def violation_code(rule: str) -> str:
    """The code of an error for the rule that a value breaks."""
    return _RULES.get(rule, "invalid_value")


async def answer_service_error(request: Request, error: Exception) -> Response:
    """The answer to an error that a service raised."""
    if not isinstance(error, ServiceError):
        raise error
    if isinstance(error, RateLimitedError):
        seconds = math.ceil(error.retry_after_seconds)
        return refuse(429, error.message, "requests", code="rate_limit_exceeded", retry_after=seconds)
    if isinstance(error, BusyError):
        return refuse(503, error.message, SERVER, code="server_busy", retry_after=math.ceil(error.retry_after_seconds))
    if isinstance(error, InvalidInputError):
        return refuse_violations(error.violations, getattr(request.state, "parameter_names", {}))
    status, type_, code = _FORMS.get(error.code, (400, INVALID, "invalid_request"))
    answer = refuse(status, error.message, type_, code=code)
    if code == QUOTA:
        # Stock clients send again what is answered with this status
        answer.headers["x-should-retry"] = "false"
    return answer


async def answer_refused(_: Request, error: Exception) -> Response:
    """The answer to what this door itself refuses."""
    if not isinstance(error, RefusedError):
        raise error
    answer = refuse(error.status, error.message, error.type, error.param, error.code)
    answer.headers.update(error.headers)
    return answer


async def answer_invalid_request(_: Request, error: Exception) -> Response:
    """The answer to a request whose body, path or query is not of the documented form."""
    if not isinstance(error, RequestValidationError):
        raise error
    return refuse_violations([_violation(each) for each in error.errors()[:50]], {})


def _violation(error: dict[str, Any]) -> Violation:
    kind = str(error.get("type", ""))
    if kind == "json_invalid":
        return Violation("", "The body is not JSON.", "json")
    path = "".join(f"/{part}" for part in error.get("loc", ())[1:] if not _TYPE.fullmatch(str(part)))
    is_type = kind.endswith("_type") or kind.endswith("_parsing")
    return Violation(storable(path)[:200], storable(str(error.get("msg", "")))[:300], "type" if is_type else kind)


async def answer_http_error(request: Request, error: Exception) -> Response:
    """The answer to a path or method that no route takes, and to a body that is too large."""
    if not isinstance(error, HTTPException):
        raise error
    about = f"{request.method} {storable(request.url.path)[:200]}"
    if error.status_code == 404:
        return refuse(404, f"Invalid URL ({about})", code="not_found")
    if error.status_code == 405:
        answer = refuse(405, f"Not allowed: {about}", code="method_not_supported")
        answer.headers.update({name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"})
        return answer
    code = "request_too_large" if error.status_code == 413 else "invalid_request"
    return refuse(error.status_code, storable(str(error.detail)), code=code)


async def answer_storage_error(_: Request, error: Exception) -> Response:
    """The answer where the file store failed."""
    if not isinstance(error, StorageError):
        raise error
    logger.warning("openai.store_failed", error=str(error))
    return refuse(503, STORE_AWAY, SERVER, code="server_error", retry_after=1)
