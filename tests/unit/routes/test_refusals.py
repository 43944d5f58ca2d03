from __future__ import annotations

from typing import Any

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from graph.http.refusals import refusal
from server.routes.refusals import Refusals
from server.routes.request_log import RequestLog

SECRET = "what nobody shall read"


async def broken(request: Request) -> Response:
    raise ZeroDivisionError(SECRET)


async def away(request: Request) -> Response:
    raise asyncpg.CannotConnectNowError("the database system is starting up")


async def half(request: Request) -> Response:
    async def body() -> Any:
        yield b"half"
        raise ZeroDivisionError

    return StreamingResponse(body())


APP = Starlette(
    routes=[Route(path, broken, methods=["GET", "POST"]) for path in ("/graphql", "/broken")]
    + [Route("/half", half), Route("/away", away)],
    middleware=[Middleware(RequestLog), Middleware(Refusals, {"/graphql": refusal})],
)


async def get(path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(APP)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        return await http.get(path, headers={"x-request-id": "r1", **headers})


async def test_a_bug_is_an_answer_with_its_incident_and_one_line() -> None:
    with capture_logs() as lines:
        answer = await get("/broken")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert answer.headers["x-request-id"] == "r1"
    (bug,) = [line for line in lines if line["log_level"] == "error"]
    assert bug["incident"] in error["message"]
    assert isinstance(bug["exc_info"], ZeroDivisionError)
    assert SECRET not in answer.text


async def test_a_database_that_is_away_is_no_bug() -> None:
    with capture_logs() as lines:
        answer = await get("/away")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"
    assert not [line for line in lines if line["log_level"] == "error"]
    (line,) = [line for line in lines if line["event"] == "request.unavailable"]
    assert "exc_info" not in line
    assert line["error"] == "the database system is starting up"


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_bug_under_graphql_is_an_error_of_graphql(accept: str) -> None:
    answer = await get("/graphql", accept=accept)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    assert answer.headers["x-request-id"] == "r1"
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}


async def test_an_answer_that_breaks_off_breaks_off() -> None:
    with pytest.raises(ZeroDivisionError):
        await get("/half")
