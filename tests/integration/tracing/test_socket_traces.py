"""Operations over a socket have spans of their own, below what its first request came with."""

from __future__ import annotations

import asyncio
import json
import secrets

import pytest
import websockets

from tests.integration.tracing.traces import caller, create, one
from tests.support.api import CREATE, EVENTS, Client
from tests.support.collector import Collector, Exported

PROTOCOL = websockets.Subprotocol("graphql-transport-ws")


@pytest.mark.parametrize("is_given", [True, False])
async def test_a_subscription_is_traced(user: Client, collector: Collector, is_given: bool) -> None:
    made = await create(user, None, {"text": "a b", "delay_seconds": 0.1})
    header, trace, span = caller()
    marker = f"S{secrets.token_hex(8)}"
    query = EVENTS.replace("subscription", f"subscription {marker}", 1)
    await ask(user, header if is_given else None, query, {"id": made["id"], "after": None})

    def ours(spans: list[Exported]) -> list[Exported]:
        return [found for found in spans if found.attributes.get("graphql.operation.name") == marker]

    (found,) = ours(await asyncio.to_thread(collector.wait, lambda spans: bool(ours(spans))))
    assert (found.name, found.is_error) == ("subscription predictionEvents", False)
    assert found.parent == (span if is_given else "")
    assert (found.trace == trace) == is_given


async def test_a_prediction_that_is_made_over_a_socket(user: Client, collector: Collector) -> None:
    header, trace, _ = caller()
    await ask(user, header, CREATE, {"input": {"model": "demo/echo", "input": {"text": "a"}, "wait": 20}})
    names = ("mutation createPrediction", "create prediction", "attempt", "predict")
    spans = await asyncio.to_thread(collector.of, trace, *names)
    assert one(spans, "create prediction").parent == one(spans, "mutation createPrediction").id
    assert one(spans, "attempt").parent == one(spans, "create prediction").id


async def ask(client: Client, header: str | None, query: str, variables: dict[str, object]) -> None:
    """One operation over a socket of its own, to its end."""
    headers = {} if header is None else {"traceparent": header}
    url = f"{client.url.replace('http', 'ws', 1)}/graphql"
    async with websockets.connect(url, subprotocols=[PROTOCOL], additional_headers=headers, proxy=None) as socket:
        credentials = {"authorization": f"Bearer {client.token}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": credentials}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": query, "variables": variables}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        while (said := json.loads(await socket.recv()))["type"] != "complete":
            assert said["type"] == "next", said
