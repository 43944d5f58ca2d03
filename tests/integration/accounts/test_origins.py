"""Which foreign pages may talk to the API."""

from __future__ import annotations

import json

import pytest
import websockets

from tests.conftest import LiveServer
from tests.support.api import Client

FOREIGN = ["https://evil.example", "http://app.example", "https://app.example:444", "https://app.example.evil", "null"]
PROTOCOL = websockets.Subprotocol("graphql-transport-ws")


async def opens(live: LiveServer, origin: str | None) -> bool:
    """Whether a page of an origin may open a WebSocket."""
    url = live.url.replace("http", "ws", 1)
    try:
        async with websockets.connect(
            f"{url}/graphql", subprotocols=[PROTOCOL], proxy=None, origin=origin and websockets.Origin(origin)
        ) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            return True
    except websockets.InvalidStatus as refused:
        return refused.response.status_code != 403


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_socket_of_a_foreign_page_is_refused(strict: LiveServer, origin: str) -> None:
    assert not await opens(strict, origin)


async def test_a_socket_of_a_known_page_is_not(strict: LiveServer, live_server: LiveServer) -> None:
    for origin in ("https://app.example", "https://other.example:8443", strict.url, None):
        assert await opens(strict, origin)
    assert not await opens(live_server, "https://app.example")
    assert await opens(live_server, live_server.url)


async def preflight(client: Client, origin: str) -> dict[str, str]:
    """The headers that allow a foreign page something."""
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,baggage,content-type,traceparent,tracestate",
    }
    answer = await client.http.options(f"{client.url}/graphql", headers=headers)
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-allow-")}


async def test_cors_allows_known_pages_alone(caller: Client, nobody: Client) -> None:
    allowed = await preflight(caller, "https://app.example")
    assert allowed["access-control-allow-origin"] == "https://app.example"
    for name in ("authorization", "content-type", "traceparent", "tracestate", "baggage"):
        assert name in allowed["access-control-allow-headers"].lower()
    # There are no cookies, and none shall ever be sent along
    assert "access-control-allow-credentials" not in allowed
    for origin in FOREIGN:
        assert "access-control-allow-origin" not in await preflight(caller, origin)
    assert await preflight(nobody, "https://app.example") == {}


async def test_an_answer_is_readable_by_known_pages_alone(caller: Client) -> None:
    body = {"query": "{ __typename }"}
    for origin, readable in (("https://app.example", True), ("https://evil.example", False)):
        answer = await caller.http.post(f"{caller.url}/graphql", json=body, headers={"origin": origin})
        assert ("access-control-allow-origin" in answer.headers) is readable
