"""A client for tests: GraphQL over HTTP, events over a WebSocket."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import websockets

EVENT_FIELDS = """
  __typename cursor seq at
  ... on PredictionSnapshot { attempt prediction { id status text output logs } }
  ... on StatusChanged { status prediction { id status text output logs error { code message }
                         files { url contentType bytes width height } } }
  ... on ModelLoading { phase bytes totalBytes }
  ... on OutputAppended { text chunk index choice logprobs { token text logprob top { token } } }
  ... on Progressed { step total fraction etaSeconds }
  ... on Logged { line }
  ... on EventsLost { after }
"""
EVENTS = f"subscription ($id: ID!, $after: String) {{ predictionEvents(id: $id, after: $after) {{ {EVENT_FIELDS} }} }}"
PREDICTION = """
  id status input output text logs attempts seed canceledAt stopSeconds createdAt startedAt completedAt
  error { code message } files { url contentType bytes width height }
  metrics { queueSeconds loadSeconds predictSeconds totalSeconds inputTokens outputTokens tokensPerSecond
            timeToFirstTokenSeconds steps }
  model { slug } version { number slug } user { handle }
"""
CREATE = f"""
mutation ($input: CreatePredictionInput!) {{
  createPrediction(input: $input) {{
    __typename
    ... on Prediction {{ {PREDICTION} }}
    ... on InvalidInput {{ violations {{ path message code }} }}
    ... on UserError {{ code message }}
  }}
}}
"""
CANCEL = f"""
mutation ($input: CancelPredictionInput!) {{
  cancelPrediction(input: $input) {{
    __typename ... on Prediction {{ {PREDICTION} }} ... on UserError {{ code message }}
  }}
}}
"""
GET = f"query ($id: ID!) {{ prediction(id: $id) {{ {PREDICTION} }} }}"
TERMINAL = {"SUCCEEDED", "FAILED", "CANCELED", "ABORTED"}


def wait_until_healthy(url: str, workers: int, processes: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Wait for the API and this many workers; a process that ends meanwhile is an error."""

    def healthy() -> bool:
        ended = [name for name, process in processes.items() if process.poll() is not None]
        assert not ended, f"{ended} ended while starting"
        try:
            body = httpx.get(f"{url}/health/ready", trust_env=False, verify=False).json()
        except (httpx.HTTPError, ValueError):
            return False
        return body["database"] == "ok" and body["workers"] >= workers

    wait_for(healthy, 60)


def wait_until_prepared(url: str) -> None:
    """Wait until no model's version is being prepared."""
    query = "{ models { nodes { latestVersion { state } } } }"

    def prepared() -> bool:
        nodes = httpx.post(f"{url}/graphql", json={"query": query}, trust_env=False, verify=False).json()["data"][
            "models"
        ]["nodes"]
        return all(node["latestVersion"]["state"] != "PREPARING" for node in nodes)

    wait_for(prepared, 90)


def wait_for(condition: Callable[[], bool], seconds: float = 10, every: float = 0.02) -> None:
    """Poll a condition until it holds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(every)


class Client:
    """One user (or nobody) at one API."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self.token = token
        self.http = httpx.AsyncClient(timeout=70, trust_env=False)

    async def raw(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        answer = await self.http.post(f"{self.url}/graphql", json=body, headers=headers)
        found: dict[str, Any] = answer.json()
        return found

    async def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data; errors fail the test."""
        answer = await self.raw(query, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def sign_up(self, handle: str, password: str = "correct horse battery") -> dict[str, Any]:
        """Register and sign in; the session."""
        query = """mutation ($input: RegisterInput!) { register(input: $input) { __typename
          ... on Session { accessToken expiresAt user { id handle email } }
          ... on InvalidInput { violations { path message code } } ... on UserError { code message } } }"""
        new = {"handle": handle, "email": f"{handle}@example.com", "password": password}
        session: dict[str, Any] = (await self.run(query, input=new))["register"]
        self.token = session.get("accessToken")
        return session

    async def create(self, model: str, values: Any, **options: Any) -> dict[str, Any]:
        """Create a prediction; the member of the result union."""
        made: dict[str, Any] = (await self.run(CREATE, input={"model": model, "input": values, **options}))[
            "createPrediction"
        ]
        return made

    async def cancel(self, prediction_id: str) -> dict[str, Any]:
        """Cancel a prediction; the member of the result union."""
        found: dict[str, Any] = (await self.run(CANCEL, input={"id": prediction_id}))["cancelPrediction"]
        return found

    async def get(self, prediction_id: str) -> dict[str, Any] | None:
        """A prediction by id."""
        found: dict[str, Any] | None = (await self.run(GET, id=prediction_id))["prediction"]
        return found

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[Any]:
        """An acknowledged graphql-transport-ws connection."""
        url = self.url.replace("http", "ws", 1)
        async with websockets.connect(
            f"{url}/graphql", subprotocols=[websockets.Subprotocol("graphql-transport-ws")], proxy=None
        ) as socket:
            payload = {"authorization": f"Bearer {self.token}"} if self.token else {}
            await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            yield socket

    async def events(self, prediction_id: str, after: str | None = None) -> AsyncIterator[dict[str, Any]]:
        """Events of a prediction until the server completes."""
        async with self.socket() as socket:
            operation = {"query": EVENTS, "variables": {"id": prediction_id, "after": after}}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": operation}))
            async for raw in socket:
                message = json.loads(raw)
                if message["type"] == "next":
                    assert "errors" not in message["payload"], message["payload"]["errors"]
                    yield message["payload"]["data"]["predictionEvents"]
                elif message["type"] == "complete":
                    return
                else:
                    raise AssertionError(message)

    async def close(self) -> None:
        """Let the connections go."""
        await self.http.aclose()


def text_of(events: list[dict[str, Any]]) -> str:
    """What a client holds after these events: snapshots replace, pieces append."""
    held = ""
    for event in events:
        if event["__typename"] == "PredictionSnapshot":
            held = event["prediction"]["text"] or ""
        elif event["__typename"] == "OutputAppended" and event["choice"] == 0:
            held += event["text"] or ""
    return held
