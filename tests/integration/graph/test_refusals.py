"""What is refused before GraphQL reads it, and over sockets: always an error with a code, never a bug in the log."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import websockets

from tests.conftest import LiveServer
from tests.support.api import EVENTS, Client

JSON, RESPONSE = "application/json", "application/graphql-response+json"
LIMIT = 1_000_000


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 65_536


BODIES: dict[str, Any] = {"announced": lambda: b"x" * (LIMIT + 1), "streamed": lambda: pieces(40)}


def check(answer: httpx.Response, request_id: str) -> None:
    assert answer.status_code == 413
    assert answer.headers["x-request-id"] == request_id


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("accept", [JSON, RESPONSE])
async def test_a_body_that_is_too_large(nobody: Client, body: str, accept: str) -> None:
    headers = {"content-type": JSON, "accept": accept, "x-request-id": "mine"}
    answer = await nobody.http.post(f"{nobody.url}/graphql", content=BODIES[body](), headers=headers)
    check(answer, "mine")
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "BODY_TOO_LARGE"}
    assert error["message"]


async def test_a_body_that_just_fits(nobody: Client) -> None:
    whole = json.dumps({"query": "{ __typename }", "variables": {"a": ""}})
    fitting = json.dumps({"query": "{ __typename }", "variables": {"a": "x" * (LIMIT - len(whole))}})
    assert len(fitting) == LIMIT
    answer = await nobody.http.post(f"{nobody.url}/graphql", content=fitting, headers={"content-type": JSON})
    assert answer.json()["data"] == {"__typename": "Query"}


async def test_a_second_subscription_of_one_id_closes_the_socket_and_is_no_bug(
    live_server: LiveServer, nobody: Client
) -> None:
    made = await nobody.create("demo/echo", {"text": "a b", "delay_seconds": 30})
    log = live_server.data_dir / "api.log"
    before = len(log.read_text())
    asked = {"id": "1", "type": "subscribe", "payload": {"query": EVENTS, "variables": {"id": made["id"]}}}
    async with nobody.socket() as socket:
        await socket.send(json.dumps(asked))
        assert json.loads(await socket.recv())["type"] == "next"
        await socket.send(json.dumps(asked))
        with suppress(websockets.ConnectionClosed):
            async for _ in socket:
                pass
        assert socket.close_code == 4409
    # Whatever the end of this socket says is said by the time that another one has come and gone
    async with nobody.socket():
        pass
    await nobody.cancel(made["id"])
    said = log.read_text()[before:]
    assert "Traceback" not in said
    assert '"level": "error"' not in said
