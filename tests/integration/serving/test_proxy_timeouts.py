"""The proxies' files of deploy/proxies before a server: their 60 seconds, idle sockets, streams, and a mixed load."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from tests.conftest import ROOT, LiveServer, free_port, running
from tests.support.api import CREATE, EVENTS, GET, text_of, wait_for
from tests.support.certificates import write_certificate
from tests.support.nginx import NGINX
from tests.support.prepared import StartServers
from tests.support.rest import rest_token

HAPROXY = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
FILES = ROOT / "deploy" / "proxies"
PROXY_SECONDS, IDLE_SECONDS, LONG = 60, 65, {"text": "tick", "repeat": 75, "delay_seconds": 1}
SHORT, PICTURE = {"text": "one two three", "repeat": 2, "delay_seconds": 0.05}, {"prompt": "a red circle", "steps": 1}
CALLERS, PREDICTIONS = 8, 160
MOST_SECONDS = 150

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def live(start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    settings = {"TRUSTED_PROXIES": "127.0.0.1", "CUSTOM_SLOTS": "64", "RATE_LIMIT_USER": "0"}
    with start_servers() as servers, running(servers, tmp_path_factory.mktemp("proxies"), **settings) as found:
        yield found


@pytest.fixture(params=["nginx", "haproxy"])
def proxy(request: pytest.FixtureRequest, live: LiveServer, tmp_path: Path) -> Iterator[str]:
    """The address of a proxy with our own file, changed in its ports and its certificate alone."""
    program = {"nginx": NGINX, "haproxy": HAPROXY}[request.param]
    if program is None:
        pytest.skip(f"there is no {request.param} here")
    port, certificate = free_port(), write_certificate(tmp_path / "inference.pem")
    name = {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}[request.param]
    text = (FILES / name).read_text().replace("/etc/ssl/inference.pem", str(certificate))
    text = text.replace("listen 443", f"listen 127.0.0.1:{port}").replace("bind :443", f"bind 127.0.0.1:{port}")
    text = text.replace("127.0.0.1:8000", live.url.removeprefix("http://"))
    # Of two APIs one is down
    text = text.replace("127.0.0.1:8001", f"127.0.0.1:{free_port()}")
    if request.param == "nginx":
        text = NGINX_AROUND.format(folder=tmp_path, text=text)
    (tmp_path / name).write_text(text)
    command = {"nginx": ["-p", str(tmp_path), "-c"], "haproxy": ["-db", "-f"]}[request.param]
    with started([str(program), *command, str(tmp_path / name)]):
        url = f"https://127.0.0.1:{port}"
        wait_for(lambda: answers(url), 30)
        yield url


NGINX_AROUND = """
daemon off; error_log {folder}/error.log; pid {folder}/pid; user root;
events {{ worker_connections 1000; }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  {text}
}}
"""


@contextmanager
def started(command: list[str]) -> Iterator[None]:
    with ExitStack() as stack:
        process = stack.enter_context(subprocess.Popen(command))
        stack.callback(process.terminate)
        yield


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live", verify=False, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


class Caller:
    """A user of a proxy, who trusts its certificate of this test."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        headers = {"authorization": f"Bearer {token}"}
        self.http = httpx.AsyncClient(verify=False, trust_env=False, timeout=90, headers=headers)

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = await self.http.post(f"{self.url}/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200, (answer.status_code, answer.text)
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def create(self, model: str, values: dict[str, Any], **options: Any) -> dict[str, Any]:
        new = {"model": model, "input": values, **options}
        prediction: dict[str, Any] = (await self.ask(CREATE, input=new))["createPrediction"]
        return prediction

    def socket(self) -> Any:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        protocols = [Subprotocol("graphql-transport-ws")]
        # What keeps it open are the server's own pings, not the client's
        return websockets.connect(
            f"{self.url.replace('http', 'ws', 1)}/graphql", subprotocols=protocols, ssl=context, ping_interval=None
        )

    async def begin(self, socket: Any) -> None:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {self.token}"}}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"

    async def watch(self, socket: Any, prediction_id: str) -> list[dict[str, Any]]:
        """The events of a prediction, to the last."""
        operation = {"query": EVENTS, "variables": {"id": prediction_id}}
        await socket.send(json.dumps({"id": prediction_id, "type": "subscribe", "payload": operation}))
        events = []
        async for raw in socket:
            message = json.loads(raw)
            if message["type"] == "complete":
                return events
            events.append(message["payload"]["data"]["predictionEvents"])
        raise AssertionError("the socket was closed")


@pytest.fixture
async def caller(live: LiveServer, proxy: str) -> Any:
    caller = Caller(proxy, await asyncio.to_thread(rest_token, live.url))
    yield caller
    await caller.http.aclose()


async def test_what_takes_longer_than_a_proxy_waits(caller: Caller) -> None:
    """All at once, since each takes more than a minute."""

    async def by_graphql() -> None:
        began = time.monotonic()
        held = await caller.create("demo/echo", LONG, wait=60)
        assert (held["__typename"], held["status"]) == ("Prediction", "PROCESSING")
        assert time.monotonic() - began < PROXY_SECONDS

    async def by_rest() -> None:
        began = time.monotonic()
        answer = await caller.http.post(
            f"{caller.url}/v1/models/demo/echo/predictions", json={"input": LONG}, headers={"prefer": "wait"}
        )
        assert (answer.status_code, answer.headers["preference-applied"]) == (202, "wait=55")
        assert time.monotonic() - began < PROXY_SECONDS

    async def by_stream() -> None:
        """Between two events of it nothing but what keeps it open passes for longer than a proxy waits."""
        new = {"input": {"text": "late", "repeat": 2, "delay_seconds": 10}}
        made = (await caller.http.post(f"{caller.url}/v1/models/demo/echo/predictions", json=new)).json()
        assert made["urls"]["stream"].startswith(f"{caller.url}/v1/")
        async with caller.http.stream("GET", made["urls"]["stream"]) as response:
            names = [line async for line in response.aiter_lines() if line.startswith("event:")]
        assert names[-1] == "event: done"

    async def by_socket() -> None:
        async with caller.socket() as socket:
            await caller.begin(socket)
            await asyncio.sleep(IDLE_SECONDS)
            prediction = await caller.create("demo/echo", SHORT)
            events = await caller.watch(socket, prediction["id"])
            assert text_of(events).count("three") == 2

    async def by_watching() -> None:
        """A prediction of 75 seconds, watched over one socket from its first event to its last."""
        prediction = await caller.create("demo/echo", LONG)
        async with caller.socket() as socket:
            await caller.begin(socket)
            events = await caller.watch(socket, prediction["id"])
        assert events[-1]["status"] == "SUCCEEDED"
        assert text_of(events).split() == ["tick"] * 75

    async def bounded(work: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(MOST_SECONDS):
                await work()
        except TimeoutError:
            raise AssertionError(f"{work.__name__} took too long") from None

    await asyncio.gather(*map(bounded, (by_graphql, by_rest, by_stream, by_socket, by_watching)))


async def test_a_mixed_load_loses_and_doubles_nothing(caller: Caller) -> None:
    ids: list[str] = []

    async def call(number: int) -> None:
        for turn in range(PREDICTIONS // CALLERS):
            key = f"{number}-{turn}"
            match turn % 4:
                case 0:
                    made = await caller.create("demo/echo", SHORT, idempotencyKey=key, wait=60)
                    assert made["status"] == "SUCCEEDED"
                    ids.append(made["id"])
                case 1:
                    made = await caller.create("demo/echo", SHORT, idempotencyKey=key)
                    async with caller.socket() as socket:
                        await caller.begin(socket)
                        events = await caller.watch(socket, made["id"])
                    assert events[-1]["status"] == "SUCCEEDED"
                    ids.append(made["id"])
                case 2:
                    model = f"{caller.url}/v1/models/demo/echo/predictions"
                    answer = await caller.http.post(model, json={"input": SHORT}, headers={"idempotency-key": key})
                    assert answer.status_code == 201, answer.text
                    async with caller.http.stream("GET", answer.json()["urls"]["stream"]) as response:
                        lines = [line async for line in response.aiter_lines()]
                    assert "event: done" in lines
                    ids.append(answer.json()["id"])
                case _:
                    made = await caller.create("demo/shapes", PICTURE, idempotencyKey=key, wait=60)
                    assert made["status"] == "SUCCEEDED", made
                    link = made["files"][0]["url"]
                    assert link.startswith(f"{caller.url}/files/")
                    assert (await caller.http.get(link)).status_code == 200
                    ids.append(made["id"])

    await asyncio.gather(*map(call, range(CALLERS)))
    assert len(set(ids)) == PREDICTIONS
    finished = [(await caller.ask(GET, id=each))["prediction"] for each in ids]
    assert {each["status"] for each in finished} == {"SUCCEEDED"}
    assert {each["attempts"] for each in finished} == {1}
    listed = (await caller.ask("{ predictions(first: 1) { totalCount } }"))["predictions"]["totalCount"]
    assert listed == PREDICTIONS
