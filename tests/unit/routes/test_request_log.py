from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from structlog.contextvars import bind_contextvars, get_contextvars
from structlog.testing import capture_logs

from server.adapters.tasks import shared
from server.routes.request_log import RequestLog


async def ids(request: Request) -> Response:
    """What a log line of this request would carry."""
    bind_contextvars(user=request.query_params.get("user", "nobody"))
    await asyncio.sleep(0)
    return JSONResponse(get_contextvars())


async def broken(request: Request) -> Response:
    """A bug."""
    raise ZeroDivisionError


APP = Starlette(
    routes=[Route("/ids", ids), Route("/broken", broken), Route("/metrics", ids)], middleware=[Middleware(RequestLog)]
)


async def get(path: str, request_id: str | None = None) -> httpx.Response:
    transport = httpx.ASGITransport(APP, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        return await http.get(path, headers={} if request_id is None else {"x-request-id": request_id})


async def test_an_id_goes_through_and_ids_do_not_mix() -> None:
    names = [f"r{n}" for n in range(50)]
    answers = await asyncio.gather(*(get(f"/ids?user=u{n}", name) for n, name in enumerate(names)))
    for n, (name, answer) in enumerate(zip(names, answers, strict=True)):
        assert answer.headers["x-request-id"] == name
        assert answer.json() == {"request": name, "user": f"u{n}"}


async def test_one_request_leaves_nothing_to_the_next() -> None:
    bind_contextvars(prediction="of before")
    assert "prediction" not in (await get("/ids")).text


async def lines(path: str) -> list[Any]:
    with capture_logs() as found:
        await get(path, "r1")
    return list(found)


async def test_a_line_an_answer_without_the_query() -> None:
    (line,) = await lines("/ids?token=secret")
    assert (line["path"], line["method"], line["status"], line["log_level"]) == ("/ids", "GET", 200, "info")
    assert "secret" not in str(line)


@pytest.mark.parametrize(("path", "level", "status"), [("/metrics", "debug", 200), ("/none", "info", 404)])
async def test_levels(path: str, level: str, status: int) -> None:
    (line,) = await lines(path)
    assert (line["log_level"], line["status"]) == (level, status)


async def test_a_request_that_breaks_has_its_line() -> None:
    assert [line["event"] for line in await lines("/broken")] == ["request.ended"]


async def test_what_works_for_many_carries_the_ids_of_nobody() -> None:
    bind_contextvars(request="r1", user="u1")

    async def seen() -> dict[str, Any]:
        return get_contextvars()

    assert await shared(seen()) == {}
    assert await asyncio.create_task(seen()) == {"request": "r1", "user": "u1"}
