"""The first minutes of a new user: an account, and one live prediction of each bundled model."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from server.embedded.state import demo_password
from server.embedded.terminal import PredictionView, Terminal, draw_picture
from server.services.demo import DEMO_MODELS

HANDLE, EMAIL = "guest", "guest@example.com"
READY_SECONDS = 120.0
REQUEST_SECONDS = 10
READY_POLL_SECONDS = 0.1
EVENT_POLL_SECONDS = 0.2
API_FAILURES = (httpx.HTTPError, WebSocketException, OSError, ValueError)

SIGN_UP = """
mutation ($input: RegisterInput!) {
  register(input: $input) { __typename ... on Session { accessToken } ... on UserError { code message } }
}
"""
SIGN_IN = """
mutation ($input: LoginInput!) {
  login(input: $input) { __typename ... on Session { accessToken } ... on UserError { message } }
}
"""
STATE = "query ($slug: String!) { model(slug: $slug) { latestVersion { state reason inputSchema } } }"
CARDS = 'query { models(first: 100, filter: {owner: "demo"}) { nodes { latestVersion { state } samples { id } } } }'
CREATE = """
mutation ($input: CreatePredictionInput!) {
  createPrediction(input: $input) {
    __typename
    ... on Prediction { id }
    ... on InvalidInput { message violations { path message } }
    ... on UserError { message }
  }
}
"""
EVENTS = """
subscription ($id: ID!) {
  predictionEvents(id: $id) {
    __typename
    ... on PredictionSnapshot { prediction { status text } }
    ... on OutputAppended { text }
    ... on Progressed { step total }
    ... on StatusChanged { status prediction { text error { code message } files { url } metrics { custom } } }
  }
}
"""


class ApiError(Exception):
    """The API answered with an error, or not at all."""


class ApiClient:
    """The API at one URL, as one user: HTTP for operations, a WebSocket for events, until `stop` is set."""

    def __init__(self, url: str, stop: threading.Event) -> None:
        self._url = url
        self._stop = stop
        self._http = httpx.Client(timeout=REQUEST_SECONDS, trust_env=False)
        self.token: str | None = None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def execute(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a query or mutation; raises ApiError."""
        body = {"query": query, "variables": variables}
        try:
            answer = self._http.post(f"{self._url}/graphql", json=body, headers=self._credentials()).json()
        except API_FAILURES as error:
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
                while not self._stop.is_set():
                    try:
                        message = json.loads(socket.recv(timeout=EVENT_POLL_SECONDS))
                    except TimeoutError:
                        continue
                    if message["type"] == "next":
                        yield message["payload"]["data"]["predictionEvents"]
                    elif message["type"] == "error":
                        raise ApiError(message["payload"][0]["message"])
                    elif message["type"] == "complete":
                        return
        except API_FAILURES as error:
            raise ApiError(f"the events broke off: {error}") from error

    def download(self, url: str) -> bytes:
        """The bytes of a file link; raises ApiError."""
        try:
            return self._http.get(url).raise_for_status().content
        except API_FAILURES as error:
            raise ApiError(f"{url} cannot be read: {error}") from error

    def _credentials(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


@dataclass(frozen=True)
class DemoUser:
    """The account that the demo runs as."""

    email: str
    password: str


class Demo:
    """Signs up, runs the bundled models and shows them live; `add_samples` gives their cards something to show."""

    def __init__(
        self,
        url: str,
        data_dir: Path,
        terminal: Terminal,
        stop: threading.Event,
        add_samples: Callable[[], None] = lambda: None,
    ) -> None:
        self._api = ApiClient(url, stop)
        self._data_dir = data_dir
        self._terminal = terminal
        self._stop = stop
        self._add_samples = add_samples
        self.user = DemoUser(EMAIL, demo_password(data_dir))

    def run(self, *, can_predict: bool = True) -> None:
        """Run everything; a failure is shown, and the rest goes on."""
        try:
            with self._show_failure("demo"):
                if self._stop.is_set():
                    return
                self._sign_in()
                if not can_predict:
                    return
                for demo in DEMO_MODELS:
                    if demo.first_input is not None and not self._stop.is_set():
                        with self._show_failure(demo.slug):
                            self._run_model(demo.slug, demo.first_input)
                with self._show_failure("demo samples"):
                    cards = self._api.execute(CARDS)["models"]["nodes"]
                    ready = [card for card in cards if (card["latestVersion"] or {}).get("state") == "READY"]
                    if any(not card["samples"] for card in ready) and not self._stop.is_set():
                        self._add_samples()
        finally:
            self._api.close()

    @contextmanager
    def _show_failure(self, name: str) -> Iterator[None]:
        """Go on after an ApiError; nothing is shown of what fails because everything stops."""
        try:
            yield
        except ApiError as error:
            if not self._stop.is_set():
                self._terminal.line(name, str(error), good=False)

    def _sign_in(self) -> None:
        user = {"handle": HANDLE, "email": EMAIL, "password": self.user.password}
        answer = self._api.execute(SIGN_UP, input=user)["register"]
        if answer["__typename"] != "Session":
            answer = self._api.execute(SIGN_IN, input={"email": EMAIL, "password": self.user.password})["login"]
        if answer["__typename"] != "Session":
            raise ApiError(f"the demo user cannot sign in: {answer['message']}")
        self._api.token = answer["accessToken"]

    def _run_model(self, slug: str, values: dict[str, Any]) -> None:
        """Run one prediction, drawn as it runs, and show its picture where it makes one."""
        names = self._wait_until_ready(slug)["inputSchema"]["properties"]
        answer = self._api.execute(CREATE, input={"model": slug, "input": {k: values[k] for k in values if k in names}})
        created = answer["createPrediction"]
        if created["__typename"] != "Prediction":
            violations = [f"{each['path']} {each['message']}" for each in created.get("violations", [])]
            raise ApiError("; ".join([created["message"], *violations]))
        with self._terminal.live() as live:
            view = PredictionView(live, slug, values["prompt"])
            for event in self._api.events(created["id"]):
                match event["__typename"]:
                    case "PredictionSnapshot":
                        view.replace(event["prediction"]["text"] or "")
                    case "OutputAppended":
                        view.append(event["text"] or "")
                    case "Progressed":
                        view.step(event["step"], event["total"])
                    case "StatusChanged" if event["status"] not in ("STARTING", "PROCESSING"):
                        break
            else:
                raise ApiError("ended without a last event")
        done = event["prediction"]
        error, numbers = done["error"], (done["metrics"] or {}).get("custom") or {}
        notes = f" ({error['code']}: {error['message']})" if error else ""
        if (seconds := numbers.get("adapter_switch_seconds")) is not None:
            notes += f" (its LoRA was put on the loaded base in {seconds * 1000:.0f} ms)"
        self._terminal.line(slug, f"{event['status']}{notes}", good=event["status"] == "SUCCEEDED")
        for file in done["files"][:1]:
            path = self._data_dir / "demo" / f"{slug.rpartition('/')[2]}.png"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(self._api.download(file["url"]))
            self._terminal.line("picture", str(path))
            if self._terminal.is_terminal and (drawing := draw_picture(path)):
                self._terminal.show(drawing)

    def _wait_until_ready(self, slug: str) -> dict[str, Any]:
        """The newest version of a model; raises ApiError unless it can run in time."""
        deadline = time.monotonic() + READY_SECONDS
        with self._terminal.doing(f"preparing {slug}"):
            while time.monotonic() < deadline:
                model = self._api.execute(STATE, slug=slug)["model"]
                version: dict[str, Any] | None = model and model["latestVersion"]
                if not version or version["state"] == "REFUSED":
                    raise ApiError(f"cannot run: {version['reason'] if version else 'there is no such model'}")
                if version["state"] == "READY":
                    return version
                if self._stop.wait(READY_POLL_SECONDS):
                    break
        raise ApiError("was not ready in time")
