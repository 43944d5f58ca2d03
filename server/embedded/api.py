"""A small GraphQL client for the demo: HTTP for operations, a WebSocket for events."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

REQUEST_SECONDS = 10
POLL_SECONDS = 0.2
TROUBLE = (httpx.HTTPError, WebSocketException, OSError, ValueError)
EVENTS = """
subscription ($id: ID!) {
  predictionEvents(id: $id) {
    __typename
    ... on PredictionSnapshot { prediction { status text } }
    ... on OutputAppended { text }
    ... on Progressed { step total }
    ... on StatusChanged { status prediction { text error { code message } files { url } } }
  }
}
"""


class ApiError(Exception):
    """The API answered with an error, or not at all."""


class Api:
    """The API at one URL, as one user; everything it does ends soon after `stopping` is set."""

    def __init__(self, url: str, stopping: threading.Event) -> None:
        self._url = url
        self._stopping = stopping
        self._http = httpx.Client(timeout=REQUEST_SECONDS, trust_env=False)
        self.token: str | None = None

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a query or mutation; raises ApiError."""
        body = {"query": query, "variables": variables}
        try:
            answer = self._http.post(f"{self._url}/graphql", json=body, headers=self._credentials()).json()
        except TROUBLE as error:
            raise ApiError(f"the API does not answer: {error}") from error
        if answer.get("errors"):
            raise ApiError(answer["errors"][0]["message"])
        data: dict[str, Any] = answer["data"]
        return data

    def events(self, prediction_id: str) -> Iterator[dict[str, Any]]:
        """The events of a prediction until its last; raises ApiError."""
        url = self._url.replace("http", "ws", 1)
        try:
            with connect(f"{url}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as socket:
                socket.send(json.dumps({"type": "connection_init", "payload": self._credentials()}))
                socket.recv(timeout=REQUEST_SECONDS)
                operation = {"query": EVENTS, "variables": {"id": prediction_id}}
                socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": operation}))
                yield from self._until_complete(socket)
        except TROUBLE as error:
            raise ApiError(f"the events broke off: {error}") from error

    def _until_complete(self, socket: Any) -> Iterator[dict[str, Any]]:
        while not self._stopping.is_set():
            try:
                message = json.loads(socket.recv(timeout=POLL_SECONDS))
            except TimeoutError:
                continue
            if message["type"] == "next":
                yield message["payload"]["data"]["predictionEvents"]
            elif message["type"] == "error":
                raise ApiError(message["payload"][0]["message"])
            elif message["type"] == "complete":
                return

    def download(self, url: str) -> bytes:
        """The bytes of a file link; raises ApiError."""
        try:
            return self._http.get(url).raise_for_status().content
        except TROUBLE as error:
            raise ApiError(f"{url} cannot be read: {error}") from error

    def _credentials(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}
