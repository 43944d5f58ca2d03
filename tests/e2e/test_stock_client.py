"""A stock GraphQL client works: Python `gql` over HTTP and over graphql-transport-ws."""

from __future__ import annotations

from typing import Any

from gql import Client, GraphQLRequest
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

from tests.conftest import LiveServer

CREATE = """mutation ($input: CreatePredictionInput!) {
  createPrediction(input: $input) { ... on Prediction { id } ... on UserError { message } } }"""
EVENTS = """subscription ($id: ID!) { predictionEvents(id: $id) {
  __typename ... on OutputAppended { text } ... on StatusChanged { status prediction { text } } } }"""


async def test_create_and_watch(live_server: LiveServer) -> None:
    async with Client(transport=HTTPXAsyncTransport(f"{live_server.url}/graphql")) as session:
        request = {"model": "demo/echo", "input": {"text": "to be or not to be", "delay_seconds": 0.05}}
        made = await session.execute(GraphQLRequest(CREATE, variable_values={"input": request}))
    url = live_server.url.replace("http", "ws", 1)
    events: list[dict[str, Any]] = []
    transport = WebsocketsTransport(f"{url}/graphql", subprotocols=["graphql-transport-ws"])
    async with Client(transport=transport) as session:
        variables = {"id": made["createPrediction"]["id"]}
        async for data in session.subscribe(GraphQLRequest(EVENTS, variable_values=variables)):
            events.append(data["predictionEvents"])
    assert events[0]["__typename"] == "PredictionSnapshot"
    assert events[-1]["status"] == "SUCCEEDED"
    assert events[-1]["prediction"]["text"] == "to be or not to be"


async def test_the_schema_can_be_introspected(live_server: LiveServer) -> None:
    transport = HTTPXAsyncTransport(f"{live_server.url}/graphql")
    async with Client(transport=transport, fetch_schema_from_transport=True) as session:
        assert session.client.schema is not None
        assert session.client.schema.subscription_type is not None
