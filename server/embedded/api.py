"""A small GraphQL client for the demo: HTTP for operations, a WebSocket for events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
from websockets.sync.client import connect

EVENTS = """
subscription ($id: ID!) {
  predictionEvents(id: $id) {
    __typename
    ... on PredictionSnapshot { prediction { status text } }
    ... on OutputAppended { text }
    ... on Progressed { step total }
    ... on StatusChanged { status prediction { text error { code message } files { url }
                           metrics { predictSeconds tokensPerSecond } } }
  }
}
"""


class ApiError(Exception):
    """The API answered with an error."""


class Api:
    """The API at one URL, as one user."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = httpx.Client(timeout=30, trust_env=False)
        self.token: str | None = None

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a query or mutation; raises ApiError."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        answer = self._http.post(f"{self._url}/graphql", json=body, headers=headers).json()
        if answer.get("errors"):
            raise ApiError(answer["errors"][0]["message"])
        data: dict[str, Any] = answer["data"]
        return data

    def events(self, prediction_id: str) -> Iterator[dict[str, Any]]:
        """The events of a prediction until its last."""
        url = self._url.replace("http", "ws", 1)
        with connect(f"{url}/graphql", subprotocols=["graphql-transport-ws"], proxy=None) as socket:  # type: ignore[list-item]
            payload = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            socket.send(json.dumps({"type": "connection_init", "payload": payload}))
            socket.recv(timeout=10)
            operation = {"query": EVENTS, "variables": {"id": prediction_id}}
            socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": operation}))
            for raw in socket:
                message = json.loads(raw)
                if message["type"] == "next":
                    yield message["payload"]["data"]["predictionEvents"]
                elif message["type"] in ("complete", "error"):
                    return

    def download(self, url: str) -> bytes:
        """The bytes of a file link."""
        return self._http.get(url).raise_for_status().content
