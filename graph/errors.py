"""Top-level errors: each carries a code, bugs are masked and logged once with an incident id."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import strawberry
import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from graph.types.errors import MEMBERS, OTHER_MEMBERS, UserError, member
from server.adapters.database import CONNECTION_ERRORS
from server.errors import BusyError, InvalidInputError, RateLimitedError, ServiceError

# The document has no operation that could run; Strawberry says so in the reason of its answer
NO_OPERATION = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
BUG = "INTERNAL_SERVER_ERROR"
DATABASE_AWAY = "The database does not answer; try again."
logger = structlog.get_logger(__name__)


class MemberHandler(strawberry.ExceptionHandler):  # type: ignore[type-arg]
    """Turns one service error into the member of a result union, where the field's union has it."""

    def __init__(self, exception_type: type[ServiceError], error_type: type[UserError]) -> None:
        self.exception_type = exception_type
        self.error_type = error_type

    def handle(self, exception: ServiceError, *, field: Any, info: Any) -> UserError | None:
        """The member."""
        return member(exception)


def member_handlers() -> list[MemberHandler]:
    """One handler for each error that can be a member."""
    return [MemberHandler(cause, error) for cause, error in {**MEMBERS, **OTHER_MEMBERS}.items()]


def finish_error(error: GraphQLError) -> None:
    """Give an error its code; of a bug the client learns only an incident id."""
    if error.extensions and "code" in error.extensions:
        return
    cause = _cause(error)
    if cause is None or isinstance(cause, NO_OPERATION):
        unread = isinstance(error, GraphQLSyntaxError) or isinstance(cause, MissingQueryError)
        name = "GRAPHQL_PARSE_FAILED" if unread else "GRAPHQL_VALIDATION_FAILED"
        error.extensions = {**(error.extensions or {}), "code": name}
    elif isinstance(cause, RateLimitedError | BusyError):
        # Whole seconds, rounded up, as the Retry-After header has them
        error.extensions = {"code": cause.code, "retryAfter": math.ceil(cause.retry_after_seconds)}
    elif isinstance(cause, InvalidInputError):
        error.extensions = {"code": cause.code, "violations": [asdict(each) for each in cause.violations]}
    elif isinstance(cause, ServiceError):
        error.extensions = {"code": cause.code}
    elif isinstance(cause, CONNECTION_ERRORS):
        logger.warning("graphql.database_away", error=str(cause))
        error.message = DATABASE_AWAY
        error.extensions = {"code": "UNAVAILABLE"}
    elif isinstance(cause, ValueError) and "integer string conversion" in str(cause):
        # Python reads no integer literal of more than 4300 digits
        error.message = "A number in the document has too many digits."
        error.extensions = {"code": "GRAPHQL_VALIDATION_FAILED"}
    else:
        incident = uuid4().hex
        logger.error("graphql.bug", incident=incident, path=error.path, exc_info=cause)
        error.message = f"Something went wrong on our side (incident {incident})."
        error.extensions = {"code": BUG, "incident": incident}


def is_outage(error: GraphQLError) -> bool:
    """Whether it came because the database does not answer, or because there is no room for an answer now."""
    return isinstance(_cause(error), (*CONNECTION_ERRORS, BusyError))


def is_bug(error: GraphQLError) -> bool:
    """Whether an error that is finished is one of ours."""
    return (error.extensions or {}).get("code") == BUG


def _cause(error: GraphQLError) -> Exception | None:
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
