"""The first minutes of a new user: an account, and one live prediction of each bundled model."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx

from server.embedded.api import Api, ApiError
from server.embedded.state import kept_secret
from server.embedded.steps import LiveRun, Steps

HANDLE, EMAIL = "guest", "guest@example.com"
READY_SECONDS = 120.0
RUNS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("demo/prose", {"prompt": "The function returns", "max_new_tokens": 120}),
    ("demo/shapes", {"prompt": "a yellow star on a black background"}),
)

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
STATE = "query ($slug: String!) { model(slug: $slug) { latestVersion { state reason } } }"
CREATE = """
mutation ($input: CreatePredictionInput!) {
  createPrediction(input: $input) { __typename ... on Prediction { id } ... on UserError { message } }
}
"""


@dataclass(frozen=True)
class DemoUser:
    """Who the demo runs as."""

    email: str
    password: str


class Demo:
    """Signs up, runs the bundled models and shows them live."""

    def __init__(self, url: str, data_dir: Path, steps: Steps, stopping: threading.Event) -> None:
        self._api = Api(url)
        self._data_dir = data_dir
        self._steps = steps
        self._stopping = stopping
        self.user = DemoUser(EMAIL, kept_secret(data_dir / "demo_password")[:20])

    def run(self) -> None:
        """Everything; a model that fails is told of, and the rest goes on."""
        try:
            self._sign_in()
            for slug, values in RUNS:
                if not self._stopping.is_set():
                    self._show(slug, values)
        except (ApiError, httpx.HTTPError, OSError) as error:
            self._steps.line("demo", str(error), good=False)
        finally:
            self._api.close()

    def _sign_in(self) -> None:
        new = {"handle": HANDLE, "email": EMAIL, "password": self.user.password}
        answer = self._api.run(SIGN_UP, input=new)["register"]
        if answer["__typename"] != "Session":
            answer = self._api.run(SIGN_IN, input={"email": EMAIL, "password": self.user.password})["login"]
        if answer["__typename"] != "Session":
            raise ApiError(f"the demo user cannot sign in: {answer['message']}")
        self._api.token = answer["accessToken"]

    def _show(self, slug: str, values: dict[str, Any]) -> None:
        if problem := self._until_ready(slug):
            self._steps.line(slug, problem, good=False)
            return
        answer = self._api.run(CREATE, input={"model": slug, "input": values})["createPrediction"]
        if answer["__typename"] != "Prediction":
            self._steps.line(slug, answer["message"], good=False)
            return
        with LiveRun(self._steps, f"{slug}  {values['prompt']!r}") as live:
            last = self._follow(answer["id"], live, values["prompt"])
        self._report(slug, last)

    def _until_ready(self, slug: str) -> str | None:
        deadline = time.monotonic() + READY_SECONDS
        with self._steps.doing(f"preparing {slug}"):
            while time.monotonic() < deadline and not self._stopping.wait(0.1):
                model = self._api.run(STATE, slug=slug)["model"]
                version = model and model["latestVersion"]
                if not version or version["state"] == "REFUSED":
                    return f"cannot run: {version['reason'] if version else 'it is not there'}"
                if version["state"] == "READY":
                    return None
        return "was not ready in time"

    def _follow(self, prediction_id: str, live: LiveRun, prompt: str) -> dict[str, Any]:
        last: dict[str, Any] = {"status": "LOST"}
        for event in self._api.events(prediction_id):
            match event["__typename"]:
                case "PredictionSnapshot" if event["prediction"]["text"] is not None:
                    live.replace(prompt + event["prediction"]["text"])
                case "OutputAppended":
                    live.append(event["text"] or "")
                case "Progressed":
                    live.step(event["step"], event["total"])
                case "StatusChanged":
                    last = event
        return last

    def _report(self, slug: str, last: dict[str, Any]) -> None:
        status = last["status"]
        prediction = last.get("prediction") or {}
        if error := prediction.get("error"):
            status = f"{status} ({error['code']}: {error['message']})"
        self._steps.line(slug, status, good=last["status"] == "SUCCEEDED")
        for file in prediction.get("files") or []:
            path = self._data_dir / "demo" / f"{slug.rpartition('/')[2]}.png"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(self._api.download(file["url"]))
            self._steps.line("picture", str(path))
            if self._steps.is_terminal:
                _draw(path, self._steps)


def _draw(path: Path, steps: Steps) -> None:
    """The picture as half blocks, where Pillow is installed."""
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(path) as picture:
        small = picture.convert("RGB").resize((40, 40))
    pixels = [_hex(pixel) for pixel in cast(Iterable[tuple[int, int, int]], small.getdata())]
    for y in range(0, 40, 2):
        rows = zip(pixels[y * 40 : y * 40 + 40], pixels[y * 40 + 40 : y * 40 + 80], strict=True)
        steps.console.print("".join(f"[{top} on {bottom}]▀[/]" for top, bottom in rows))


def _hex(pixel: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*pixel)
