"""A WebSocket lives no longer than what it was opened with, unless it is refreshed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import websockets

from tests.conftest import LiveServer
from tests.integration.accounts.operations import (
    LOGOUT,
    REFRESH,
    acting,
    begun,
    new_key,
    refreshed,
    revoke,
)
from tests.support.api import Client
from tests.support.operations import VIEWER, unique

LONG_ENOUGH = 30


async def ask(socket: Any, number: str, query: str, **variables: Any) -> dict[str, Any]:
    """The answer to a query or mutation over a socket."""
    payload = {"query": query, "variables": variables}
    await socket.send(json.dumps({"id": number, "type": "subscribe", "payload": payload}))
    answer = json.loads(await asyncio.wait_for(socket.recv(), LONG_ENOUGH))
    assert (answer["type"], answer["id"]) == ("next", number), answer
    assert json.loads(await socket.recv())["type"] == "complete"
    data: dict[str, Any] = answer["payload"]["data"]
    return data


async def closed(socket: Any) -> tuple[int, str]:
    """How the server closed the socket; what it sends before is passed over."""
    async with asyncio.timeout(LONG_ENOUGH):
        with suppress(websockets.ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code, socket.close_reason


@asynccontextmanager
async def short_lived(live: LiveServer, client: Client, seconds: float) -> AsyncIterator[tuple[Any, dict[str, Any]]]:
    """A socket whose access token has so long to live, and the session."""
    made = await begun(client, unique())
    secret = live.environment["SECRET_KEY"]
    header = jwt.get_unverified_header(made["accessToken"])
    claims = jwt.decode(made["accessToken"], options={"verify_signature": False})
    claims["exp"] = int(time.time() + seconds)
    short = acting(client, jwt.encode(claims, secret, "HS256", headers=header))
    async with short.socket() as socket:
        yield socket, made


async def test_it_ends_with_the_access_token(live_server: LiveServer, nobody: Client) -> None:
    async with short_lived(live_server, nobody, 3) as (socket, _):
        assert (await ask(socket, "1", VIEWER))["viewer"]
        begin = time.time()
        assert await closed(socket) == (4403, "The access token has expired.")
        assert time.time() - begin < 4


async def test_a_running_subscription_ends_with_it(live_server: LiveServer, nobody: Client) -> None:
    async with short_lived(live_server, nobody, 3) as (socket, _):
        made = await nobody.create("demo/echo", {"text": "a b c", "repeat": 50, "delay_seconds": 0.2})
        query = f'subscription {{ predictionEvents(id: "{made["id"]}") {{ __typename }} }}'
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))
        assert json.loads(await socket.recv())["type"] == "next"
        assert await closed(socket) == (4403, "The access token has expired.")
    await nobody.cancel(made["id"])


async def test_refreshed_over_the_socket_it_lives_on(live_server: LiveServer, nobody: Client) -> None:
    async with short_lived(live_server, nobody, 2) as (socket, made):
        past = time.time() + 3
        answer = await ask(socket, "1", REFRESH, input={"refreshToken": made["refreshToken"]})
        assert answer["refreshSession"]["__typename"] == "Session"
        while time.time() < past:
            assert (await ask(socket, "2", VIEWER))["viewer"]["handle"] == made["user"]["handle"]
        nobody.token = answer["refreshSession"]["accessToken"]
        assert (await nobody.run(LOGOUT))["logout"] == {"sessions": 1}
        assert await closed(socket) == (4403, "The session has ended.")


async def test_another_session_s_token_does_not_prolong_it(live_server: LiveServer, nobody: Client) -> None:
    other = await begun(nobody, unique())
    async with short_lived(live_server, nobody, 3) as (socket, made):
        answer = await ask(socket, "1", REFRESH, input={"refreshToken": other["refreshToken"]})
        assert answer["refreshSession"]["user"] == other["user"]
        assert (await ask(socket, "2", VIEWER))["viewer"]["handle"] == made["user"]["handle"]
        assert await closed(socket) == (4403, "The access token has expired.")


async def test_a_refresh_over_http_leaves_the_socket_as_it_is(live_server: LiveServer, nobody: Client) -> None:
    async with short_lived(live_server, nobody, 2) as (socket, made):
        assert (await refreshed(nobody, made["refreshToken"]))["__typename"] == "Session"
        assert await closed(socket) == (4403, "The access token has expired.")


async def test_it_ends_with_the_session(ada: Client) -> None:
    async with ada.socket() as first, ada.socket() as second:
        await ada.run(LOGOUT)
        for socket in (first, second):
            assert await closed(socket) == (4403, "The session has ended.")


async def test_that_of_a_key_ends_when_the_key_is_revoked(ada: Client) -> None:
    made = await new_key(ada)
    other = await new_key(ada)
    async with acting(ada, made["key"]).socket() as socket, acting(ada, other["key"]).socket() as stays:
        assert (await ask(socket, "1", VIEWER))["viewer"]
        await revoke(ada, made["apiKey"]["id"])
        assert await closed(socket) == (4403, "The API key was revoked.")
        assert (await ask(stays, "1", VIEWER))["viewer"]


async def test_that_of_a_key_ends_when_the_key_expires(ada: Client) -> None:
    made = await new_key(ada, expiresAt=(datetime.now(UTC) + timedelta(seconds=2)).isoformat())
    async with acting(ada, made["key"]).socket() as socket:
        assert await closed(socket) == (4403, "The API key has expired.")
