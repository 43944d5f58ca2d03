"""Python's `gql`: its transports over HTTP and WebSocket, and its command line."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.async_transport import AsyncTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport, HTTPXTransport
from gql.transport.websockets import WebsocketsTransport

from tests.conftest import LiveServer

TEXT = "to be or not to be"
QUERY = "query Models($first: Int) { models(first: $first) { nodes { slug } } }"
WRONG = '{ node(id: "nonsense") { id } }'
CREATE = """mutation ($input: CreatePredictionInput!) {
  createPrediction(input: $input) { ... on Prediction { id } ... on UserError { message } } }"""
EVENTS = """subscription ($id: ID!) { predictionEvents(id: $id) {
  __typename ... on OutputAppended { text } ... on StatusChanged { status prediction { text } } } }"""
NEW = {"input": {"model": "demo/echo", "input": {"text": TEXT, "delay_seconds": 0.02}}}
PROTOCOL = ["graphql-transport-ws"]

HTTP: dict[str, Callable[[str], AsyncTransport]] = {
    "httpx": lambda url: HTTPXAsyncTransport(url),
    "aiohttp": lambda url: AIOHTTPTransport(url),
}
SOCKETS: dict[str, Callable[[str], AsyncTransport]] = {
    "websockets": lambda url: WebsocketsTransport(url, subprotocols=PROTOCOL),
    "aiohttp websockets": lambda url: AIOHTTPWebsocketsTransport(url, subprotocols=PROTOCOL),
}


def graphql(live: LiveServer) -> str:
    return f"{live.url}/graphql"


def socket(live: LiveServer) -> str:
    return graphql(live).replace("http", "ws", 1)


async def create(session: Any) -> str:
    made = await session.execute(GraphQLRequest(CREATE, variable_values=NEW))
    prediction_id: str = made["createPrediction"]["id"]
    return prediction_id


async def ask(session: Any) -> None:
    """A query, and one that fails."""
    listed = await session.execute(GraphQLRequest(QUERY, variable_values={"first": 100}))
    assert {"slug": "demo/echo"} in listed["models"]["nodes"]
    with pytest.raises(TransportQueryError) as caught:
        await session.execute(GraphQLRequest(WRONG))
    (error,) = caught.value.errors or []
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("name", HTTP)
async def test_over_http(live_server: LiveServer, name: str) -> None:
    async with Client(transport=HTTP[name](graphql(live_server)), fetch_schema_from_transport=True) as session:
        await ask(session)
        assert await create(session)


def test_over_http_without_a_loop(live_server: LiveServer) -> None:
    with Client(transport=HTTPXTransport(graphql(live_server))) as session:
        listed = session.execute(GraphQLRequest(QUERY, variable_values={"first": 100}))
        assert {"slug": "demo/echo"} in listed["models"]["nodes"]


@pytest.mark.parametrize("name", SOCKETS)
async def test_over_a_socket(live_server: LiveServer, name: str) -> None:
    async with Client(transport=SOCKETS[name](socket(live_server))) as session:
        await ask(session)
        request = GraphQLRequest(EVENTS, variable_values={"id": await create(session)})
        events = [data["predictionEvents"] async for data in session.subscribe(request)]
    assert events[0]["__typename"] == "PredictionSnapshot"
    assert (events[-1]["status"], events[-1]["prediction"]["text"]) == ("SUCCEEDED", TEXT)


async def command(url: str, query: str, variables: dict[str, Any], *options: str) -> list[Any]:
    """What gql-cli prints for a query on its standard input."""
    tool = str(Path(sys.executable).with_name("gql-cli"))
    given = [f"{name}:{json.dumps(value)}" for name, value in variables.items()]
    done = await asyncio.to_thread(
        subprocess.run, [tool, url, *options, "--variables", *given], input=query, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


async def test_gql_cli(live_server: LiveServer) -> None:
    (listed,) = await command(graphql(live_server), QUERY, {"first": 100})
    assert {"slug": "demo/echo"} in listed["models"]["nodes"]
    (made,) = await command(graphql(live_server), CREATE, NEW)
    events = await command(socket(live_server), EVENTS, {"id": made["createPrediction"]["id"]})
    assert events[0]["predictionEvents"]["__typename"] == "PredictionSnapshot"
    assert events[-1]["predictionEvents"]["prediction"]["text"] == TEXT
