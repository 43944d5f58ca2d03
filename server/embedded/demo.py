"""The first minutes of a new user: an account, and one live prediction of each bundled model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.embedded.api import Api, ApiError
from server.embedded.live_run import LiveRun, picture
from server.embedded.state import demo_password
from server.embedded.steps import Steps
from server.services.demo import DEMO_MODELS

HANDLE, EMAIL = "guest", "guest@example.com"
READY_SECONDS = 120.0
POLL_SECONDS = 0.1

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
SHOWN = 'query { models(first: 100, filter: {owner: "demo"}) { nodes { latestVersion { state } samples { id } } } }'
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


@dataclass(frozen=True)
class DemoUser:
    """Who the demo runs as."""

    email: str
    password: str


class Demo:
    """Signs up, runs the bundled models and shows them live; `show_samples` gives their cards something to show."""

    def __init__(
        self,
        url: str,
        data_dir: Path,
        steps: Steps,
        stopping: threading.Event,
        show_samples: Callable[[], None] = lambda: None,
    ) -> None:
        self._api = Api(url, stopping)
        self._data_dir = data_dir
        self._steps = steps
        self._stopping = stopping
        self._show_samples = show_samples
        self.user = DemoUser(EMAIL, demo_password(data_dir))

    def run(self, *, can_predict: bool = True) -> None:
        """Everything; what fails is told of, and the rest goes on."""
        try:
            if self._tells("demo", self._sign_in) and can_predict:
                for demo in DEMO_MODELS:
                    if (values := demo.first_input) is not None:
                        self._tells(demo.slug, lambda slug=demo.slug, values=values: self._show(slug, values))
                self._tells("demo samples", self._add_samples)
        finally:
            self._api.close()

    def _add_samples(self) -> None:
        """Let those models that can run and show no sample have some."""
        nodes = self._api.run(SHOWN)["models"]["nodes"]
        if any(not node["samples"] and (node["latestVersion"] or {}).get("state") == "READY" for node in nodes):
            self._show_samples()

    def _tells(self, name: str, work: Any) -> bool:
        """Whether it went well; nothing is told of what fails because everything is being stopped."""
        if self._stopping.is_set():
            return False
        try:
            work()
        except ApiError as error:
            if not self._stopping.is_set():
                self._steps.line(name, str(error), good=False)
            return False
        return True

    def _sign_in(self) -> None:
        new = {"handle": HANDLE, "email": EMAIL, "password": self.user.password}
        answer = self._api.run(SIGN_UP, input=new)["register"]
        if answer["__typename"] != "Session":
            answer = self._api.run(SIGN_IN, input={"email": EMAIL, "password": self.user.password})["login"]
        if answer["__typename"] != "Session":
            raise ApiError(f"the demo user cannot sign in: {answer['message']}")
        self._api.token = answer["accessToken"]

    def _show(self, slug: str, values: dict[str, Any]) -> None:
        known = self._until_ready(slug)["inputSchema"]["properties"]
        answer = self._api.run(CREATE, input={"model": slug, "input": {k: values[k] for k in values if k in known}})
        made = answer["createPrediction"]
        if made["__typename"] != "Prediction":
            wrong = [f"{violation['path']} {violation['message']}" for violation in made.get("violations", [])]
            raise ApiError("; ".join([made["message"], *wrong]))
        with self._steps.live() as live:
            last = self._follow(made["id"], LiveRun(live, slug, values["prompt"]))
        self._report(slug, last)

    def _until_ready(self, slug: str) -> dict[str, Any]:
        """The newest version of a model; raises ApiError unless it can run in time."""
        deadline = time.monotonic() + READY_SECONDS
        with self._steps.doing(f"preparing {slug}"):
            while time.monotonic() < deadline:
                model = self._api.run(STATE, slug=slug)["model"]
                version: dict[str, Any] | None = model and model["latestVersion"]
                if not version or version["state"] == "REFUSED":
                    raise ApiError(f"cannot run: {version['reason'] if version else 'it is not there'}")
                if version["state"] == "READY":
                    return version
                if self._stopping.wait(POLL_SECONDS):
                    break
        raise ApiError("was not ready in time")

    def _follow(self, prediction_id: str, run: LiveRun) -> dict[str, Any]:
        """The last event of a prediction."""
        for event in self._api.events(prediction_id):
            match event["__typename"]:
                case "PredictionSnapshot":
                    run.replace(event["prediction"]["text"] or "")
                case "OutputAppended":
                    run.append(event["text"] or "")
                case "Progressed":
                    run.step(event["step"], event["total"])
                case "StatusChanged" if event["status"] not in ("STARTING", "PROCESSING"):
                    return event
        raise ApiError("ended without a last event")

    def _report(self, slug: str, last: dict[str, Any]) -> None:
        error = last["prediction"]["error"]
        why = f" ({error['code']}: {error['message']})" if error else ""
        self._steps.line(slug, f"{last['status']}{why}", good=last["status"] == "SUCCEEDED")
        for file in last["prediction"]["files"][:1]:
            path = self._data_dir / "demo" / f"{slug.rpartition('/')[2]}.png"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(self._api.download(file["url"]))
            self._steps.line("picture", str(path))
            drawn = picture(path) if self._steps.is_terminal else None
            if drawn:
                self._steps.show(drawn)
