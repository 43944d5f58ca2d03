from __future__ import annotations

import re

import asyncpg
import pytest
from graphql import GraphQLError, GraphQLSyntaxError, Source
from structlog.testing import capture_logs

from graph.errors import finish_error
from graph.types.errors import ErrorCode, InvalidInput, member
from server import errors
from server.errors import InvalidInputError, ServiceError, Violation

SERVICE_ERRORS: list[ServiceError] = [
    InvalidInputError([Violation("/input", "No.", "type")]),
    errors.CredentialsError(),
    *(
        cls("A sentence.")
        for cls in (
            errors.NotFoundError,
            errors.ForbiddenError,
            errors.ConflictError,
            errors.UnavailableError,
            errors.UnauthenticatedError,
            errors.BadUserInputError,
        )
    ),
]


@pytest.mark.parametrize("cause", SERVICE_ERRORS, ids=lambda e: type(e).__name__)
def test_the_error_of_a_service_keeps_its_words_and_gets_its_code(cause: ServiceError) -> None:
    error = GraphQLError(cause.message, original_error=cause)
    finish_error(error)
    assert error.message == cause.message
    rules = {"violations": [{"path": "/input", "message": "No.", "code": "type"}]}
    assert error.extensions == {"code": cause.code, **(rules if isinstance(cause, InvalidInputError) else {})}
    assert cause.code in ErrorCode.__members__


def test_a_bug_is_masked_and_logged_once_with_its_incident() -> None:
    cause = ZeroDivisionError("the password is hunter2")
    error = GraphQLError(str(cause), original_error=cause, path=["viewer"])
    with capture_logs() as logs:
        finish_error(error)
        finish_error(error)
    assert error.extensions is not None
    incident = error.extensions["incident"]
    assert re.fullmatch(r"[0-9a-f]{32}", incident)
    assert error.extensions["code"] == "INTERNAL_SERVER_ERROR"
    assert incident in error.message
    assert "hunter2" not in error.message
    assert [(log["event"], log["incident"], log["exc_info"]) for log in logs] == [("graphql.bug", incident, cause)]


def test_a_bug_below_other_graphql_errors_is_masked_too() -> None:
    error = GraphQLError("b", original_error=GraphQLError("a", original_error=KeyError("secret")))
    with capture_logs():
        finish_error(error)
    assert error.extensions is not None
    assert error.extensions["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in error.message


def test_two_bugs_have_two_incidents() -> None:
    found = [GraphQLError("", original_error=KeyError()) for _ in range(2)]
    with capture_logs():
        for error in found:
            finish_error(error)
    assert found[0].extensions != found[1].extensions


@pytest.mark.parametrize(
    "cause", [ConnectionRefusedError("10.0.0.7"), TimeoutError(), asyncpg.InterfaceError("closed")]
)
def test_a_database_that_is_away_is_no_bug(cause: Exception) -> None:
    error = GraphQLError(str(cause), original_error=cause)
    with capture_logs() as logs:
        finish_error(error)
    assert error.extensions == {"code": "UNAVAILABLE"}
    assert error.message == "The database does not answer; try again."
    assert [log["event"] for log in logs] == ["graphql.database_away"]


def test_errors_of_the_document() -> None:
    syntax, validation = GraphQLSyntaxError(Source("{"), 1, "Unexpected <EOF>."), GraphQLError("Unknown field.")
    for error, code in ((syntax, "GRAPHQL_PARSE_FAILED"), (validation, "GRAPHQL_VALIDATION_FAILED")):
        finish_error(error)
        assert error.extensions == {"code": code}


def test_a_code_that_is_there_stays() -> None:
    error = GraphQLError("a", extensions={"code": "MINE"}, original_error=KeyError())
    finish_error(error)
    assert error.extensions == {"code": "MINE"}


def test_expected_errors_are_members_of_unions_and_the_others_are_not() -> None:
    found = {cause.code: member(cause) for cause in SERVICE_ERRORS}
    assert {code for code, value in found.items() if value is None} == {"UNAUTHENTICATED", "BAD_USER_INPUT"}
    assert all(value.code is ErrorCode[code] for code, value in found.items() if value)
    invalid = found["INVALID_INPUT"]
    assert isinstance(invalid, InvalidInput)
    assert [(v.path, v.message, v.code) for v in invalid.violations] == [("/input", "No.", "type")]


def test_many_violations_are_told_by_their_number() -> None:
    found = member(InvalidInputError([Violation(f"/a/{number}", "Wrong.", "rule") for number in range(1000)]))
    assert isinstance(found, InvalidInput)
    assert found.message == "The input has 1000 violations; the first 50 are listed."
    assert [violation.path for violation in found.violations] == [f"/a/{number}" for number in range(50)]
