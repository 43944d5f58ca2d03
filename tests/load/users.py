"""Users as they are measured: each holds one WebSocket, over which it asks for predictions and watches them."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from tests.load.text_models import NEW_TOKENS
from tests.support.api import Client

CREATE = """mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) {
  __typename ... on Prediction { id } ... on UserError { code message } } }"""
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

    async def run(self, model: str, prompt: str, new_tokens: int = NEW_TOKENS) -> Watched:
        """One prediction, watched to its end."""
        began, first, held, final = time.perf_counter(), 0.0, "", None
        values = {"prompt": prompt, "temperature": 0, "max_new_tokens": new_tokens}
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

    async def _ask(self, query: str, variables: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """What the server sends for one operation."""
        key = str(next(self._numbers))
        asked = {"id": key, "type": "subscribe", "payload": {"query": query, "variables": variables}}
        await self._socket.send(orjson.dumps(asked).decode())
        while (message := orjson.loads(await self._socket.recv()))["type"] != "complete":
            assert message["type"] == "next", message
            assert "errors" not in message["payload"], message
            yield message["payload"]["data"]


@asynccontextmanager
async def users(client: Client, count: int) -> AsyncIterator[list[User]]:
    """So many users with open sockets, as different connections of one account."""
    async with AsyncExitStack() as stack:
        yield list(await asyncio.gather(*(_connected(stack, client) for _ in range(count))))


async def _connected(stack: AsyncExitStack, client: Client) -> User:
    return User(await stack.enter_async_context(client.socket()))
