"""Users as they are measured: each holds one WebSocket, over which it asks for predictions and watches them."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from tests.load.text_models import NEW_TOKENS
from tests.support.api import Client

CREATE = """mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) {
  __typename ... on Prediction { id } ... on UserError { code message } } }"""
CREATE_AND_WAIT = """mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) {
  __typename ... on Prediction { id status output } ... on UserError { code message } } }"""
WATCH_END = """subscription ($id: ID!) { predictionEvents(id: $id) { __typename
  ... on PredictionSnapshot { prediction { status output } }
  ... on StatusChanged { status prediction { output } } } }"""
WATCH = """subscription ($id: ID!) { predictionEvents(id: $id) { __typename cursor
  ... on PredictionSnapshot { prediction { status text } }
  ... on OutputAppended { text }
  ... on StatusChanged { status prediction { text } } } }"""


@dataclass(frozen=True)
class Watched:
    """What a user saw: seconds to the first text, and all of it."""

    first_seconds: float
    text: str


class User:
    """One user's open socket."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def run(self, model: str, prompt: str, new_tokens: int = NEW_TOKENS, **more: Any) -> Watched:
        """One prediction, watched to its end."""
        began, first, held, final = time.perf_counter(), 0.0, "", None
        values = {"prompt": prompt, "temperature": 0, "max_new_tokens": new_tokens, **more}
        (answer,) = [data async for data in self._ask(CREATE, {"input": {"model": model, "input": values}})]
        made = answer["createPrediction"]
        assert made["__typename"] == "Prediction", made
        async for data in self._ask(WATCH, {"id": made["id"]}):
            event = data["predictionEvents"]
            if event["__typename"] == "OutputAppended":
                held += event["text"]
            elif event["__typename"] == "PredictionSnapshot":
                held = event["prediction"]["text"] or ""
            else:
                final = event
            if held and not first:
                first = time.perf_counter() - began
        assert final is not None
        assert final["status"] == "SUCCEEDED", final
        assert final["prediction"]["text"] == held
        return Watched(first, held)

    async def watched(self, model: str, text: str) -> str:
        """A text through a model that gives it back, watched to its end."""
        (answer,) = [data async for data in self._ask(CREATE, {"input": {"model": model, "input": {"text": text}}})]
        output, status = None, ""
        async for data in self._ask(WATCH_END, {"id": answer["createPrediction"]["id"]}):
            event = data["predictionEvents"]
            if event["__typename"] == "PredictionSnapshot":
                status, output = event["prediction"]["status"], event["prediction"]["output"]
            elif event["__typename"] == "StatusChanged":
                status, output = event["status"], event["prediction"]["output"]
        assert status == "SUCCEEDED", status
        return str(output)

    async def waited(self, model: str, text: str, **values: float) -> str:
        """As `watched`, by a mutation that answers when the prediction has ended."""
        asked = {"input": {"model": model, "input": {"text": text, **values}, "wait": 60}}
        (answer,) = [data async for data in self._ask(CREATE_AND_WAIT, asked)]
        made = answer["createPrediction"]
        assert made["status"] == "SUCCEEDED", made
        return str(made["output"])

    async def _ask(self, query: str, variables: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """What the server sends for one operation."""
        key = str(next(self._numbers))
        asked = {"id": key, "type": "subscribe", "payload": {"query": query, "variables": variables}}
        await self._socket.send(orjson.dumps(asked).decode())
        while (message := orjson.loads(await self._socket.recv()))["type"] != "complete":
            assert message["type"] == "next", message
            assert "errors" not in message["payload"], message
            yield message["payload"]["data"]


class HttpUser:
    """A user who asks over HTTP, by connections that stay open."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def waited_by_graphql(self, model: str, text: str) -> str:
        """A text through a model that gives it back, by a mutation that answers when the prediction has ended."""
        asked = {"input": {"model": model, "input": {"text": text}, "wait": 60}}
        async with self._session.post("/graphql", json={"query": CREATE_AND_WAIT, "variables": asked}) as response:
            made = orjson.loads(await response.read())["data"]["createPrediction"]
        assert made["status"] == "SUCCEEDED", made
        return str(made["output"])

    async def waited_by_rest(self, model: str, text: str) -> str:
        """The same by REST."""
        body, headers = {"input": {"text": text}}, {"prefer": "wait"}
        async with self._session.post(f"/v1/models/{model}/predictions", json=body, headers=headers) as response:
            made = orjson.loads(await response.read())
        assert made["status"] == "succeeded", made
        return str(made["output"])


class OpenAIUser:
    """A user who streams completions of OpenAI's API, over a connection that stays open."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def run(self, model: str, prompt: str, new_tokens: int = NEW_TOKENS) -> Watched:
        """One completion, streamed to its end."""
        began, first, text = time.perf_counter(), 0.0, ""
        body = {"model": model, "prompt": prompt, "max_tokens": new_tokens, "temperature": 0, "stream": True}
        last = b""
        async with self._session.post("/openai/v1/completions", json=body) as response:
            assert response.status == 200, await response.text()
            async for line in response.content:
                if line.startswith(b"data: {"):
                    text += orjson.loads(line.removeprefix(b"data: "))["choices"][0]["text"]
                    first = first or time.perf_counter() - began
                last = line if line.strip() else last
        assert last == b"data: [DONE]\n", last
        return Watched(first, text)


@asynccontextmanager
async def openai_user(client: Client) -> AsyncIterator[OpenAIUser]:
    """One with as many connections as it has requests on their way."""
    headers = {"authorization": f"Bearer {client.token}"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(client.url, headers=headers, connector=connector) as session:
        yield OpenAIUser(session)


@asynccontextmanager
async def http_user(client: Client) -> AsyncIterator[HttpUser]:
    """One with as many connections as it has requests on their way."""
    headers = {"authorization": f"Bearer {client.token}"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(client.url, headers=headers, connector=connector) as session:
        yield HttpUser(session)


class _Socket:
    """An open socket of aiohttp, whose client costs the least: it shares the cores with what is measured.

    It reads, and so answers pings, only while something is waited for: a user is closed after half a minute of rest.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        await self._socket.send_str(text)

    async def recv(self) -> str:
        return await self._socket.receive_str()


@asynccontextmanager
async def users(client: Client, count: int) -> AsyncIterator[list[User]]:
    """So many users with open sockets, as different connections of one account."""
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        yield list(await asyncio.gather(*(_connected(stack, session, client) for _ in range(count))))


async def _connected(stack: AsyncExitStack, session: aiohttp.ClientSession, client: Client) -> User:
    opening = session.ws_connect(f"{client.url}/graphql", protocols=["graphql-transport-ws"], max_msg_size=0)
    socket = await stack.enter_async_context(opening)
    payload = {"authorization": f"Bearer {client.token}"} if client.token else {}
    await socket.send_json({"type": "connection_init", "payload": payload})
    assert (await socket.receive_json())["type"] == "connection_ack"
    return User(_Socket(socket))
