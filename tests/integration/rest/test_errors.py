"""What REST answers to requests that it cannot do: one form, a stable code, and nothing of ours."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.conftest import LiveServer
from tests.support.operations import somebody

JSON = {"content-type": "application/json"}


def check(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer is."""
    assert (response.status_code, response.json().get("code")) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"]
    assert response.headers["x-content-type-options"] == "nosniff"
    body: dict[str, Any] = response.json()
    assert set(body) - {"violations"} == {"type", "title", "status", "detail", "code"}
    assert "Traceback" not in response.text
    return body


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("GET", "/v1/nothing", {}, 404, "NOT_FOUND"),
        ("GET", "/v1", {}, 404, "NOT_FOUND"),
        ("PUT", "/v1/models", {}, 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/v1/predictions/nonsense", {}, 404, "NOT_FOUND"),
        ("GET", "/v1/predictions/00000000-0000-0000-0000-000000000000", {}, 404, "NOT_FOUND"),
        ("GET", "/v1/models/demo/nothing", {}, 404, "NOT_FOUND"),
        ("GET", "/v1/models/%00/%ff", {}, 404, "NOT_FOUND"),
        ("GET", "/v1/models/demo/echo/versions/99", {}, 404, "NOT_FOUND"),
        ("GET", f"/v1/models/demo/echo/versions/{'0' * 64}", {}, 404, "NOT_FOUND"),
        ("GET", "/v1/models/nonsense", {}, 400, "BAD_USER_INPUT"),
        ("GET", "/v1/models?cursor=nonsense", {}, 400, "BAD_USER_INPUT"),
        ("GET", "/v1/models?cursor=%00", {}, 400, "BAD_USER_INPUT"),
        ("GET", f"/v1/models?query={'x' * 300}", {}, 422, "INVALID_INPUT"),
        ("GET", "/v1/collections/nothing", {}, 404, "NOT_FOUND"),
        ("GET", "/v1/account", {}, 401, "UNAUTHENTICATED"),
        ("GET", "/v1/account", {"headers": {"authorization": "Bearer nonsense"}}, 401, "UNAUTHENTICATED"),
        ("GET", "/v1/account", {"headers": {"authorization": "Basic YTpi"}}, 401, "UNAUTHENTICATED"),
        ("GET", "/v1/predictions", {}, 401, "UNAUTHENTICATED"),
        ("GET", "/v1/files", {}, 401, "UNAUTHENTICATED"),
        ("POST", "/v1/files", {"files": {"content": b"x"}}, 401, "UNAUTHENTICATED"),
        ("GET", "/v1/deployments", {}, 401, "UNAUTHENTICATED"),
        ("POST", "/v1/models", {"json": {}}, 422, "INVALID_INPUT"),
        ("POST", "/v1/predictions", {"content": b"{", "headers": JSON}, 422, "INVALID_INPUT"),
        ("POST", "/v1/predictions", {"content": b"\xff", "headers": JSON}, 422, "INVALID_INPUT"),
        ("POST", "/v1/predictions", {"content": b"[" * 100_000, "headers": JSON}, 422, "INVALID_INPUT"),
        ("POST", "/v1/predictions", {"content": b'{"a":' * 5_000, "headers": JSON}, 422, "INVALID_INPUT"),
        ("POST", "/v1/predictions", {"content": b"9" * 100_000, "headers": JSON}, 422, "INVALID_INPUT"),
        ("POST", "/v1/predictions", {"content": b"x" * 1_100_000, "headers": JSON}, 413, "BODY_TOO_LARGE"),
        ("POST", "/v1/predictions", {"json": {"input": {}}}, 422, "INVALID_INPUT"),
        ("POST", "/v1/predictions", {"json": {"version": "demo/nothing", "input": {}}}, 404, "NOT_FOUND"),
        ("POST", "/v1/predictions", {"json": {"version": "0" * 64, "input": {}}}, 404, "NOT_FOUND"),
        ("POST", "/v1/predictions", {"json": {"version": "demo/echo", "input": {}}}, 422, "INVALID_INPUT"),
        ("POST", "/v1/predictions", {"json": {"version": "demo/echo:9", "input": {"text": "x"}}}, 409, "UNAVAILABLE"),
        ("POST", "/v1/models/demo/echo/predictions", {"json": {"input": []}}, 422, "INVALID_INPUT"),
        ("POST", "/v1/models/demo/echo/predictions", {"json": {"input": {"text": "\0"}}}, 422, "INVALID_INPUT"),
        ("POST", "/v1/auth/token", {"json": {"email": "a@b.co", "password": "wrong"}}, 401, "BAD_CREDENTIALS"),
        ("POST", "/v1/auth/token", {"json": ["email"]}, 422, "INVALID_INPUT"),
        ("POST", "/v1/auth/token", {"json": {"email": {"a": 1}}}, 422, "INVALID_INPUT"),
        ("POST", "/v1/auth/token", {"data": {"refresh_token": "isr_x"}}, 401, "BAD_CREDENTIALS"),
        ("POST", "/v1/auth/register", {"json": {"username": "A", "email": "x", "password": "y"}}, 422, "INVALID_INPUT"),
    ],
)
async def test_every_refusal_has_one_form(
    live_server: LiveServer, method: str, path: str, options: dict[str, Any], status: int, code: str
) -> None:
    async with httpx.AsyncClient(base_url=live_server.url) as client:
        check(await client.request(method, path, **options), status, code)


@pytest.mark.parametrize("cancel_after", ["", "soon", "-5s", "0s", "1e9s", "90 s"])
async def test_a_duration_that_is_none(live_server: LiveServer, cancel_after: str) -> None:
    async with httpx.AsyncClient(base_url=live_server.url) as client:
        headers, body = {"cancel-after": cancel_after}, {"input": {"text": "x"}}
        response = await client.post("/v1/models/demo/echo/predictions", json=body, headers=headers)
    assert response.status_code in (400, 422), response.text


async def test_all_violations_come_at_once_with_their_places(live_server: LiveServer) -> None:
    async with httpx.AsyncClient(base_url=live_server.url) as client:
        body = {"input": {"text": 1, "repeat": 0, "nothing": True}}
        problem = check(await client.post("/v1/models/demo/echo/predictions", json=body), 422, "INVALID_INPUT")
    assert {each["path"] for each in problem["violations"]} == {"/input/text", "/input/repeat", "/input/nothing"}
    assert "/input/" in problem["detail"]


async def test_too_often_says_when_to_come_again(live_server: LiveServer) -> None:
    client, _ = await somebody(live_server.url)
    async with httpx.AsyncClient(base_url=live_server.url) as http:
        for _ in range(30):
            answer = await http.post("/v1/auth/token", json={"email": "nobody@example.com", "password": "wrong"})
            if answer.status_code == 429:
                break
    problem = check(answer, 429, "RATE_LIMITED")
    assert int(answer.headers["retry-after"]) > 0
    assert f"Your rate limit resets in ~{answer.headers['retry-after']}s" in problem["detail"]
    await client.close()
